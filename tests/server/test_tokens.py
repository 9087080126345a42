"""Who is admitted, and how tokens are written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.errors import BuildkitError, ConfigurationError, UsageError
from buildkit.server.tokens import Tokens, parse_tokens, read_tokens

LONG = "0123456789abcdef"


def test_without_any_token_everybody_is_admitted() -> None:
    assert Tokens().admit("acme", None)
    assert not Tokens()


def test_a_file_gives_a_tenant_one_token_or_several(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    file.write_text(f'acme = "{LONG}"\nother = ["{LONG}1", "{LONG}2"]\n', encoding="utf-8")
    tokens = read_tokens(file)
    assert tokens.admit("acme", f"Bearer {LONG}")
    assert tokens.admit("other", f"bearer {LONG}1")
    assert tokens.admit("other", f"Bearer {LONG}2")
    assert not tokens.admit("acme", f"Bearer {LONG}1")
    assert not tokens.admit("nobody", f"Bearer {LONG}")


def test_the_variable_gives_pairs() -> None:
    tokens = parse_tokens(f"acme={LONG}=, other={LONG}2", "TOKENS")
    assert tokens.admit("acme", f"Bearer {LONG}=")
    assert tokens.admit("other", f"Bearer {LONG}2")
    assert not parse_tokens("", "TOKENS")


def test_tokens_are_not_kept_themselves() -> None:
    assert LONG not in repr(parse_tokens(f"acme={LONG}", "TOKENS"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "no tenant has a token here", id="empty"),
        pytest.param(b"acme", "no TOML", id="no TOML"),
        pytest.param(b"\xff", "no TOML", id="no text"),
        pytest.param(b'acme = "short"', "tenant 'acme': a token is a text of 16 ASCII characters or more", id="short"),
        pytest.param(b"acme = 1", "tenant 'acme': a token is a text", id="number"),
        pytest.param(b"acme = []", "tenant 'acme': a token is a text", id="none"),
        pytest.param(f'[acme]\ntoken = "{LONG}"'.encode(), "tenant 'acme': a token is a text", id="table"),
        pytest.param(f'"a b" = "{LONG}"'.encode(), "tenant 'a b' can stand in no header", id="space"),
        pytest.param(f'"\u00e4" = "{LONG}"'.encode(), "tenant '\u00e4' can stand in no header", id="not ASCII"),
        pytest.param(f'acme = "{LONG}\u00e4"'.encode(), "tenant 'acme': a token is a text", id="token not ASCII"),
    ],
)
def test_a_wrong_file_is_named_and_no_token_is_shown(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "tokens.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_tokens(file)
    assert caught.value.message.startswith(f"{file}: {said}")
    assert caught.value.hint
    assert LONG not in caught.value.message
    assert "short" not in caught.value.message


@pytest.mark.parametrize("text", [",", " , ", "acme", f"={LONG}", "acme=short", f"acme={LONG},{LONG}"])
def test_a_wrong_variable_opens_nothing(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_tokens(text, "TOKENS")
    assert LONG not in caught.value.message


def test_every_refusal_says_what_to_do() -> None:
    with pytest.raises(BuildkitError) as caught:
        parse_tokens(",", "TOKENS")
    assert caught.value.hint == "unset TOKENS; or acme=a-long-secret"

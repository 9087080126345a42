"""Whatever a text is, its literal means that text, and nothing of it can end the literal or a comment."""

from __future__ import annotations

import pytest
from generated import meaning, tokens
from hostile import HOSTILE, texts
from hypothesis import given

from buildkit.workflow.code.text import columns, escaped, literal


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_one_literal_that_means_it(text: str) -> None:
    (token,) = tokens(literal(text))
    assert meaning(token[1]) == text


@given(text=texts)
def test_any_text_is_one_literal_that_means_it(text: str) -> None:
    (token,) = tokens(literal(text))
    assert meaning(token[1]) == text
    assert meaning(f'"{escaped(text)}"') == text


@given(text=texts)
def test_any_text_stays_on_its_line_in_a_comment(text: str) -> None:
    assert not list(tokens(f'/// "{escaped(text)}"'))
    assert len(escaped(text).splitlines()) <= 1


@pytest.mark.parametrize("text", ["größe", "名前", "مرحبا", "🦀", "a = b + c; (d)", "€ 5 · «fünf»"])
def test_what_stands_for_itself_is_kept(text: str) -> None:
    assert literal(text) == f'"{text}"'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("e\u0301", "e\\u{301}", id="combining mark"),
        pytest.param("\u202ea", "\\u{202e}a", id="direction"),
        pytest.param("a\u00a0b", "a\\u{a0}b", id="space that is none"),
        pytest.param("\0", "\\u{0}", id="zero"),
        pytest.param("\n\r\t", "\\u{a}\\u{d}\\u{9}", id="line breaks"),
        pytest.param("\u3164", "\\u{3164}", id="letter like a space"),
        pytest.param("\ue000\u0378", "\\u{e000}\\u{378}", id="no character"),
    ],
)
def test_what_cannot_be_seen_or_changes_its_neighbours_is_an_escape(text: str, told: str) -> None:
    assert escaped(text) == told


def test_quotes_and_backslashes_need_no_escape_in_a_plain_text() -> None:
    assert literal('["name", "a\\b"]') == 'r#"["name", "a\\b"]"#'
    assert literal('"#') == '"\\"#"'
    assert literal('"\u202e"') == '"\\"\\u{202e}\\""'


@pytest.mark.parametrize("text", ["\ud800", "a\udfff", "\udc00\ud800"])
def test_half_a_character_is_refused(text: str) -> None:
    for function in (literal, escaped):
        with pytest.raises(ValueError, match="surrogates not allowed"):
            function(text)


def test_letters_of_east_asia_have_two_columns() -> None:
    assert [columns(text) for text in ("name", "größe", "名前", "🦀", "مرحبا", "لا")] == [4, 5, 4, 2, 5, 1]


def test_a_text_of_a_million_characters_is_one_literal() -> None:
    text = 'a"é\n' * 250_000
    assert meaning(literal(text)) == text

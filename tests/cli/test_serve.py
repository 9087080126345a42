"""What the command line makes of its options, before anything is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from buildkit.cli import serve as verb
from buildkit.cli.main import run
from buildkit.errors import ExitCode, UsageError

TOKEN = "acme-secret-0123456789"  # one that opens nothing else


@pytest.fixture
def _nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("the service was started")

    with monkeypatch.context() as patch:
        patch.setattr("buildkit.server.start.serve", refuse)
        patch.delenv(verb.TOKENS, raising=False)
        patch.delenv(verb.DATABASE, raising=False)
        yield


def test_the_database_is_that_of_the_command_line_then_of_the_environment_then_a_file_of_the_user() -> None:
    environment = {verb.DATABASE: "postgresql://me:secret@host/name"}
    assert verb.address("sqlite:////tmp/a", environment) == "sqlite:////tmp/a"
    assert verb.address(None, environment) == environment[verb.DATABASE]
    assert verb.address(None, {}).startswith("sqlite:///")
    assert verb.address(None, {}).endswith("service.sqlite3")


def test_a_password_on_the_command_line_is_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        verb.address("postgresql://me:secret@host/name", {})
    assert "secret" not in f"{caught.value.message}{caught.value.hint}"


def test_tokens_come_from_a_file_else_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "tokens.toml"
    file.write_text(f'filed = "{TOKEN}"\n', encoding="utf-8")
    environment = {verb.TOKENS: f"acme={TOKEN}"}
    assert set(verb.known_tokens(file, environment).digests) == {"filed"}
    assert set(verb.known_tokens(None, environment).digests) == {"acme"}
    assert not verb.known_tokens(None, {})


@pytest.mark.parametrize(("text", "size"), [("16 MiB", 16 * 1024**2), ("1kB", None), ("1 KB", 1000), ("512", 512), ("many", None)])
def test_a_size_is_bytes_or_a_text_with_a_unit(text: str, size: int | None) -> None:
    if size is None:
        with pytest.raises(UsageError, match="is no size"):
            verb.size(text)
    else:
        assert verb.size(text) == size


@pytest.mark.usefixtures("_nothing_is_served")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--host", "0.0.0.0"], "0.0.0.0: other machines can ask here", id="host"),  # noqa: S104  # what is refused
        pytest.param(["--database", "mysql://host/name"], "mysql: no database that the service knows", id="database"),
        pytest.param(["--max-body", "huge"], "--max-body 'huge' is no size", id="size"),
        pytest.param(["--tokens", "/absent/tokens.toml"], "/absent/tokens.toml: no such file or directory", id="no file"),
        pytest.param(["--port", "70000"], "--port", id="port"),
        pytest.param(["--drain", "0"], "--drain", id="drain"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_opened(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", *arguments]) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert said in told

"""The command line as a whole: its verbs, its help, and how it refuses."""

from __future__ import annotations

import errno
import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from buildkit.cli.main import run
from buildkit.cli.verbs import FAMILIES, VERBS, Verb
from buildkit.errors import ExitCode
from buildkit.version import __version__

WIDEST_SUMMARY = 64
"""What an 80 column terminal shows of a summary without cutting it."""


def words(verb: Verb) -> list[str]:
    return [verb.name] if verb.parent is None else [verb.parent, verb.name]


every_verb = pytest.mark.parametrize("verb", VERBS, ids=lambda verb: " ".join(words(verb)))


@pytest.fixture(autouse=True)
def _plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("NO_COLOR", "1")


@every_verb
def test_a_summary_is_the_first_line_of_the_docstring(verb: Verb) -> None:
    function = getattr(importlib.import_module(verb.module), verb.function)
    assert (inspect.getdoc(function) or "").splitlines()[0] == verb.summary


@pytest.mark.parametrize("summary", [*(verb.summary for verb in VERBS), *FAMILIES.values()])
def test_a_summary_is_shown_whole(summary: str) -> None:
    assert len(summary) <= WIDEST_SUMMARY


def test_the_help_lists_every_verb(capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]) -> None:
    assert run(["--help"]) == ExitCode.PASSED
    golden("help/buildkit.txt", capsys.readouterr().out)


@every_verb
def test_the_help_of_a_verb(verb: Verb, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]) -> None:
    assert run([*words(verb), "--help"]) == ExitCode.PASSED
    golden(f"help/{'-'.join(words(verb))}.txt", capsys.readouterr().out)


def test_the_version_needs_no_verb(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == ExitCode.PASSED
    assert capsys.readouterr().out == f"buildkit {__version__}\n"


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"_BUILDKIT_COMPLETE": "complete_bash", "COMP_WORDS": "buildkit\n{verb}\n--", "COMP_CWORD": "{position}"}, id="bash"),
        pytest.param({"_BUILDKIT_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "buildkit {verb} --"}, id="zsh"),
        pytest.param(
            {
                "_BUILDKIT_COMPLETE": "complete_fish",
                "_TYPER_COMPLETE_ARGS": "buildkit {verb} --",
                "_TYPER_COMPLETE_FISH_ACTION": "get-args",
            },
            id="fish",
        ),
    ],
)
@pytest.mark.parametrize(
    ("verb", "option"), [pytest.param("check", "--target", id="verb"), pytest.param("toolchain env", "--workspace", id="family")]
)
def test_a_shell_completes_the_options_of_a_verb(
    environment: dict[str, str], verb: str, option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value.format(verb=verb, position=len(verb.split()) + 1))
    with pytest.raises(SystemExit):
        run([])
    assert option in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["chek"], "No such command 'chek'. Did you mean 'check'?", id="verb"),
        pytest.param(["check", "--targt", "native"], "--targt", id="option"),
        pytest.param(["plan", "--json", "--github"], "--json and --github exclude each other", id="options that exclude each other"),
        pytest.param(["check", "-C", "/absent"], "/absent: no such directory", id="no folder"),
        pytest.param(["check", "-j", "0"], "-j", id="value out of range"),
    ],
)
def test_a_wrong_command_line_gets_one_sentence_and_a_hint(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == ExitCode.USAGE
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("error: ")
    assert said in told[0]
    assert re.match(r" hint: \S", told[1])


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        pytest.param(["compile", "-t", "native"], "buildkit compile --help", id="a verb"),
        pytest.param(["instance", "show"], "buildkit instance show --help", id="a verb of a family"),
        pytest.param(["instance", "shw"], "buildkit instance --help", id="a family"),
        pytest.param(["chek"], "buildkit --help", id="nothing that is known"),
    ],
)
def test_a_wrong_command_line_leads_to_the_help_of_its_verb(arguments: list[str], hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == ExitCode.USAGE
    assert capsys.readouterr().err.splitlines()[-1] == f" hint: {hint}"


def test_a_folder_without_a_workspace_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "-C", str(tmp_path)]) == ExitCode.USAGE
    assert f"no Cargo workspace at or above {tmp_path}" in capsys.readouterr().err


def test_a_full_disk_is_told_with_the_file_that_was_written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "source", None, "copy")

    monkeypatch.setattr("buildkit.cli.main.build_app", fail)
    assert run(["check"]) == ExitCode.TOOLCHAIN
    assert capsys.readouterr().err == "error: copy: the disk is full\n hint: df -h\n"


def test_an_unforeseen_error_is_called_a_bug(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("buildkit.cli.main.build_app", fail)
    assert run(["check"]) == ExitCode.INTERNAL
    assert "this is a bug in buildkit" in capsys.readouterr().err


def test_an_interrupt_has_its_own_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("buildkit.cli.config.open_session", interrupt)
    assert run(["config"]) == ExitCode.INTERRUPTED


def test_an_interrupt_while_a_verb_is_imported_ends_as_any_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importlib, "import_module", interrupted)
    assert run(["check"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "error: interrupted\n"

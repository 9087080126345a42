"""Arguments to exit code: the one place that catches errors."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from buildkit.cli.answering import run_once
from buildkit.cli.expand import expand_options
from buildkit.cli.sections import Sectioned
from buildkit.cli.spelling import spelled
from buildkit.cli.verbs import FAMILIES, VERBS, Verb
from buildkit.errors import FULL_DISK, BuildkitError, ExitCode
from buildkit.version import __version__

ABOUT = "Prove feature isolation, check, build and run a Rust workspace for every target that it ships to."


GARBAGE_THRESHOLD = 200_000
"""How many more objects there are before the interpreter looks for garbage."""


def main() -> None:
    """Run the command line of this process and end it."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # Closed by the caller: what would be said there is said to nobody.
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115  # the stream of the whole process
    # What a run makes, it keeps to its end: looking for garbage takes a fifth of the time and finds none.
    gc.set_threshold(GARBAGE_THRESHOLD)
    sys.exit(run_once(sys.argv[1:], run))


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return the exit code."""
    words: Sequence[str] = arguments
    try:
        words = spelled(arguments)
        return _completed(build_app(_completing() or words)(args=words, prog_name="buildkit", standalone_mode=False))
    except BrokenPipeError:
        # The reader has gone; without this, the interpreter complains when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERRUPTED
    except KeyboardInterrupt:
        return _refuse("interrupted", None, ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001  # the last resort, and the only one
        return _explain(error, words)


def _explain(error: Exception, words: Sequence[str]) -> int:
    match error:
        case BuildkitError():
            return _refuse(error.message, error.hint, error.exit_code)
        case typer.TyperException():
            return _refuse(error.format_message(), _help_for(words), ExitCode.USAGE)
        case typer.Abort():
            return _refuse("interrupted", None, ExitCode.INTERRUPTED)
        case OSError():
            return _environment_failed(error)
        case _:
            return _internal_error()


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """Return the command line with the verb that `arguments` name, and the summaries of all others."""
    app = typer.Typer(name="buildkit", help=ABOUT, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(_take_options)
    families = {name: typer.Typer(help=summary, no_args_is_help=True, rich_markup_mode=None) for name, summary in FAMILIES.items()}
    words = [argument for argument in arguments if not argument.startswith("-")]
    for verb in VERBS:
        group = app if verb.parent is None else families[verb.parent]
        group.command(name=verb.name, cls=Sectioned, help=None if _is_called(verb, words) else verb.summary)(_function(verb, words))
    for name, family in families.items():
        app.add_typer(family, name=name)
    return app


def _completing() -> list[str]:
    """Return the words that a shell asks to complete, which it does not pass as arguments; none where it asks for nothing."""
    asked = os.environ.get("_BUILDKIT_COMPLETE")
    if not asked:
        return []
    line = os.environ.get("COMP_WORDS" if asked == "complete_bash" else "_TYPER_COMPLETE_ARGS", "")
    return line.split()[1:]


def _print_version(asked: bool) -> None:  # noqa: FBT001  # what typer calls
    if asked:
        typer.echo(f"buildkit {__version__}")
        raise typer.Exit


def _take_options(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that need no verb."""


def _is_called(verb: Verb, words: Sequence[str]) -> bool:
    path = [verb.name] if verb.parent is None else [verb.parent, verb.name]
    return list(words[: len(path)]) == path


def _help_for(words: Sequence[str]) -> str:
    """Return the command that shows the help of the verb or the family which a command line names."""
    named = [word for word in words if not word.startswith("-")]
    called = [[verb.name] if verb.parent is None else [verb.parent, verb.name] for verb in VERBS if _is_called(verb, named)]
    path = called[0] if called else [name for name in named[:1] if name in FAMILIES]
    return " ".join(["buildkit", *path, "--help"])


def _function(verb: Verb, words: Sequence[str]) -> Callable[..., Any]:
    if not _is_called(verb, words):
        return _not_called
    return expand_options(getattr(importlib.import_module(verb.module), verb.function))


def _not_called() -> None:
    """Stand for a verb that this command line does not call."""


def _completed(result: object) -> int:
    if result == ExitCode.INTERRUPTED:
        return _refuse("interrupted", None, ExitCode.INTERRUPTED)
    return int(result) if isinstance(result, int) else ExitCode.PASSED


def _refuse(message: str, hint: str | None, code: ExitCode) -> int:
    typer.echo(f"error: {message}", err=True)
    if hint:
        typer.echo(f" hint: {hint}", err=True)
    return code


def _environment_failed(error: OSError) -> int:
    # Of two files, such as those of a copy, the second is the one that is written.
    file = error.filename2 or error.filename
    place = f"{file}: " if file else ""
    if error.errno in FULL_DISK:
        # Wherever the disk is full, be it for cargo, for the store or for a report: the machine lacks something.
        return _refuse(f"{place}the disk is full", "df -h", ExitCode.TOOLCHAIN)
    return _refuse(f"{place}{(error.strerror or str(error)).lower()}", None, ExitCode.USAGE)


def _internal_error() -> int:
    traceback.print_exc()
    return _refuse("this is a bug in buildkit; please report it with the lines above", None, ExitCode.INTERNAL)

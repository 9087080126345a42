from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from buildkit.cli.plain_values import UNKNOWN, PlainCommand, plain_value


class Color(StrEnum):
    AUTO = "auto"
    NEVER = "never"


@pytest.mark.parametrize(
    ("annotation", "value", "found"),
    [
        (str, "a", "a"),
        (str | None, None, None),
        (Path, "a/../b", Path("a/../b")),
        (Path | None, "a", Path("a")),
        (Color, "never", Color.NEVER),
        (list[str], ("a", "b"), ["a", "b"]),
        (list[str] | None, None, None),
        (list[str], None, ()),
        (float, 30.0, 30.0),
        (Color, Color.AUTO, Color.AUTO),
        (Color, "purple", UNKNOWN),
        (int, "3", UNKNOWN),
        (int | None, "3", UNKNOWN),
        (int, True, UNKNOWN),
        (list[int], ("3",), UNKNOWN),
        (str | int, "3", UNKNOWN),
    ],
)
def test_only_what_is_sure_is_converted(annotation: Any, value: Any, found: Any) -> None:
    assert plain_value(annotation, value) == found
    assert type(plain_value(annotation, value)) is type(found)


def app_of(**options: Any) -> tuple[typer.Typer, list[dict[str, Any]]]:
    got: list[dict[str, Any]] = []

    def verb(
        where: Annotated[str, typer.Argument()],
        cells: Annotated[list[str] | None, typer.Argument()] = None,
        *,
        color: Annotated[Color, typer.Option()] = Color.AUTO,
        jobs: Annotated[int | None, typer.Option(min=1)] = None,
        file: Annotated[Path | None, typer.Option()] = None,
        real: Annotated[Path | None, typer.Option(exists=True)] = None,
        tag: Annotated[list[str] | None, typer.Option()] = None,
        quiet: Annotated[bool, typer.Option("--quiet")] = False,
        limit: Annotated[float, typer.Option()] = 2.5,
    ) -> None:
        got.append(locals() | {"got": None})

    app = typer.Typer(rich_markup_mode=None)
    app.command(**options)(verb)
    return app, got


LINES = (
    "a",
    "a b c --color never --tag x --tag y --file f/g --quiet",
    "a --jobs 3 --limit 7",
    "a --jobs 0",
    "a --jobs three",
    "a --color purple",
    "a --color Never",
    "a --real /nowhere/at/all",
    "a --real /",
    "",
    "a --unknown",
)


@pytest.mark.parametrize("line", LINES)
def test_every_command_line_means_what_typer_makes_of_it(line: str) -> None:
    (plain, plainly), (usual, usually) = app_of(cls=PlainCommand), app_of()
    runs = [CliRunner().invoke(app, line.split()) for app in (plain, usual)]
    assert (runs[0].exit_code, runs[0].output) == (runs[1].exit_code, runs[1].output)
    assert plainly == usually


def test_typer_still_asks_a_parameter_for_its_value() -> None:
    assert "process_value" in vars(sys.modules["typer.core"]._TyperParameter)

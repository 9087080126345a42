"""Workspaces with defects, checked in every way that there is, each in a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from batch_graphs import Opened, open_cells

from buildkit.cargo.calls import CargoOptions
from buildkit.execute.compile import check_cell
from buildkit.execute.context import Context
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.pipeline import attempt
from buildkit.execute.together import check_together
from buildkit.execute.work import Work
from buildkit.model import Stage
from buildkit.process import Command, Completed, OnLine, Runner

Verdicts = dict[str, str]

ROOT = '[workspace]\nresolver = "2"\nmembers = ["crates/*"]\n'


@dataclass(frozen=True, kw_only=True)
class Defect:
    """A workspace, and which cells fail by themselves; `wrapped` says whether any are checked through wrappers."""

    files: Mapping[str, str]
    fails: frozenset[str]
    wrapped: bool = True


def manifest(name: str, features: str = "", dependencies: str = "", *, more: str = "") -> str:
    """Return a manifest; the arguments are lines of its tables, and `more` follows the package's own keys."""
    own = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n{more}\n'
    return f"{own}[features]\n{features}\n[dependencies]\n{dependencies}\n"


def write_workspace(root: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder, the workspace's own in `ws/`, with a virtual manifest where none is given."""
    for name, text in ({"ws/Cargo.toml": ROOT} | dict(files)).items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
        place.chmod(0o755 if text.startswith("#!") else 0o644)
        if name.endswith("Cargo.toml") and "[package]" in text and not (place.parent / "src/lib.rs").exists():
            (place.parent / "src").mkdir(exist_ok=True)
            (place.parent / "src/lib.rs").touch()
    return root / "ws"


def checked(context: Context, work: Work) -> StageOutcome:
    """Check a cell by its own call."""
    return check_cell(context, work)[0]


def alone(opened: Opened) -> Verdicts:
    """Check every cell by its own call."""
    return {work.planned.cell.id: attempt(opened.context, work, Stage.CHECK, checked).result.verdict.value for work in opened.works}


@dataclass
class Recording:
    """Runs commands, and keeps them."""

    processes: Runner
    commands: list[Command] = field(default_factory=list)

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        self.commands.append(command)
        return self.processes.run(command, on_stdout=on_stdout, on_stderr=on_stderr, timeout=timeout)


def together(opened: Opened) -> tuple[Verdicts, tuple[Command, ...]]:
    """Check the cells as `buildkit check` does, and return what was run for that."""
    found: Verdicts = {}
    recording = Recording(processes=opened.context.processes)

    def finish(work: Work, outcome: StageOutcome) -> bool:
        found[work.planned.cell.id] = outcome.result.verdict.value
        return True

    check_together(replace(opened.context, processes=recording), opened.works, finish)
    return found, tuple(recording.commands)


def hold(scratch: Path, defect: Defect, asked: CargoOptions | None = None) -> None:
    """Hold the verdicts of wrapped and of joined calls against those of plain calls, and all against what is expected."""
    found, commands = compared(scratch, lambda place: write_workspace(place, defect.files), asked=asked)
    failed = {cell.replace("/native", "") for cell, verdict in found.items() if verdict != "pass"}
    assert failed == defect.fails, found
    assert is_wrapped(commands) == defect.wrapped


def compared(
    scratch: Path, write: Callable[[Path], Path], *, deepest: int = 2, asked: CargoOptions | None = None
) -> tuple[Verdicts, tuple[Command, ...]]:
    """Hold the verdicts of wrapped and of joined calls against those of plain calls, each from a cold start.

    `write` makes the workspace in a folder, `asked` has the command and its arguments. Return the verdicts, and what was run where wrappers
    were allowed.
    """

    def open_in(place: Path) -> Opened:
        return asking(open_cells(write(place), ("native",), deepest=deepest), asked)

    expected = alone(open_in(scratch / "alone"))
    opened = open_in(scratch / "joined")
    joined, without = together(replace(opened, context=replace(opened.context, wraps=False)))
    wrapped, commands = together(open_in(scratch / "wrapped"))
    for way in ("alone", "joined", "wrapped"):
        shutil.rmtree(scratch / way)
    assert wrapped == expected
    assert joined == expected
    assert not is_wrapped(without)
    return expected, commands


def asking(opened: Opened, asked: CargoOptions | None) -> Opened:
    """Return the same cells for the command and the arguments of `asked`, `None` for a plain check."""
    if asked is None:
        return opened
    options = replace(opened.context.options, command=asked.command, arguments=asked.arguments)
    return replace(opened, context=replace(opened.context, options=options))


def is_wrapped(commands: Iterable[Command]) -> bool:
    """Say whether a command checks a scratch workspace."""
    return any("--workspace" in command.argv for command in commands)

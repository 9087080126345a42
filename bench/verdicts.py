"""What each tool says of each cell, read from its own output, and where two of them disagree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from bench.cells import Cell, FeatureNames, cell_of_command
from buildkit.errors import BuildkitError

Verdicts = Mapping[Cell, bool]
"""Whether each cell passes."""

_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_HACK_RUN = re.compile(r"^info: running `(?P<command>[^`]+)` on (?P<package>\S+) \(\d+/\d+\)$")
_HACK_FAILED_PACKAGE = re.compile(r"^ {4}(?P<package>\S+):$")
_HACK_FAILED_COMMAND = re.compile(r"^ {8}`(?P<command>[^`]+)`$")
_FC_RESULT = re.compile(r"^\s*(?P<verdict>PASS|WARN|FAIL) (?P<package>\S+) \( .*features = \[(?P<features>[^\]]*)\] \)$")


def read_hack(text: str, known: FeatureNames) -> Verdicts:
    """Read the log of `cargo hack --keep-going`: what it ran, and the commands that it lists as failed at the end."""
    verdicts: dict[Cell, bool] = {}
    package = ""
    for line in _STYLE.sub("", text).splitlines():
        if run := _HACK_RUN.match(line):
            verdicts[cell_of_command(run["command"], run["package"], known)] = True
        elif heading := _HACK_FAILED_PACKAGE.match(line):
            package = heading["package"]
        elif failed := _HACK_FAILED_COMMAND.match(line):
            verdicts[cell_of_command(failed["command"], package, known)] = False
    return verdicts


def read_fc(text: str) -> Verdicts:
    """Read the summary of cargo-fc."""
    lines = (_FC_RESULT.match(line) for line in _STYLE.sub("", text).splitlines())
    return {
        Cell(package=line["package"], features=tuple(sorted(filter(None, line["features"].split(", "))))): line["verdict"] != "FAIL"
        for line in lines
        if line
    }


class _ReportedCell(msgspec.Struct, frozen=True, kw_only=True):
    package: str
    features: tuple[str, ...]
    verdict: str


class _Report(msgspec.Struct, frozen=True, kw_only=True):
    cells: tuple[_ReportedCell, ...]


def read_buildkit(text: str) -> Verdicts:
    """Read the JSON report of `buildkit check`; raises `BuildkitError` where a cell was neither passed nor failed."""
    verdicts = {}
    for cell in msgspec.json.decode(text, type=_Report).cells:
        known = Cell(package=cell.package, features=tuple(sorted(cell.features)))
        if cell.verdict not in {"pass", "fail"}:
            raise BuildkitError(f"buildkit says {cell.verdict!r} of {known}", hint="buildkit doctor")
        verdicts[known] = cell.verdict == "pass"
    return verdicts


def disagreements(expected: Iterable[Cell], said: Mapping[str, Verdicts]) -> tuple[str, ...]:
    """Return a sentence for each cell that a tool left out, added, or judged otherwise than the first of the tools."""
    cells = frozenset(expected)
    found: list[str] = []
    reference, *_ = said
    for tool, verdicts in said.items():
        found += [f"{tool} did not judge {cell}" for cell in sorted(cells - verdicts.keys())]
        found += [f"{tool} judged {cell}, which was not asked for" for cell in sorted(verdicts.keys() - cells)]
        common = sorted(cells & verdicts.keys() & said[reference].keys())
        found += [
            f"{cell}: {_word(passed=verdicts[cell])} says {tool}, {_word(passed=said[reference][cell])} says {reference}"
            for cell in common
            if verdicts[cell] != said[reference][cell]
        ]
    return tuple(found)


def _word(*, passed: bool) -> str:
    return "pass" if passed else "fail"

"""What is to be mended after a run: each different finding of what failed once, with the line to edit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from buildkit.execute.verdicts import GOOD
from buildkit.model import CellResult, Finding, RunReport, Verdict
from buildkit.records import dataclass
from buildkit.reports.words import UNEXPECTED_PASS, clean

RUSTC_PLACE: Final = re.compile(r"^\s*--> (?P<file>[^\n]+?):(?P<line>\d+):\d+$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Defect:
    """A finding of a cell or a proof, called `where`; no finding where a failure was foretold and did not come.

    `file` is relative to the workspace where it lies in it, `None` where no line is to blame; `line` counts from 1.
    """

    where: str
    finding: Finding | None
    file: str | None = None
    line: int | None = None

    @property
    def title(self) -> str:
        """Return what it is, and where it was found first."""
        return self.where if self.finding is None else f"{self.finding.rule} in {self.where}"

    @property
    def message(self) -> str:
        """Return what is wrong, and in a second line what to edit, where that is known."""
        if self.finding is None:
            return UNEXPECTED_PASS
        return f"{self.finding.message}\n{self.finding.fix}" if self.finding.fix else self.finding.message


def defects(report: RunReport) -> tuple[Defect, ...]:
    """Return the defects of a run, those of cells first."""
    found = [defect for result in report.cells if result.verdict not in GOOD for defect in _of_cell(result)]
    for proof in report.proofs:
        if proof.verdict not in GOOD:
            found.extend(_of_finding(finding, f"{proof.package} on {proof.target}") for finding in proof.findings)
    first: dict[tuple[str | None, int | None, str], Defect] = {}
    for defect in found:
        first.setdefault((defect.file, defect.line, defect.message), defect)
    return tuple(first.values())


def from_checkout(file: str, workspace: Path, checkout: Path | None) -> str:
    """Return the name of a file from the root of a checkout, by default the workspace's; the whole path where it is not there."""
    path, root = workspace / file, workspace if checkout is None else checkout
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def _of_cell(result: CellResult) -> Iterator[Defect]:
    if result.verdict is Verdict.UNEXPECTED_PASS:
        yield Defect(where=result.cell.id, finding=None)
    said = [clean(stage.diagnostics) for stage in result.stages if stage.verdict not in GOOD]
    for finding in result.findings:
        defect = _of_finding(finding, result.cell.id)
        yield defect if finding.path else _pointed(defect, said)


def _of_finding(finding: Finding, where: str) -> Defect:
    """Point at the last step of the path that lies in a file: that is where the fix is made."""
    last = next((step for step in reversed(finding.path) if step.file is not None), None)
    return Defect(where=where, finding=finding, file=None if last is None else last.file, line=None if last is None else last.line)


def _pointed(defect: Defect, said: Iterable[str]) -> Defect:
    """Point at the first line that rustc named."""
    match = next((found for text in said if (found := RUSTC_PLACE.search(text))), None)
    return defect if match is None else replace(defect, file=match["file"], line=int(match["line"]))

"""The failing part of a report, as data: one block for each defect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Final

from buildkit.execute.verdicts import GOOD
from buildkit.model import CellResult, Finding, Proof, RunReport, Stage, StageResult, Verdict
from buildkit.records import dataclass
from buildkit.reports.words import cell_duration, clean

COMPILING: Final = frozenset({Stage.CHECK, Stage.BUILD})

_DIAGNOSTIC_START: Final = re.compile(r"^(?=error\b|warning\b)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Repeatable:
    """A finding or a diagnostic text; `seen_in` is the id of the block that has it already, `None` the first time."""

    content: Finding | str
    seen_in: str | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """Everything that a reader needs to mend one defect, as the first cell or proof that has it shows it.

    `others` are the further cells that it breaks; `spent` is empty where time plays no part.
    """

    verdict: Verdict
    id: str
    others: tuple[str, ...] = ()
    spent: str = ""
    expectation: str | None = None
    reasons: tuple[str, ...] = ()
    findings: tuple[Repeatable, ...] = ()
    diagnostics: tuple[Repeatable, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass()
class Blocks:
    """Makes blocks one after another, and remembers what earlier ones have shown."""

    _seen: dict[object, str] = field(default_factory=dict)

    def of_report(self, report: RunReport) -> tuple[Block, ...]:
        """Return the blocks of all failing cells, then of the failing proofs that have more to say."""
        return (*self.of_cells(report.cells), *self._of_proofs(report.proofs))

    def of_cells(self, results: Iterable[CellResult]) -> tuple[Block, ...]:
        """Return the blocks of those cells that failed, one for all that have the same defect."""
        alike: dict[object, list[CellResult]] = {}
        for result in results:
            if result.verdict not in GOOD:
                alike.setdefault(_defect(result), []).append(result)
        return tuple(self._of_cell(first, tuple(other.cell.id for other in others)) for first, *others in alike.values())

    def _of_cell(self, result: CellResult, others: tuple[str, ...]) -> Block:
        at_fault = _at_fault(result)
        messages = {finding.message for finding in result.findings}
        name = result.cell.id
        return Block(
            verdict=result.verdict,
            id=name,
            others=others,
            spent=cell_duration(result),
            expectation=result.expectation,
            reasons=tuple(dict.fromkeys(stage.reason for stage in at_fault if stage.reason and stage.reason not in messages)),
            findings=self._once(result.findings, name),
            diagnostics=self._once(diagnostics(at_fault), name),
            commands=tuple(dict.fromkeys(stage.command for stage in at_fault if stage.command)),
        )

    def _of_proofs(self, proofs: Iterable[Proof]) -> Iterator[Block]:
        for proof in proofs:
            name = f"{proof.package} on {proof.target}"
            findings = self._once(proof.findings, name)
            if proof.verdict not in GOOD and any(finding.seen_in is None for finding in findings):
                yield Block(verdict=proof.verdict, id=f"proof of {name}", findings=findings)

    def _once(self, contents: Iterable[Finding | str], name: str) -> tuple[Repeatable, ...]:
        return tuple(Repeatable(content=content, seen_in=self._earlier(content, name)) for content in dict.fromkeys(contents))

    def _earlier(self, content: Finding | str, name: str) -> str | None:
        first = self._seen.setdefault(content, name)
        return None if first == name else first


def _at_fault(result: CellResult) -> tuple[StageResult, ...]:
    return tuple(stage for stage in result.stages if stage.verdict not in GOOD) or result.stages[-1:]


def _defect(result: CellResult) -> object:
    """Return what is equal for cells that break by the same defect: one edit mends them all, or the same words were said of each."""
    at_fault = _at_fault(result)
    said = diagnostics(at_fault)
    if not result.findings and not said:
        return result.cell.id
    named = (
        (finding.rule, finding.subject if finding.subject != result.cell.id else "", finding.fix or finding.message)
        for finding in result.findings
    )
    return result.verdict, result.expectation, tuple(stage.stage for stage in at_fault), frozenset(named), said


def diagnostics(stages: Iterable[StageResult]) -> tuple[str, ...]:
    """Return what rustc and programs said in these stages, each of rustc's messages once."""
    texts = [text for stage in stages for text in _messages(stage)]
    return tuple(dict.fromkeys(text.strip("\n").rstrip() for text in texts if text.strip()))


def _messages(stage: StageResult) -> list[str]:
    text = clean(stage.diagnostics)
    return _DIAGNOSTIC_START.split(text) if stage.stage in COMPILING else [text]

"""What the end of a run has to say, as data: failing blocks, figures per target, artifacts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from buildkit.execute.verdicts import GOOD
from buildkit.model import Artifact, CellResult, Finding, Proof, RunReport, Stage, StageResult, Verdict
from buildkit.reports.words import cell_duration, clean, counted, duration

COMPILING: Final = frozenset({Stage.CHECK, Stage.BUILD})

_DIAGNOSTIC_START: Final = re.compile(r"^(?=error\b|warning\b)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Repeatable:
    """A finding or a diagnostic text; `seen_in` is the id of the block that has it already, `None` the first time."""

    content: Finding | str
    seen_in: str | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """Everything that a reader needs to mend one failing cell or proof; `spent` is empty where time plays no part."""

    verdict: Verdict
    id: str
    spent: str = ""
    expectation: str | None = None
    reasons: tuple[str, ...] = ()
    findings: tuple[Repeatable, ...] = ()
    diagnostics: tuple[Repeatable, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How the cells of one target ended; what failed as expected has passed, what passed unexpectedly has failed."""

    target: str
    passed: int
    failed: int
    errors: int
    skipped: int


@dataclass
class Blocks:
    """Makes blocks one after another, and remembers what earlier ones have shown."""

    _seen: dict[object, str] = field(default_factory=dict)

    def of_report(self, report: RunReport) -> tuple[Block, ...]:
        """Return the blocks of all failing cells, then of the failing proofs that have more to say."""
        return (*self.of_cells(report.cells), *self._of_proofs(report.proofs))

    def of_cells(self, results: Iterable[CellResult]) -> tuple[Block, ...]:
        """Return the blocks of those cells that failed."""
        return tuple(self._of_cell(result) for result in results if result.verdict not in GOOD)

    def _of_cell(self, result: CellResult) -> Block:
        at_fault = tuple(stage for stage in result.stages if stage.verdict not in GOOD) or result.stages[-1:]
        messages = {finding.message for finding in result.findings}
        name = result.cell.id
        return Block(
            verdict=result.verdict,
            id=name,
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


def diagnostics(stages: Iterable[StageResult]) -> tuple[str, ...]:
    """Return what rustc and programs said in these stages, each of rustc's messages once."""
    texts = [text for stage in stages for text in _messages(stage)]
    return tuple(dict.fromkeys(text.strip("\n").rstrip() for text in texts if text.strip()))


def _messages(stage: StageResult) -> list[str]:
    text = clean(stage.diagnostics)
    return _DIAGNOSTIC_START.split(text) if stage.stage in COMPILING else [text]


def tallies(report: RunReport) -> tuple[Tally, ...]:
    """Return the figures of each target, in the order of the cells."""
    verdicts: dict[str, list[Verdict]] = {}
    for result in report.cells:
        verdicts.setdefault(result.cell.target, []).append(result.verdict)
    return tuple(
        Tally(
            target=target,
            passed=found.count(Verdict.PASS) + found.count(Verdict.EXPECTED_FAIL),
            failed=found.count(Verdict.FAIL) + found.count(Verdict.UNEXPECTED_PASS),
            errors=found.count(Verdict.ERROR),
            skipped=found.count(Verdict.SKIPPED),
        )
        for target, found in verdicts.items()
    )


def artifacts(report: RunReport) -> tuple[Artifact, ...]:
    """Return all artifacts, each path once; cells of one closure share theirs."""
    return tuple({artifact.path: artifact for result in report.cells for artifact in result.artifacts}.values())


def totals(report: RunReport) -> str:
    """Return the accounting of a run in one line."""
    summary = report.summary
    expected = sum(result.verdict is Verdict.EXPECTED_FAIL for result in report.cells)
    parts = (
        f"{summary.passed:,} passed" + (f" ({expected:,} failed as expected)" if expected else ""),
        f"{summary.failed:,} failed" if summary.failed else "",
        counted(summary.errors, "error") if summary.errors else "",
        f"{summary.skipped:,} skipped" if summary.skipped else "",
    )
    held = sum(proof.verdict in GOOD for proof in report.proofs)
    proofs = f"; {held:,} of {counted(len(report.proofs), 'proof')} hold" if report.proofs else ""
    return f"{counted(summary.cells, 'cell')} in {duration(summary.seconds)}: {', '.join(part for part in parts if part)}{proofs}"


def effort(report: RunReport) -> str:
    """Return what a run cost in one line."""
    summary = report.summary
    return f"{summary.compiled:,} compiled, {summary.cached:,} cached, {counted(summary.cargo_calls, 'cargo call')}"

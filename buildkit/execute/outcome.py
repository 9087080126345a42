"""What one stage of one cell came to."""

from __future__ import annotations

from pathlib import Path

from buildkit.model import Artifact, Cell, Finding, Rule, Stage, StageResult, Verdict
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class StageOutcome:
    """The result of a stage, its findings, and what it leaves to the stages after it.

    `files` are what cargo made and is yet to be inspected; `artifacts` are inspected.
    """

    result: StageResult
    findings: tuple[Finding, ...] = ()
    files: tuple[Path, ...] = ()
    artifacts: tuple[Artifact, ...] = ()


def not_judged(cell: Cell, stage: Stage, reason: str) -> StageOutcome:
    """Return a stage that could not be judged, with the reason as its finding."""
    finding = Finding(rule=Rule.TOOLCHAIN, subject=cell.id, message=reason)
    return StageOutcome(result=StageResult(stage=stage, verdict=Verdict.ERROR, reason=reason), findings=(finding,))


def skipped(stage: Stage, reason: str) -> StageOutcome:
    """Return a stage that was not run, with its reason."""
    return StageOutcome(result=StageResult(stage=stage, verdict=Verdict.SKIPPED, reason=reason))

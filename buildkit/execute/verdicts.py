"""From stages to the verdict of a cell, from cells to the accounting of a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from buildkit.config.schema import Expectation
from buildkit.errors import ExitCode
from buildkit.model import CellResult, Finding, Proof, Rule, Stage, StageResult, Summary, Verdict

GOOD = frozenset({Verdict.PASS, Verdict.SKIPPED, Verdict.EXPECTED_FAIL})
"""The verdicts that do not fail a run."""


def overall(stages: Iterable[StageResult]) -> Verdict:
    """Return the verdict of a cell: an error outweighs a failure, a failure a pass, and only what was never judged is skipped."""
    verdicts = {stage.verdict for stage in stages}
    return next((verdict for verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.PASS) if verdict in verdicts), Verdict.SKIPPED)


def meet_expectation(verdict: Verdict, findings: Sequence[Finding], expectation: Expectation | None) -> Verdict:
    """Turn a failure that was foretold into `expected-fail`, and a pass in its place into `unexpected-pass`; an error stays one."""
    if expectation is None or expectation.verdict is not Verdict.FAIL:
        return verdict
    if verdict is Verdict.PASS:
        return Verdict.UNEXPECTED_PASS
    foretold = expectation.rule is None or all(finding.rule is expectation.rule for finding in findings)
    return Verdict.EXPECTED_FAIL if verdict is Verdict.FAIL and foretold else verdict


def excuse_proofs(proofs: Iterable[Proof], results: Sequence[CellResult]) -> tuple[Proof, ...]:
    """Turn a failed proof into `expected-fail` where each of its findings is one of a cell that was expected to fail."""
    excused = {
        (result.cell.package, result.cell.target, finding.rule, finding.subject)
        for result in results
        if result.verdict is Verdict.EXPECTED_FAIL
        for finding in result.findings
    }
    return tuple(_excused(proof, excused) for proof in proofs)


def _excused(proof: Proof, excused: set[tuple[str, str, Rule, str]]) -> Proof:
    foretold = all((proof.package, proof.target, finding.rule, finding.subject) in excused for finding in proof.findings)
    return replace(proof, verdict=Verdict.EXPECTED_FAIL) if proof.verdict is Verdict.FAIL and foretold else proof


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What a run cost. `seconds` is wall-clock time."""

    distinct: int = 0
    cargo_calls: int = 0
    seconds: float = field(default=0.0)


def summarize(results: Sequence[CellResult], counts: Counts) -> Summary:
    """Return the accounting of a run."""
    verdicts = [result.verdict for result in results]
    compiling = [stage for result in results for stage in result.stages if stage.stage in (Stage.CHECK, Stage.BUILD)]
    judged = [stage for stage in compiling if stage.verdict is not Verdict.SKIPPED]
    return Summary(
        cells=len(results),
        passed=sum(verdict in (Verdict.PASS, Verdict.EXPECTED_FAIL) for verdict in verdicts),
        failed=sum(verdict in (Verdict.FAIL, Verdict.UNEXPECTED_PASS) for verdict in verdicts),
        errors=verdicts.count(Verdict.ERROR),
        skipped=verdicts.count(Verdict.SKIPPED),
        requested=len(results),
        distinct=counts.distinct,
        compiled=sum(not stage.cached for stage in judged),
        cached=sum(stage.cached for stage in judged),
        cargo_calls=counts.cargo_calls,
        seconds=counts.seconds,
    )


def exit_code(results: Iterable[CellResult], proofs: Iterable[Proof]) -> ExitCode:
    """Return what the process ends with: 0 only where no cell and no proof failed or could not be judged."""
    good = all(result.verdict in GOOD for result in results) and all(proof.verdict in GOOD for proof in proofs)
    return ExitCode.PASSED if good else ExitCode.FAILED

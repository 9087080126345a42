"""From stages to the verdict of a cell, from cells to the accounting of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from buildkit.config.schema import Expectation
from buildkit.errors import ExitCode
from buildkit.model import CellResult, Finding, Proof, Rule, Stage, StageResult, Summary, Verdict
from buildkit.records import dataclass

GOOD = frozenset({Verdict.PASS, Verdict.SKIPPED, Verdict.EXPECTED_FAIL})
"""The verdicts that do not fail a run."""


COMPILING = frozenset({Stage.CHECK, Stage.BUILD})

_GRAPH = frozenset({Stage.ISOLATION})
_ARTIFACT = frozenset({Stage.ARTIFACT})
SHOWN_IN: Mapping[Rule | None, frozenset[Stage]] = {
    **dict.fromkeys((Rule.DENIED_CRATE, Rule.DENIED_FEATURE, Rule.EXCLUSIVE_FEATURES, Rule.MISSING_FEATURE), _GRAPH),
    **dict.fromkeys((Rule.IMPORT, Rule.SIZE, Rule.WORLD), _ARTIFACT),
    Rule.LINKAGE: frozenset({Stage.BUILD, Stage.ARTIFACT}),
    Rule.RUN: frozenset({Stage.RUN}),
}
"""The stages in which a failure by a rule shows; those that compile for every other rule, and where none is foretold."""


def overall(stages: Sequence[StageResult]) -> Verdict:
    """Return the verdict of a cell: an error outweighs a failure, a failure a pass.

    Skipped is what was never judged, and what was to be run in the end and could not be, however well it compiles.
    """
    verdicts = {stage.verdict for stage in stages}
    if stages and stages[-1].stage is Stage.RUN and stages[-1].verdict is Verdict.SKIPPED:
        verdicts.discard(Verdict.PASS)
    return next((verdict for verdict in (Verdict.ERROR, Verdict.FAIL, Verdict.PASS) if verdict in verdicts), Verdict.SKIPPED)


def meet_expectation(stages: Sequence[StageResult], findings: Sequence[Finding], expectation: Expectation | None) -> Verdict:
    """Turn a failure that was foretold into `expected-fail`, and a pass in its place into `unexpected-pass`; an error stays one.

    A pass is unexpected only where a stage ran in which the failure could have shown.
    """
    verdict = overall(stages)
    if expectation is None or expectation.verdict is not Verdict.FAIL:
        return verdict
    if verdict is Verdict.PASS:
        passed = {stage.stage for stage in stages if stage.verdict is Verdict.PASS}
        return Verdict.UNEXPECTED_PASS if passed & SHOWN_IN.get(expectation.rule, COMPILING) else verdict
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
    """Return the accounting of a run. What ended in an error was neither compiled nor cached."""
    verdicts = [result.verdict for result in results]
    compiling = [stage for result in results for stage in result.stages if stage.stage in (Stage.CHECK, Stage.BUILD)]
    judged = [stage for stage in compiling if stage.verdict not in (Verdict.SKIPPED, Verdict.ERROR)]
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

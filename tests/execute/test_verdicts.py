"""From stages to verdicts, and from verdicts to the exit code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from buildkit.config.schema import Expectation
from buildkit.errors import ExitCode
from buildkit.execute.verdicts import Counts, excuse_proofs, exit_code, meet_expectation, overall, summarize
from buildkit.model import Cell, CellResult, Finding, Proof, Rule, Stage, StageResult, Verdict

CELL = Cell(package="app", target="native", features=())
LEAK = Finding(rule=Rule.DENIED_CRATE, subject="tempfile", message="must not be reached")
BROKEN = Finding(rule=Rule.COMPILE_ERROR, subject="app", message="error[E0432]")
FORETOLD = Expectation(cell="app/native/-", verdict=Verdict.FAIL, reason="known", rule=Rule.DENIED_CRATE)


def stage(verdict: Verdict, name: Stage = Stage.CHECK) -> StageResult:
    return StageResult(stage=name, verdict=verdict)


def result(verdict: Verdict, *findings: Finding) -> CellResult:
    return CellResult(cell=CELL, triple="x86_64-unknown-linux-gnu", verdict=verdict, stages=(stage(verdict),), findings=findings)


def proof(*findings: Finding) -> Proof:
    return Proof(package="app", target="native", selections=4, verdict=Verdict.FAIL if findings else Verdict.PASS, findings=findings)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        pytest.param([Verdict.PASS, Verdict.PASS], Verdict.PASS, id="all pass"),
        pytest.param([Verdict.PASS, Verdict.SKIPPED], Verdict.PASS, id="a skipped stage takes nothing away"),
        pytest.param([Verdict.FAIL, Verdict.SKIPPED], Verdict.FAIL, id="failed"),
        pytest.param([Verdict.FAIL, Verdict.ERROR], Verdict.ERROR, id="an error outweighs a failure"),
        pytest.param([Verdict.SKIPPED, Verdict.SKIPPED], Verdict.SKIPPED, id="never judged"),
        pytest.param([], Verdict.SKIPPED, id="nothing ran"),
    ],
)
def test_the_verdict_of_a_cell(verdicts: list[Verdict], expected: Verdict) -> None:
    assert overall([stage(verdict) for verdict in verdicts]) is expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        pytest.param([Verdict.PASS, Verdict.SKIPPED], Verdict.SKIPPED, id="compiled and never run"),
        pytest.param([Verdict.PASS, Verdict.PASS], Verdict.PASS, id="ran"),
        pytest.param([Verdict.FAIL, Verdict.SKIPPED], Verdict.FAIL, id="did not compile"),
        pytest.param([Verdict.ERROR, Verdict.SKIPPED], Verdict.ERROR, id="could not be judged"),
    ],
)
def test_a_cell_that_was_to_run_has_not_passed_before_it_ran(verdicts: list[Verdict], expected: Verdict) -> None:
    first, last = verdicts
    assert overall([stage(first, Stage.BUILD), stage(last, Stage.RUN)]) is expected


@pytest.mark.parametrize(
    ("verdict", "findings", "expected"),
    [
        pytest.param(Verdict.FAIL, [LEAK], Verdict.EXPECTED_FAIL, id="failed as foretold"),
        pytest.param(Verdict.FAIL, [BROKEN], Verdict.FAIL, id="failed by another rule"),
        pytest.param(Verdict.FAIL, [LEAK, BROKEN], Verdict.FAIL, id="failed by more than the rule"),
        pytest.param(Verdict.PASS, [], Verdict.UNEXPECTED_PASS, id="passed"),
        pytest.param(Verdict.ERROR, [], Verdict.ERROR, id="an error is never foretold"),
    ],
)
def test_an_expectation_is_kept_honest(verdict: Verdict, findings: list[Finding], expected: Verdict) -> None:
    assert meet_expectation([stage(verdict, Stage.ISOLATION)], findings, FORETOLD) is expected


@pytest.mark.parametrize(
    ("rule", "ran", "expected"),
    [
        pytest.param(Rule.COMPILE_ERROR, Stage.ISOLATION, Verdict.PASS, id="nothing was compiled"),
        pytest.param(Rule.COMPILE_ERROR, Stage.CHECK, Verdict.UNEXPECTED_PASS, id="compiled"),
        pytest.param(Rule.RUN, Stage.CHECK, Verdict.PASS, id="nothing was run"),
        pytest.param(None, Stage.ISOLATION, Verdict.PASS, id="any failure, and the graph alone was judged"),
        pytest.param(None, Stage.BUILD, Verdict.UNEXPECTED_PASS, id="any failure, and it was built"),
    ],
)
def test_a_pass_is_unexpected_only_where_the_failure_could_have_shown(rule: Rule | None, ran: Stage, expected: Verdict) -> None:
    foretold = Expectation(cell="app/native/-", verdict=Verdict.FAIL, reason="known", rule=rule)
    assert meet_expectation([stage(Verdict.PASS, ran)], [], foretold) is expected


def test_a_proof_that_fails_as_its_cell_was_expected_to_is_excused() -> None:
    excused = excuse_proofs([proof(LEAK), proof(LEAK, BROKEN)], [result(Verdict.EXPECTED_FAIL, LEAK)])
    assert [entry.verdict for entry in excused] == [Verdict.EXPECTED_FAIL, Verdict.FAIL]


@pytest.mark.parametrize(
    ("results", "proofs", "expected"),
    [
        pytest.param([result(Verdict.PASS)], [proof()], ExitCode.PASSED, id="pass"),
        pytest.param([result(Verdict.EXPECTED_FAIL), result(Verdict.SKIPPED)], [], ExitCode.PASSED, id="expected and skipped"),
        pytest.param([result(Verdict.FAIL)], [], ExitCode.FAILED, id="fail"),
        pytest.param([result(Verdict.ERROR)], [], ExitCode.FAILED, id="what could not be judged has not passed"),
        pytest.param([result(Verdict.UNEXPECTED_PASS)], [], ExitCode.FAILED, id="unexpected pass"),
        pytest.param([result(Verdict.PASS)], [proof(LEAK)], ExitCode.FAILED, id="a failed proof over passing cells"),
    ],
)
def test_the_exit_code(results: list[CellResult], proofs: list[Proof], expected: ExitCode) -> None:
    assert exit_code(results, proofs) is expected


def test_the_accounting_tells_compiled_from_shared() -> None:
    shared = replace(result(Verdict.PASS), stages=(replace(stage(Verdict.PASS), cached=True),))
    summary = summarize([result(Verdict.PASS), shared, result(Verdict.FAIL, LEAK)], Counts(distinct=2, cargo_calls=5, seconds=1.5))
    assert (summary.cells, summary.passed, summary.failed, summary.compiled, summary.cached) == (3, 2, 1, 2, 1)
    assert (summary.distinct, summary.cargo_calls, summary.seconds) == (2, 5, 1.5)


def test_what_could_not_be_judged_is_neither_compiled_nor_cached() -> None:
    summary = summarize([result(Verdict.ERROR)], Counts())
    assert (summary.errors, summary.compiled, summary.cached) == (1, 0, 0)

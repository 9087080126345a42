from __future__ import annotations

import pytest

from buildkit.runners.model import Ending, RunOutcome
from buildkit.workflow.launch.judge import Evidence, judged
from buildkit.workflow.launch.model import Left, Outcome, Report, ScenarioOutcome, Seen

GOOD = RunOutcome(ended=Ending.EXITED, exit_code=0)
BAD = RunOutcome(ended=Ending.EXITED, exit_code=1)


def said(outcome: Outcome, **more: str) -> Report:
    return Report(version=1, outcome=outcome, **more)


def judge(ran: RunOutcome, left: Left, seen: Seen | None = None) -> ScenarioOutcome:
    return judged(Evidence(ran=ran, left=left, seen=seen))


COMPLETED = Left(report=said(Outcome.COMPLETED), result=b"{}")


@pytest.mark.parametrize(
    ("outcome", "ran", "status", "succeeded"),
    [
        pytest.param(Outcome.COMPLETED, GOOD, "completed", True, id="completed"),
        pytest.param(Outcome.PAUSED, GOOD, "suspended", True, id="paused"),
        pytest.param(Outcome.PAUSED, GOOD, "ready", True, id="paused and resumed since"),
        pytest.param(Outcome.PAUSED, GOOD, "sleeping", True, id="paused within a delay"),
        pytest.param(Outcome.CANCELLED, BAD, "cancelled", False, id="cancelled"),
        pytest.param(Outcome.FAILED, BAD, "failed", False, id="failed"),
    ],
)
def test_what_fits_together_is_believed(outcome: Outcome, ran: RunOutcome, status: str, *, succeeded: bool) -> None:
    found = judge(ran, Left(report=said(outcome), result=b"{}"), Seen(status=status))
    assert (found.outcome, found.doubts, found.succeeded) == (outcome, (), succeeded)


def test_without_a_service_the_report_and_the_exit_code_decide() -> None:
    found = judge(GOOD, COMPLETED)
    assert (found.outcome, found.result, found.succeeded) == (Outcome.COMPLETED, b"{}", True)


def test_a_failure_names_its_step_and_gives_no_result() -> None:
    found = judge(BAD, Left(report=said(Outcome.FAILED, step="fetch", error="no answer"), result=b"{}"))
    assert (found.step, found.error, found.result) == ("fetch", "no answer", None)


@pytest.mark.parametrize(
    ("ran", "left", "seen", "doubt"),
    [
        pytest.param(
            GOOD, COMPLETED, Seen(status="running"), "it reports completed, and the service has the instance as running", id="service"
        ),
        pytest.param(BAD, COMPLETED, None, "it reports completed, and it exited with 1", id="exit code"),
        pytest.param(GOOD, Left(report=said(Outcome.FAILED)), None, "it reports failed, and it exited with 0", id="exit code of a failure"),
        pytest.param(
            RunOutcome(ended=Ending.TIMED_OUT, message="ended after 1 s"),
            COMPLETED,
            None,
            "it reports completed, and it ended otherwise: timed out: ended after 1 s",
            id="limit",
        ),
        pytest.param(GOOD, Left(report=said(Outcome.COMPLETED)), None, "it reports completed, and left no result", id="no result"),
        pytest.param(
            GOOD, COMPLETED, Seen(trouble="nobody answers"), "the service does not confirm it: nobody answers", id="silent service"
        ),
    ],
)
def test_what_does_not_fit_is_said_and_is_no_success(ran: RunOutcome, left: Left, seen: Seen | None, doubt: str) -> None:
    found = judge(ran, left, seen)
    assert (found.doubts, found.succeeded) == ((doubt,), False)


@pytest.mark.parametrize(
    ("ran", "error"),
    [
        pytest.param(RunOutcome(ended=Ending.OUT_OF_FUEL, message="the limit is 5"), "out of fuel: the limit is 5", id="limit"),
        pytest.param(RunOutcome(ended=Ending.TRAPPED, message="unreachable"), "trapped: unreachable", id="trap"),
        pytest.param(GOOD, "it wrote no outcome.json: it is no scenario that buildkit compile made", id="no scenario"),
    ],
)
def test_a_program_without_a_report_has_failed(ran: RunOutcome, error: str) -> None:
    found = judge(ran, Left(result=b"{}"), Seen(status="running"))
    assert (found.outcome, found.error, found.result) == (Outcome.FAILED, error, None)
    assert found.doubts == ("the service has the instance as running",)

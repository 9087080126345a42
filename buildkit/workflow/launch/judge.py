"""Put together what a program says of its end, how it exited, and what the service knows of its instance."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.records import dataclass
from buildkit.runners.model import Ending, RunOutcome
from buildkit.workflow.launch.model import GOOD, STATUSES, Left, Outcome, Report, ScenarioOutcome, Seen


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known of a run; `seen` is `None` where no service was asked."""

    ran: RunOutcome
    left: Left
    seen: Seen | None


def judged(evidence: Evidence) -> ScenarioOutcome:
    """Return the outcome. A program without a report has failed: it was stopped, or it is no compiled scenario."""
    report = evidence.left.report
    if report is None:
        return ScenarioOutcome(
            outcome=Outcome.FAILED, ran=evidence.ran, seen=evidence.seen, error=_silence(evidence), doubts=tuple(_unsettled(evidence))
        )
    completed = report.outcome is Outcome.COMPLETED
    return ScenarioOutcome(
        outcome=report.outcome,
        ran=evidence.ran,
        seen=evidence.seen,
        step=report.step,
        error=report.error,
        result=evidence.left.result if completed else None,
        doubts=tuple(_doubts(evidence, report)),
    )


def _silence(evidence: Evidence) -> str:
    if evidence.left.trouble is not None:
        return evidence.left.trouble
    if evidence.ran.succeeded:
        return "it wrote no outcome.json: it is no scenario that buildkit compile made"
    return evidence.ran.sentence


def _doubts(evidence: Evidence, report: Report) -> Iterator[str]:
    ran, seen = evidence.ran, evidence.seen
    if ran.ended is not Ending.EXITED or ran.succeeded is not (report.outcome in GOOD):
        yield f"it reports {report.outcome}, and it {_verb(ran)}"
    if report.outcome is Outcome.COMPLETED and evidence.left.result is None:
        yield "it reports completed, and left no result"
    if seen is None:
        return
    if seen.trouble is not None:
        yield f"the service does not confirm it: {seen.trouble}"
    elif seen.status not in STATUSES[report.outcome]:
        yield f"it reports {report.outcome}, and the service has the instance as {seen.status}"


def _unsettled(evidence: Evidence) -> Iterator[str]:
    """Say where the service has the instance of a program that was stopped: nobody told the service."""
    seen = evidence.seen
    if seen is not None and seen.trouble is not None:
        yield f"the service cannot say where the instance stands: {seen.trouble}"
    elif seen is not None and seen.status is not None:
        yield f"the service has the instance as {seen.status}"


def _verb(ran: RunOutcome) -> str:
    return ran.sentence if ran.ended is Ending.EXITED else f"ended otherwise: {ran.sentence}"

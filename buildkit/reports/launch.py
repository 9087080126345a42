"""How a run of a compiled scenario ended, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from buildkit.records import dataclass
from buildkit.reports.words import clean, counted
from buildkit.workflow.launch.model import ScenarioOutcome, ScenarioRun

LAUNCH_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class Launched:
    """A run and its outcome, where its result went, and the command that goes on with its instance."""

    run: ScenarioRun
    outcome: ScenarioOutcome
    output: Path | None
    again: str | None


def opening_line(run: ScenarioRun) -> str:
    """Say which instance runs, and where its checkpoints are kept."""
    if run.service is None:
        return f"instance {clean(run.instance)}, without checkpoints"
    return f"instance {clean(run.instance)} of tenant {clean(run.service.tenant)} at {clean(run.service.url)}"


def closing_lines(launched: Launched) -> Iterator[str]:
    """Say how it ended, what speaks against it, and how to go on."""
    outcome = launched.outcome
    name = launched.run.artifact.path.name
    # The program's own words mostly begin with the step.
    is_named = outcome.step is None or (outcome.error or "").startswith(f"step {outcome.step}")
    place = "" if is_named else f" at step {clean(outcome.step or '')}"
    reason = f": {clean(outcome.error)}" if outcome.error is not None else ""
    kept = f", {counted(outcome.seen.checkpoints, 'checkpoint')}" if outcome.seen is not None and outcome.seen.trouble is None else ""
    yield f"{clean(name)} {outcome.outcome}{place}{reason} ({outcome.ran.seconds:.1f} s{kept})"
    if outcome.ran.message is not None and outcome.ran.message not in (outcome.error or ""):
        yield f"note: {clean(outcome.ran.message)}"
    for doubt in outcome.doubts:
        yield f"{clean(name)}: {clean(doubt)}"
    if launched.again is not None and goes_on(outcome):
        yield f"to go on: {clean(launched.again)}"


def goes_on(outcome: ScenarioOutcome) -> bool:
    """Say whether the instance can be run again: whatever stopped it, the service does not have it as completed or cancelled."""
    return outcome.seen is not None and outcome.seen.status in {"running", "sleeping", "ready", "suspended", "failed"}


def launched_json(launched: Launched) -> str:
    """Return the one document of `--format json`; the result stands there as it was written, unless it went to a file."""
    run, outcome = launched.run, launched.outcome
    document = {
        "version": LAUNCH_VERSION,
        "file": str(run.artifact.path),
        "outcome": outcome.outcome.value,
        "succeeded": outcome.succeeded,
        "step": outcome.step,
        "error": outcome.error,
        "doubts": list(outcome.doubts),
        "instance": run.instance,
        "service": _service(launched),
        "program": {
            "ended": outcome.ran.ended.value,
            "exit_code": outcome.ran.exit_code,
            "message": outcome.ran.message,
            "seconds": round(outcome.ran.seconds, 3),
        },
        "output": str(launched.output) if launched.output is not None and outcome.result is not None else None,
        "result": msgspec.Raw(outcome.result) if launched.output is None and outcome.result is not None else None,
        "again": launched.again if goes_on(outcome) else None,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _service(launched: Launched) -> dict[str, Any] | None:
    service, seen = launched.run.service, launched.outcome.seen
    if service is None or seen is None:
        return None
    return {"url": service.url, "tenant": service.tenant, "status": seen.status, "checkpoints": seen.checkpoints, "trouble": seen.trouble}

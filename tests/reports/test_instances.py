from __future__ import annotations

from buildkit.reports.instances import instance_line

INSTANCE = {"instance_id": "a", "status": "running", "signal": None, "attempt": 1, "checkpoints": 2, "wake_at": None, "error": None}


def test_an_instance_is_one_line() -> None:
    assert instance_line(INSTANCE) == "a: running, 2 checkpoints, 1 attempt"


def test_a_line_says_what_waits_and_why_it_failed() -> None:
    assert instance_line({**INSTANCE, "signal": "pause"}) == "a: running, 2 checkpoints, 1 attempt, pause waits"
    assert instance_line({**INSTANCE, "status": "failed", "error": "no\nanswer"}) == "a: failed, 2 checkpoints, 1 attempt, no\nanswer"
    asleep = {**INSTANCE, "status": "sleeping", "wake_at": "2026-01-01T00:00:00Z"}
    assert instance_line(asleep) == "a: sleeping, 2 checkpoints, 1 attempt, until 2026-01-01T00:00:00Z"

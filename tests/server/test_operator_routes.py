"""What an operator is promised, and that no tenant sees another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from asked_service import Asked, packed, refused, told


def of_other_tenant(ask: Asked) -> Asked:
    return replace(ask, tenant="other")


def test_a_pause_waits_until_the_instance_is_resumed(running: Asked) -> None:
    assert running.do("pause")["signal"] == "pause"
    assert (running.signal(), running.signal()) == ("pause", "pause")
    assert running.checkpoint("a")["should_pause"]
    assert running.do("suspended")["status"] == "suspended"
    assert running.register()["should_pause"]
    assert running.do("suspended")["status"] == "suspended"
    assert running.do("resume")["status"] == "ready"
    assert not running.register()["should_pause"]
    assert (running.status(), running.signal()) == ("running", None)


def test_a_pause_that_is_taken_back_before_the_workflow_saw_it_is_told_as_resume(running: Asked) -> None:
    running.do("pause")
    running.do("resume")
    assert running.signal() == "resume"
    assert not running.checkpoint("a")["should_pause"]
    running.do("pause")
    assert running.signal() == "pause"


def test_a_workflow_that_followed_a_pause_which_was_taken_back_is_ready(running: Asked) -> None:
    running.do("pause")
    running.do("resume")
    assert running.do("suspended")["status"] == "ready"
    assert running.register()["status"] == "running"
    assert running.signal() is None


def test_resuming_what_runs_changes_nothing(running: Asked) -> None:
    before = running.get("/i").json()
    running.clock.now += 1
    running.do("resume")
    assert running.get("/i").json() == before


def test_a_cancellation_waits_for_the_workflow_and_nothing_replaces_it(running: Asked) -> None:
    assert running.do("cancel")["status"] == "running"
    for order in ("pause", "resume", "cancel"):
        running.do(order)
    assert running.signal() == "cancel"
    answer = running.checkpoint("a")
    assert (answer["should_cancel"], answer["should_pause"]) == (True, False)
    assert running.do("failed", {"error": "cancelled"})["status"] == "cancelled"
    assert (running.status(), running.signal()) == ("cancelled", "cancel")


@pytest.mark.parametrize("acknowledge", ["suspended", "failed"])
def test_a_cancellation_is_acknowledged_once_and_told_to_every_later_run(running: Asked, acknowledge: str) -> None:
    running.do("cancel")
    body = {"error": "stopped"} if acknowledge == "failed" else None
    assert running.do(acknowledge, body)["status"] == "cancelled"
    again = running.register()
    assert (again["status"], again["should_cancel"], again["attempt"]) == ("cancelled", True, 1)
    assert running.do("cancel")["status"] == "cancelled"
    assert refused(running.post("i/completed"), 409) == "instance-ended"


def test_a_workflow_that_was_done_before_it_saw_the_cancellation_is_completed(running: Asked) -> None:
    running.do("cancel")
    assert running.do("completed", {"result": packed(b"1")})["status"] == "completed"
    assert running.signal() is None


def test_what_does_not_run_is_cancelled_at_once(running: Asked) -> None:
    running.do("suspended")
    assert running.do("cancel")["status"] == "cancelled"


def test_a_pause_does_not_wake_and_a_resume_lets_sleep(running: Asked) -> None:
    running.sleep("nap", 5000)
    running.do("pause")
    assert running.do("resume")["status"] == "sleeping"
    assert running.do("resume")["status"] == "sleeping"
    running.clock.now += 5000
    assert running.status() == "ready"


def test_a_paused_sleeper_stays_paused_when_it_wakes(running: Asked) -> None:
    running.sleep("nap", 5000)
    running.do("pause")
    running.clock.now += 5000
    assert running.register()["should_pause"]


@pytest.mark.parametrize("order", ["pause", "resume", "cancel"])
def test_nothing_can_be_asked_of_what_has_ended(running: Asked, order: str) -> None:
    running.do("completed")
    assert refused(running.post(f"i/{order}"), 409) == "instance-ended"


@pytest.mark.parametrize("order", ["pause", "resume", "cancel"])
def test_an_order_for_an_unknown_instance_is_not_found(ask: Asked, order: str) -> None:
    assert refused(ask.post(f"i/{order}"), 404) == "instance-not-found"


def test_instances_are_listed_by_their_ids_in_pages(ask: Asked) -> None:
    for name in ("c", "a", "b", "e", "d"):
        ask.register(name)
    pages: list[list[str]] = []
    after: str | None = ""
    while after is not None:
        page = told(ask.get(f"?limit=2{f'&after={after}' if after else ''}"))
        pages.append([each["instance_id"] for each in page["instances"]])
        after = page["next"]
    assert pages == [["a", "b"], ["c", "d"], ["e"]]


def test_a_list_holds_one_status_alone(ask: Asked) -> None:
    for name in ("runs", "sleeps", "due", "done"):
        ask.register(name)
    ask.post("due/durable-sleep", {"checkpoint_id": "a", "state": "", "duration_ms": 10})
    ask.post("sleeps/durable-sleep", {"checkpoint_id": "a", "state": "", "duration_ms": 10_000})
    ask.post("done/completed")
    ask.clock.now += 100
    found = {
        status: [each["instance_id"] for each in told(ask.get(f"?status={status}"))["instances"]]
        for status in ("running", "sleeping", "ready", "completed", "failed")
    }
    assert found == {"running": ["runs"], "sleeping": ["sleeps"], "ready": ["due"], "completed": ["done"], "failed": []}


def test_an_instance_is_shown_with_its_times_and_its_result(running: Asked) -> None:
    running.clock.now += 1500
    running.checkpoint("a", b"1")
    running.do("completed", {"result": packed(b"42")})
    shown = told(running.get("/i"))
    assert (shown["checkpoints"], shown["checkpoint_id"], shown["result"]) == (1, "a", packed(b"42"))
    assert (shown["created_at"], shown["updated_at"]) == ("2026-11-18T11:06:40.000Z", "2026-11-18T11:06:41.500Z")


def test_a_tenant_does_not_find_the_instances_of_another(running: Asked) -> None:
    running.checkpoint("a", b"mine")
    other = of_other_tenant(running)
    assert told(other.get())["instances"] == []
    for response in (other.get("/i"), other.get("/i/signals"), *(other.post(f"i/{order}") for order in ("pause", "cancel", "resume"))):
        assert refused(response, 404) == "instance-not-found"
    assert refused(other.post("i/checkpoint", {"checkpoint_id": "a", "state": ""}), 404) == "instance-not-found"


def test_tenants_may_use_the_same_ids(running: Asked) -> None:
    running.checkpoint("a", b"mine")
    other = of_other_tenant(running)
    assert other.register()["checkpoint_id"] is None
    assert other.checkpoint("a", b"theirs")["existing_state"] is None
    other.do("cancel")
    assert running.signal() is None
    assert running.register()["state"] == packed(b"mine")


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "after=", "after=a/b", "status=lost"])
def test_a_wrong_question_is_refused(ask: Asked, query: str) -> None:
    assert refused(ask.get(f"?{query}"), 422) == "invalid-request"

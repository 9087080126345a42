"""What a workflow is promised."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked_service import START, Asked, asked, packed, refused

from buildkit.server.bodies import LONGEST_SLEEP

SECOND = 1000


def test_a_new_instance_runs_and_has_no_state(ask: Asked) -> None:
    answer = ask.register()
    assert (answer["status"], answer["attempt"], answer["checkpoint_id"], answer["state"]) == ("running", 1, None, None)
    assert not answer["should_pause"]
    assert not answer["should_cancel"]


def test_the_first_state_of_a_checkpoint_stays_and_comes_back(running: Asked) -> None:
    assert running.checkpoint("a", b"first")["existing_state"] is None
    assert running.checkpoint("a", b"second")["existing_state"] == packed(b"first")
    assert running.checkpoint("a", b"third")["existing_state"] == packed(b"first")


def test_an_empty_state_is_a_state(running: Asked) -> None:
    assert running.checkpoint("a", b"")["existing_state"] is None
    assert running.checkpoint("a", b"later")["existing_state"] == ""


def test_the_same_checkpoint_id_belongs_to_each_instance_alone(running: Asked) -> None:
    running.register("other")
    running.checkpoint("a", b"mine")
    assert running.checkpoint("a", b"theirs", instance="other")["existing_state"] is None


def test_a_run_goes_on_after_the_last_checkpoint(running: Asked) -> None:
    for number in (1, 2):
        running.checkpoint(f"step-{number}", f"state {number}".encode())
    running.checkpoint("step-1", b"asked again")
    answer = running.register()
    assert (answer["attempt"], answer["checkpoint_id"], answer["state"]) == (2, "step-2", packed(b"state 2"))


def test_a_run_goes_on_after_the_checkpoint_that_it_names(running: Asked) -> None:
    running.checkpoint("a", b"1")
    running.checkpoint("b", b"2")
    assert running.register(body={"checkpoint_id": "a"})["state"] == packed(b"1")
    assert refused(running.post("i/register", {"checkpoint_id": "c"}), 404) == "checkpoint-not-found"


def test_what_is_stored_outlives_the_service(tmp_path: Path) -> None:
    with asked(tmp_path) as first:
        first.register()
        first.checkpoint("a", b"kept")
    with asked(tmp_path) as second:
        assert second.register()["state"] == packed(b"kept")


@pytest.mark.parametrize("path", ["checkpoint", "durable-sleep", "completed", "failed", "suspended", "signals"])
def test_an_instance_that_was_never_registered_is_not_found(ask: Asked, path: str) -> None:
    state = {"checkpoint_id": "a", "state": ""}
    bodies = {"checkpoint": state, "durable-sleep": {**state, "duration_ms": 1}, "failed": {"error": "it"}}
    response = ask.get("/i/signals") if path == "signals" else ask.post(f"i/{path}", bodies.get(path))
    assert refused(response, 404) == "instance-not-found"


def test_the_first_result_stays_and_comes_back(running: Asked) -> None:
    assert running.do("completed", {"result": packed(b"42")})["status"] == "completed"
    assert running.do("completed", {"result": packed(b"43")})["result"] == packed(b"42")
    assert running.register()["result"] == packed(b"42")


def test_a_completed_instance_gives_its_checkpoints_back_and_takes_no_more(running: Asked) -> None:
    running.checkpoint("a", b"1")
    running.do("completed")
    assert running.checkpoint("a", b"2")["existing_state"] == packed(b"1")
    assert refused(running.post("i/checkpoint", {"checkpoint_id": "b", "state": ""}), 409) == "instance-ended"
    assert refused(running.post("i/suspended"), 409) == "instance-ended"
    assert refused(running.post("i/failed", {"error": "late"}), 409) == "instance-ended"


def test_the_first_failure_stays_and_a_new_run_forgets_it(running: Asked) -> None:
    running.do("failed", {"error": "no disk", "code": "storage"})
    answer = running.do("failed", {"error": "no net"})
    assert (answer["status"], answer["error"], answer["error_code"]) == ("failed", "no disk", "storage")
    assert refused(running.post("i/completed"), 409) == "instance-ended"
    again = running.register()
    assert (again["status"], again["attempt"]) == ("running", 2)
    assert running.do("completed")["error"] is None


def test_a_sleep_keeps_its_first_time_to_wake(running: Asked) -> None:
    first = running.sleep("nap", 5 * SECOND, b"before")
    assert (first["remaining_ms"], first["existing_state"]) == (5 * SECOND, None)
    running.clock.now += 2 * SECOND
    again = running.sleep("nap", 60 * SECOND, b"again")
    assert (again["remaining_ms"], again["wake_at"], again["existing_state"]) == (3 * SECOND, first["wake_at"], packed(b"before"))
    running.clock.now += 10 * SECOND
    assert running.sleep("nap", 5 * SECOND)["remaining_ms"] == 0


def test_who_has_slept_enough_is_ready(running: Asked) -> None:
    running.sleep("nap", 5 * SECOND)
    assert running.do("suspended")["status"] == "sleeping"
    assert running.register()["status"] == "sleeping"
    running.clock.now = START + 5 * SECOND
    assert running.status() == "ready"
    assert (running.register()["status"], running.status()) == ("running", "running")


def test_a_new_checkpoint_says_that_the_sleep_is_over(running: Asked) -> None:
    running.sleep("nap", 5 * SECOND)
    running.checkpoint("after")
    assert running.status() == "running"


def test_a_checkpoint_is_no_sleep_when_it_was_stored_without_one(running: Asked) -> None:
    running.checkpoint("a")
    assert running.sleep("a", 5 * SECOND)["remaining_ms"] == 0


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"checkpoint_id": "a"}, id="no state"),
        pytest.param({"checkpoint_id": "", "state": ""}, id="no id"),
        pytest.param({"checkpoint_id": "a\x00b", "state": ""}, id="control character"),
        pytest.param({"checkpoint_id": "a" * 201, "state": ""}, id="long id"),
        pytest.param({"checkpoint_id": 1, "state": ""}, id="number"),
        pytest.param({"checkpoint_id": "a", "state": "bm"}, id="not padded"),
        pytest.param({"checkpoint_id": "a", "state": "bm V3"}, id="space"),
        pytest.param({"checkpoint_id": "a", "state": None}, id="null"),
        pytest.param({"checkpoint_id": "a", "state": "", "more": 1}, id="unknown key"),
        pytest.param({"checkpoint_id": "a\ud800", "state": ""}, id="half a character"),
        pytest.param({"checkpoint_id": "a", "state": "", "\ud800": 1}, id="half a character in a key"),
        pytest.param([], id="list"),
        pytest.param(None, id="nothing"),
    ],
)
def test_a_wrong_checkpoint_is_refused_with_the_place(running: Asked, body: object) -> None:
    assert refused(running.post("i/checkpoint", body), 422) == "invalid-request"


@pytest.mark.parametrize("duration", [-1, LONGEST_SLEEP + 1, 2**64 - 1, 1.5, "5", None])
def test_a_wrong_duration_is_refused(running: Asked, duration: object) -> None:
    body = {"checkpoint_id": "a", "state": "", "duration_ms": duration}
    assert refused(running.post("i/durable-sleep", body), 422) == "invalid-request"


def test_names_may_be_in_any_script(ask: Asked) -> None:
    ask.register("Bestellung ß 🦀")
    ask.checkpoint("Schritt 1 · データ", b"\x00\xff", instance="Bestellung ß 🦀")
    assert ask.register("Bestellung ß 🦀")["checkpoint_id"] == "Schritt 1 · データ"


def test_a_refusal_does_not_repeat_what_was_sent(running: Asked) -> None:
    answer = running.post("i/checkpoint", {"checkpoint_id": "a", "state": "very secret!"})
    assert "secret" not in answer.text

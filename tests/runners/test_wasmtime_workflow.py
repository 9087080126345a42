from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from buildkit.runners.wasmtime_workflow import INTERFACE, WorkflowHost, answered_record

WIT = (Path(__file__).parents[2] / "fixtures" / "runtara" / "wit" / "workflow.wit").read_text(encoding="utf-8")
UNKEPT = WorkflowHost()


def fields(record: str) -> set[str]:
    (body,) = re.findall(rf"record {record} \{{([^}}]*)\}}", WIT)
    return set(re.findall(r"^\s*%?([a-z-]+):", body, re.MULTILINE))


def test_the_host_serves_every_function_that_the_package_declares() -> None:
    assert set(UNKEPT.functions()) == set(re.findall(r"^\s*([a-z-]+): func\(", WIT, re.MULTILINE))


def test_the_host_serves_the_version_that_the_package_has() -> None:
    (version,) = re.findall(r"^package runtara:workflow@([0-9.]+);", WIT, re.MULTILINE)
    assert f"runtara:workflow/checkpoints@{version}".startswith(INTERFACE)


@pytest.mark.parametrize("kind", ["registration", "checkpointed", "slept", "waiting", "ended"])
def test_an_answer_has_every_field_of_its_record(kind: str) -> None:
    assert set(vars(answered_record(kind, {}))) == fields(kind)


def test_an_answer_of_the_service_becomes_a_record() -> None:
    answer = {
        "status": "sleeping",
        "checkpoint_id": "a",
        "state": "bmV3",
        "should_pause": True,
        "attempt": 2,
        "wake_at": "2026-01-01T00:00:00Z",
    }
    assert vars(answered_record("registration", answer)) == {
        "status": "sleeping",
        "state": "bmV3",
        "result": None,
        "should-pause": True,
        "should-cancel": False,
    }


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        pytest.param("register", (None,), {"status": "running", "state": None}, id="register"),
        pytest.param("checkpoint", ("a", "bmV3"), {"existing-state": None, "should-cancel": False}, id="checkpoint"),
        pytest.param("durable-sleep", ("a", "bmV3", 250), {"remaining-ms": 250}, id="sleep"),
        pytest.param("signals", (), {"signal": None}, id="signals"),
        pytest.param("completed", ("e30=",), {"result": None}, id="completed"),
        pytest.param("failed", ("no", None), {}, id="failed"),
        pytest.param("suspended", (), {}, id="suspended"),
    ],
)
def test_without_a_service_everything_succeeds_and_nothing_is_kept(name: str, arguments: tuple[Any, ...], expected: dict[str, Any]) -> None:
    answer = UNKEPT.functions()[name](*arguments)
    assert answer.tag == "ok"
    assert vars(answer.payload).items() >= expected.items()

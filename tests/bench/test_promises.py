"""What a witness saw is held against what checkpoints promise."""

from __future__ import annotations

import base64
import json

from bench.promises import acknowledged, effects, forgotten, moved_wakes, not_applied, repeated_after_acknowledgement
from bench.witness import EFFECT, Exchange, Reply, Request

ONE = ("acme", "i")


def effect(step: str, tenant: str = "acme") -> Exchange:
    return Exchange(request=Request(tenant=tenant, instance="i", verb=EFFECT, step=step), reply=Reply(status=200, document={}))


def packed(*steps: str) -> str:
    return base64.b64encode(json.dumps({"version": 1, "done": dict.fromkeys(steps)}).encode()).decode()


def stored(step: str, *steps: str, status: int = 200, existing: str | None = None) -> Exchange:
    body = {"checkpoint_id": step, "state": packed(*(steps or (step,)))}
    request = Request(tenant="acme", instance="i", verb="checkpoint", step=step, body=body)
    return Exchange(request=request, reply=Reply(status=status, document={"existing_state": existing}))


def slept(step: str, wake_at: str) -> Exchange:
    request = Request(tenant="acme", instance="i", verb="durable-sleep", step=step, body={"state": packed(step)})
    return Exchange(request=request, reply=Reply(status=200, document={"existing_state": None, "wake_at": wake_at}))


def test_an_effect_after_its_checkpoint_is_a_broken_promise() -> None:
    assert repeated_after_acknowledgement([effect("a"), stored("a"), effect("b"), effect("a")]) == [(ONE, "a")]


def test_an_effect_may_come_twice_before_its_checkpoint() -> None:
    assert repeated_after_acknowledgement([effect("a"), effect("a"), stored("a")]) == []


def test_a_checkpoint_that_was_refused_promises_nothing() -> None:
    seen = [effect("a"), stored("a", status=500), effect("a"), stored("a")]
    assert repeated_after_acknowledgement(seen) == []
    assert [each.step for each in acknowledged(seen)] == ["a"]


def test_a_checkpoint_holds_for_all_steps_that_its_state_has() -> None:
    assert repeated_after_acknowledgement([effect("a"), effect("b"), stored("b", "a", "b"), effect("a")]) == [(ONE, "a")]


def test_another_tenant_has_its_own_effects() -> None:
    assert repeated_after_acknowledgement([effect("a"), stored("a"), effect("a", "other")]) == []


def test_the_state_that_was_there_first_is_the_one_that_holds() -> None:
    first = packed("x", "a")
    assert [each.state for each in acknowledged([stored("a", existing=first), stored("a", "a", "b")])] == [first]


def test_a_checkpoint_that_lacks_an_earlier_step_is_a_broken_promise() -> None:
    assert forgotten([stored("a"), stored("b", "a", "b"), stored("c", "b", "c")]) == [(ONE, "c", frozenset({"a"}))]
    assert forgotten([stored("a"), stored("b", "a", "b")]) == []


def test_a_sleep_has_one_time_to_wake() -> None:
    assert moved_wakes([slept("a", "1"), slept("a", "1"), slept("b", "2")]) == []
    assert moved_wakes([slept("a", "1"), slept("a", "2")]) == [(ONE, "a")]


def test_an_effect_that_never_came_is_named() -> None:
    seen = [effect("a"), effect("a")]
    assert not_applied(seen, [ONE], ["a", "b"]) == [(ONE, "b")]
    assert effects(seen)[ONE, "a"] == 2

"""How far a signal reaches into a step that takes long: into delays everywhere, into branches natively, else between steps only."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from compiled_scenarios import WASI, native_target, shared_programs, written
from scenarios import Tree, delay, finish, scenario, split

from bench.orders import Operator
from bench.promises import effects, moved_wakes
from bench.scenario_programs import Errand, Programs
from bench.witness import EFFECT, Request, Witness

pytestmark = pytest.mark.integration

TENANT = "acme"
INSTANCE = "midway"
LONG_DELAY_MS = 600_000
HELD_SECONDS = 1.5
"""Three times as long as a program that looks for signals by itself takes to see one."""


@pytest.fixture
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return shared_programs(tmp_path_factory)


@pytest.fixture
def operator(witness: Witness) -> Operator:
    return Operator(url=witness.service, tenant=TENANT)


def request(name: str, following: str) -> Tree:
    values = {"method": {"immediate": "POST"}, "url": {"reference": f"data.urls.{name}"}}
    return {"id": name, "type": "action", "agent": "http", "capability": "request", "input": values, "next": following}


def errand(program: Path, witness: Witness, folder: Path, *names: str) -> Errand:
    below = witness.effects(TENANT, INSTANCE)
    urls = {name: f"{below}/{name}" for name in names}
    return Errand(program=program, folder=folder / "run", data={"urls": urls}, service=witness.url, tenant=TENANT, instance=INSTANCE)


def applied(witness: Witness) -> list[str]:
    return sorted(step for _, step in effects(witness.exchanges))


@pytest.mark.parametrize("target", [native_target(), WASI])
def test_a_long_delay_is_left_for_a_pause_and_goes_on_where_it_was(
    target: str, programs: Programs, witness: Witness, operator: Operator, tmp_path: Path
) -> None:
    tree = scenario(request("a", "long"), {**delay("long", "end"), "milliseconds": LONG_DELAY_MS}, finish(), input={"urls": "object"})
    program = programs.compiled(written(tmp_path / "long-delay.json", tree), target)
    run = errand(program, witness, tmp_path, "a")

    def pause(asked: Request) -> None:
        if asked.verb == "durable-sleep":
            operator.order(INSTANCE, "pause")

    witness.after = pause
    for _ in range(2):
        paused = run.run()
        assert (paused.outcome, paused.code) == ("paused", 0), paused.stderr
        assert operator.status(INSTANCE) == "sleeping"
        operator.order(INSTANCE, "resume")
    remaining = [each.reply.document["remaining_ms"] for each in witness.exchanges if each.request.verb == "durable-sleep"]
    assert LONG_DELAY_MS >= remaining[0] > remaining[1]
    assert moved_wakes(witness.exchanges) == []
    assert applied(witness) == ["a"]
    assert effects(witness.exchanges).total() == 1

    def cancel(asked: Request) -> None:
        if asked.verb == "durable-sleep":
            operator.order(INSTANCE, "cancel")

    witness.after = cancel
    cancelled = run.run()
    assert (cancelled.outcome, cancelled.code) == ("cancelled", 1), cancelled.stderr
    assert operator.status(INSTANCE) == "cancelled"


BRANCHES = scenario(
    split("both", "joined", "a", "b"),
    request("a", "joined"),
    request("b", "c"),
    request("c", "joined"),
    request("joined", "end"),
    finish(),
    input={"urls": "object"},
)


def test_natively_a_cancellation_takes_effect_when_the_next_branch_completes(
    programs: Programs, witness: Witness, operator: Operator, tmp_path: Path
) -> None:
    program = programs.compiled(written(tmp_path / "branches.json", BRANCHES), native_target())
    arrived, release = threading.Event(), threading.Event()

    def hold(asked: Request) -> None:
        if asked.verb == EFFECT and asked.step == "b":
            arrived.set()
            release.wait(60)
        if asked.verb == EFFECT and asked.step == "a":
            assert arrived.wait(60), "the branches do not run at once"
            operator.order(INSTANCE, "cancel")
            witness.wait(lambda each: each.request.verb == "signals" and each.reply.document.get("signal") == "cancel", 60)

    witness.before = hold
    try:
        cancelled = errand(program, witness, tmp_path, "a", "b", "c", "joined").run()
        assert not release.is_set()
    finally:
        release.set()
    assert (cancelled.outcome, cancelled.code) == ("cancelled", 1), cancelled.stderr
    assert operator.status(INSTANCE) == "cancelled"
    assert applied(witness) in (["a"], ["a", "b"])


def test_on_wasi_a_cancellation_waits_for_the_end_of_the_step(
    programs: Programs, witness: Witness, operator: Operator, tmp_path: Path
) -> None:
    program = programs.compiled(written(tmp_path / "branches.json", BRANCHES), WASI)
    running: list[bool] = []

    def hold(asked: Request) -> None:
        if asked.verb == EFFECT and asked.step == "a":
            operator.order(INSTANCE, "cancel")
            threading.Event().wait(HELD_SECONDS)
            running.append(started.process.poll() is None)

    witness.before = hold
    started = errand(program, witness, tmp_path, "a", "b", "c", "joined").start()
    cancelled = started.ended()
    assert running == [True]
    assert (cancelled.outcome, cancelled.code) == ("cancelled", 1), cancelled.stderr
    assert operator.status(INSTANCE) == "cancelled"
    assert applied(witness) == ["a"]

"""Pause, cancel and resume, wherever they find a scenario."""

from __future__ import annotations

from pathlib import Path

import pytest
from compiled_scenarios import WASI, native_target, shared_programs
from signalled import EveryStep, Signals, failures, read

from bench.effects import SCENARIO, Effects
from bench.orders import Operator
from bench.promises import STORING, by_instance, effects, repeated_after_acknowledgement
from bench.scenario_programs import Errand
from bench.witness import Request, Witness

pytestmark = pytest.mark.integration

TENANT = "acme"
DELAYS = {"wait", "left-wait", "long-wait"}
STEPS = Effects(folder=Path(), amount=1).stored
LAST = "after-2"
SEQUENCE = 7
"""Steps that run by themselves, with nothing beside them."""


@pytest.fixture(params=[native_target(), WASI])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_programs(tmp_path_factory).compiled(SCENARIO, request.param)


class Sweep:
    """The counted scenario once for every step at which a signal may find it."""

    def __init__(self, program: Path, witness: Witness, folder: Path) -> None:
        self.program = program
        self.witness = witness
        self.folder = folder
        self.operator = Operator(url=witness.service, tenant=TENANT)

    def errand(self, instance: str) -> tuple[Effects, Errand]:
        works = Effects(folder=self.folder / instance, amount=1)
        return works, works.errand(self.program, self.witness, instance=instance, tenant=TENANT)

    def counted(self, instance: str) -> dict[str, int]:
        return {step: times for ((_, name), step), times in effects(self.witness.exchanges).items() if name == instance}

    def stored(self, instance: str) -> list[str]:
        seen = by_instance(self.witness.exchanges, (TENANT, instance))
        return sorted(each.request.step for each in seen if each.request.verb in STORING)

    def pause_and_resume(self, instance: str) -> None:
        """Start an instance again and again, whose pauses others order, until it has completed; hold that it lost nothing and did nothing twice."""
        works, errand = self.errand(instance)
        for _ in range(2 * len(STEPS)):
            ended = errand.run()
            if ended.outcome == "completed":
                assert ended.code == 0
                self.assert_complete(instance, works, ended.result)
                return
            assert (ended.outcome, ended.code, ended.result) == ("paused", 0, None), ended.stderr
            assert self.operator.status(instance) in {"suspended", "sleeping", "ready"}
            self.operator.order(instance, "resume")
            assert self.operator.status(instance) in {"ready", "sleeping"}
        raise AssertionError("it never completes")

    def assert_complete(self, instance: str, works: Effects, result: bytes | None) -> None:
        assert result is not None
        assert works.result == read(result)
        assert read(self.operator.result(instance)) == works.result
        assert self.counted(instance) == dict.fromkeys(works.steps, 1), "each step once, however often it was started"
        assert works.wrong_files() == []

    def once(self, instance: str) -> None:
        """Hold that every step has asked for its checkpoint once; a delay asks again after a pause."""
        stored = self.stored(instance)
        assert [step for step in stored if step not in DELAYS] == sorted(set(STEPS) - DELAYS)
        assert repeated_after_acknowledgement(self.witness.exchanges) == []


def test_a_pause_at_every_step_is_seen_there_and_the_next_run_does_the_rest(program: Path, witness: Witness, tmp_path: Path) -> None:
    sweep = Sweep(program, witness, tmp_path)
    orders = EveryStep(operator=sweep.operator, order="pause")
    witness.before = orders.give
    sweep.pause_and_resume("paused")
    sweep.once("paused")
    assert orders.given == set(STEPS)
    assert asked(witness, "register") == asked(witness, "suspended") + 1 > SEQUENCE
    if program.suffix == ".wasm":
        assert asked(witness, "suspended") == len(STEPS)


def test_a_pause_between_two_steps_is_seen_at_the_next_one(program: Path, witness: Witness, tmp_path: Path) -> None:
    sweep = Sweep(program, witness, tmp_path)
    orders = EveryStep(operator=sweep.operator, order="pause")
    witness.after = orders.give
    sweep.pause_and_resume("paused")
    sweep.once("paused")
    assert orders.given == set(STEPS)
    assert asked(witness, "suspended") > SEQUENCE / 2


def test_a_cancellation_at_any_step_is_seen_there_and_nothing_runs_afterwards(program: Path, witness: Witness, tmp_path: Path) -> None:
    sweep = Sweep(program, witness, tmp_path)
    signals = Signals(operator=sweep.operator, order="cancel")
    witness.before = signals.give

    def cancel(step: str) -> None:
        instance = signals.at(step)
        _, errand = sweep.errand(instance)
        ended = errand.run()
        assert (ended.outcome, ended.code, ended.result) == ("cancelled", 1, None), ended.stderr
        assert sweep.operator.status(instance) == "cancelled"
        counted = sweep.counted(instance)
        assert set(counted.values()) <= {1}
        assert "after-2" not in counted or step == LAST

    assert failures(cancel, STEPS) == {}
    instance = signals.at("joined")
    counted = sweep.counted(instance)
    again = sweep.errand(instance)[1].run()
    assert (again.outcome, again.code) == ("cancelled", 1), again.stderr
    assert sweep.counted(instance) == counted


def test_a_signal_that_comes_when_all_is_done_changes_nothing(program: Path, witness: Witness, tmp_path: Path) -> None:
    sweep = Sweep(program, witness, tmp_path)
    works, errand = sweep.errand("late")

    def pause(request: Request) -> None:
        if request.verb == "completed":
            sweep.operator.order("late", "pause")

    witness.before = pause
    ended = errand.run()
    assert (ended.outcome, ended.code) == ("completed", 0), ended.stderr
    sweep.assert_complete("late", works, ended.result)
    again = errand.run()
    assert (again.outcome, again.code, again.result) == ("completed", 0, ended.result), again.stderr
    sweep.once("late")


def asked(witness: Witness, verb: str) -> int:
    return sum(exchange.request.verb == verb for exchange in witness.exchanges)

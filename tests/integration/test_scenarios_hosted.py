"""Pause, cancel and resume where a program asks its host for checkpoints; its effects are files."""

from __future__ import annotations

from pathlib import Path

import pytest
from compiled_scenarios import WASI, shared_programs
from signalled import EveryStep, Signals, read

from bench.danger import HOST
from bench.file_effects import SCENARIO, FileEffects
from bench.orders import Operator
from bench.promises import STORING, effects, repeated_after_acknowledgement
from bench.scenario_programs import Ended
from bench.witness import Request, Witness

pytestmark = pytest.mark.integration

TENANT = "acme"
LAST = "after-2"


@pytest.fixture
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_programs(tmp_path_factory).compiled(SCENARIO, WASI, HOST)


class Hosted:
    """One instance, and orders that find it when a checkpoint is asked for."""

    def __init__(self, instance: str, witness: Witness, folder: Path) -> None:
        self.instance = instance
        self.witness = witness
        self.works = FileEffects(folder=folder / instance, amount=1)
        self.operator = Operator(url=witness.service, tenant=TENANT)

    def obey(self, orders: EveryStep | Signals) -> None:
        def before(request: Request) -> None:
            if request.verb in STORING:
                self.works.note_effects(self.witness, self.instance, TENANT)
            orders.give(request)

        self.witness.before = before

    def run(self, program: Path) -> Ended:
        ended = self.works.errand(program, self.witness, instance=self.instance, tenant=TENANT).run()
        self.works.note_effects(self.witness, self.instance, TENANT)
        return ended

    def counted(self) -> dict[str, int]:
        return {step: times for (_, step), times in effects(self.witness.exchanges).items()}


def test_a_pause_at_every_step_is_seen_there_and_no_step_runs_twice(program: Path, witness: Witness, tmp_path: Path) -> None:
    hosted = Hosted("paused", witness, tmp_path)
    orders = EveryStep(operator=hosted.operator, order="pause")
    hosted.obey(orders)
    for _ in hosted.works.stored:
        ended = hosted.run(program)
        assert (ended.outcome, ended.code, ended.result) == ("paused", 0, None), ended.stderr
        hosted.operator.order("paused", "resume")
    ended = hosted.run(program)
    assert (ended.outcome, read(ended.result)) == ("completed", hosted.works.result), ended.stderr
    assert orders.given == set(hosted.works.stored)
    assert hosted.counted() == dict.fromkeys(hosted.works.steps, 1)
    assert repeated_after_acknowledgement(witness.exchanges) == []


def test_a_cancellation_is_seen_at_its_step_and_nothing_runs_afterwards(program: Path, witness: Witness, tmp_path: Path) -> None:
    signals = Signals(operator=Operator(url=witness.service, tenant=TENANT), order="cancel")
    hosted = Hosted(signals.at("joined"), witness, tmp_path)
    hosted.obey(signals)
    for _ in range(2):
        ended = hosted.run(program)
        assert (ended.outcome, ended.code, ended.result) == ("cancelled", 1, None), ended.stderr
        assert hosted.operator.status(hosted.instance) == "cancelled"
    assert hosted.counted() == dict.fromkeys(set(hosted.works.steps) - {"after-1", LAST}, 1)

"""`buildkit run --embedded` is killed with -9 at random points, and with it the service that it brings; a program of host functions goes on."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from compiled_scenarios import WASI, shared_programs
from signalled import read

from bench.danger import HOST
from bench.file_effects import SCENARIO, FileEffects
from bench.promises import effects
from bench.scenario_programs import Ended, Errand, Running
from bench.witness import Witness

pytestmark = pytest.mark.integration

KILLS = int(os.environ.get("SCENARIO_TEST_KILLS", "10"))
SEED = os.environ.get("SCENARIO_TEST_SEED", "kills")
LONGEST_PAUSE = 0.1
"""Seconds at most between a checkpoint and the kill."""

POLL_SECONDS = 0.01
TENANT = "local"


class Life:
    """One instance, and what its runs do: each file that is there after a run was written by it."""

    def __init__(self, number: int, program: Path, folder: Path) -> None:
        self.name = f"own-{number}"
        self.works = FileEffects(folder=folder / self.name, amount=number * 7)
        self.state = folder / "state.sqlite3"
        self.witness = Witness()
        errand = self.works.errand(program, self.witness, instance=self.name)
        options = (*errand.options, "--embedded", "--state", str(self.state), "--instance", self.name)
        self.errand = Errand(program=program, folder=self.works.folder, data=errand.data, instance=self.name, options=options)

    def stored(self) -> dict[str, bytes]:
        """Return the state of each checkpoint that is durable."""
        if not self.state.exists():
            return {}
        with closing(sqlite3.connect(f"file:{self.state}?mode=ro", uri=True, timeout=30)) as database:
            try:
                return dict(database.execute("SELECT checkpoint_id, state FROM checkpoints WHERE instance_id = ?", (self.name,)))
            except sqlite3.OperationalError:
                # The tables are still being made.
                return {}

    def run(self, generator: random.Random, *, killed: bool) -> tuple[Ended, bool]:
        """Run once, perhaps killed; hold that it does nothing again whose checkpoint there was, and loses none. Say whether it was killed."""
        known, before = self.stored(), effects(self.witness.exchanges)
        running = self.errand.start()
        was_killed = killed and self._kill(running, generator, len(known))
        ended = running.ended()
        self.works.note_effects(self.witness, self.name, TENANT)
        ran = {step for (_, step), times in effects(self.witness.exchanges).items() if times > before[(TENANT, self.name), step]}
        assert ran & known.keys() == set(), "it ran again after its checkpoint"
        now = self.stored()
        assert {step: now.get(step) for step in known} == known, "a checkpoint is lost"
        return ended, was_killed

    def _kill(self, running: Running, generator: random.Random, known: int) -> bool:
        wanted = generator.randint(known, len(self.works.stored))
        while running.process.poll() is None and len(self.stored()) < wanted:
            time.sleep(POLL_SECONDS)
        time.sleep(generator.uniform(0, LONGEST_PAUSE))
        if running.process.poll() is not None:
            return False
        generator.choice((running.kill_command, running.kill_all))()
        return True


def test_every_instance_completes_and_no_checkpoint_is_lost_or_done_again(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    program = shared_programs(tmp_path_factory).compiled(SCENARIO, WASI, HOST)
    generator = random.Random(SEED)  # noqa: S311  # no secret
    kills = 0
    for number in count():
        life = Life(number, program, tmp_path)
        ended, was_killed = life.run(generator, killed=kills < KILLS)
        while was_killed:
            kills += 1
            ended, was_killed = life.run(generator, killed=kills < KILLS)
        assert ended.completed, ended.stderr
        assert read(ended.result) == life.works.result
        assert {step for _, step in effects(life.witness.exchanges)} == set(life.works.steps)
        assert life.stored().keys() == set(life.works.stored)
        if kills == KILLS:
            return

"""Instances that are killed with -9, and so is their service, and that are started again until they have completed."""

from __future__ import annotations

import json
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Final

from bench.danger import HOST, Danger, Victim
from bench.effects import Effects
from bench.keeper import Keeper
from bench.promises import STORING
from bench.scenario_programs import Ended, Programs, Running
from bench.witness import EFFECT, GoneError, Reply, Request, Witness

TENANT: Final = "bench"
AT_ONCE: Final = 3
"""Instances at once: two processors are then never idle."""

MOST_ENDINGS: Final = 30
"""How often in a row an instance may end by itself without having completed, since its service was away."""

SERVICE_PAUSES: Final = (0.5, 4.0)
"""Seconds between two kills of the service."""

SLOWNESS: Final = 0.08
"""Seconds that the answer to an effect or a checkpoint takes at most: a kill may come in between."""

POLL_SECONDS: Final = 0.005
SHORTEST_WORK: Final = 0.5
"""Seconds that a run takes at least, since that is what it waits."""

EARLY_PART: Final = 5
"""One kill in so many comes at any time of a run, also before the program has started; the others once it has registered."""

DEAD_SECONDS: Final = 0.7
"""How long the service stays dead at most."""

VICTIMS_OF_A_RUN: Final = (Victim.COMMAND, Victim.PROGRAM, Victim.ALL)


class NeverCompletedError(Exception):
    """An instance ended again and again without having completed, though nobody killed it."""


@dataclass(frozen=True, kw_only=True)
class Spans:
    """How many seconds a run takes until it has registered, and from then on."""

    start: float = 0.0
    work: float = 0.0


@dataclass(kw_only=True)
class Toll:
    """What happened, for all threads to count in."""

    kills: Counter[Victim] = field(default_factory=Counter)
    runs: int = 0
    ended_without: int = 0
    """Runs that nobody killed and that ended without having completed, since their service was away."""

    wrong: list[str] = field(default_factory=list)
    instances: list[str] = field(default_factory=list)


class Lives:
    """Starts instances until enough was killed, and brings all of them to their end."""

    def __init__(self, danger: Danger, keeper: Keeper, witness: Witness, folder: Path) -> None:
        """Begin with no instance."""
        self._danger = danger
        self._keeper = keeper
        self._witness = witness
        self._folder = folder
        scenario = danger.effects(folder, 0).scenario
        self._program = Programs(folder=folder / "programs").compiled(scenario, danger.target, danger.transport)
        self._works: dict[str, Effects] = {}
        self._doomed: dict[str, threading.Event] = {}
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        self._lock = threading.Lock()
        self._left = danger.kills - danger.service_kills
        self._numbers = count()
        self._spans = Spans()
        self._dice = random.Random(f"{danger.seed} witness")  # noqa: S311  # no secret
        witness.before = self._note_effects
        witness.after = self._dawdle
        self._over = threading.Event()
        self._broken_by: BaseException | None = None
        self._service_done = threading.Event()
        self.toll = Toll()

    def live(self) -> Toll:
        """Run one instance undisturbed, to know how long that takes, and then as many as it needs."""
        self._complete(next(self._numbers), killed=False)
        with ThreadPoolExecutor(AT_ONCE + 1) as threads:
            started = [threads.submit(self._until_broken, work) for work in (self._kill_service, *[self._start_instances] * AT_ONCE)]
        if self._broken_by is not None:
            raise self._broken_by
        for each in started:
            each.result()
        self.toll.wrong += [f"{each.name} was left behind" for each in self._temporary.iterdir()]
        return self.toll

    def _until_broken(self, work: Callable[[], None]) -> None:
        """Do one of the works; where it fails, the others end as soon as they can."""
        try:
            work()
        except BaseException as error:
            if not self._over.is_set():
                self._broken_by = error
            self._over.set()
            raise

    def _start_instances(self) -> None:
        while not self._over.is_set() and (self._left > 0 or not self._service_done.is_set()):
            with self._lock:
                number = next(self._numbers)
            self._complete(number, killed=True)

    def _complete(self, number: int, *, killed: bool) -> None:
        """Start an instance again and again until it has completed."""
        generator = random.Random(f"{self._danger.seed} {number}")  # noqa: S311  # no secret
        name = f"{self._danger.target}-{number}"
        effects = self._works[name] = self._danger.effects(self._folder / name, number)
        errand = effects.errand(self._program, self._witness, instance=name, tenant=TENANT)
        errand = replace(errand, environment={"TMPDIR": str(self._temporary)})
        endings = 0
        while True:
            known = self._witness.count(name, "register")
            self._doomed[name] = threading.Event()
            running = errand.start()
            victim = None
            if killed:
                victim = self._endanger(running, known, generator)
            else:
                self._measure(running)
            ended = running.ended()
            effects.note_effects(self._witness, name, TENANT)
            self._look(name, effects, ended)
            self._count(victim, ended)
            if ended.completed:
                break
            endings = endings + 1 if victim is None else 0
            if endings > MOST_ENDINGS or not killed or self._over.is_set():
                raise NeverCompletedError(f"{name}: {ended.code} {dict(ended.document)} {ended.stderr}")
        with self._lock:
            self.toll.instances.append(name)
            self.toll.wrong += [f"{name}: {file} is not what was written" for file in effects.wrong_files()]

    def _measure(self, running: Running) -> None:
        """Learn how long a run takes that nobody kills."""
        before = time.monotonic()
        self._wait_for_registration(running, 0)
        registered = time.monotonic()
        running.process.wait()
        self._spans = Spans(start=registered - before, work=time.monotonic() - registered)

    def _endanger(self, running: Running, known: int, generator: random.Random) -> Victim | None:
        """Kill a part of the run at a random moment, unless it ends before, and say which one."""
        victim = generator.choice(VICTIMS_OF_A_RUN)
        early = generator.randrange(EARLY_PART) == 0
        moment = generator.uniform(0, self._spans.start + self._spans.work if early else self._spans.work)
        with self._lock:
            if self._left <= 0:
                return None
            self._left -= 1
        if not early:
            self._wait_for_registration(running, known)
        before = time.monotonic()
        try:
            running.process.wait(moment)
        except subprocess.TimeoutExpired:
            doomed = self._doomed[running.errand.instance]
            doomed.set()
            if kill(running, victim):
                return victim
            doomed.clear()
        with self._lock:
            self._left += 1
            if running.process.poll() == 0:
                # It took less than it was thought to take: the next kills come earlier.
                self._spans = Spans(start=self._spans.start, work=max(SHORTEST_WORK, min(self._spans.work, time.monotonic() - before)))
        return None

    def _wait_for_registration(self, running: Running, known: int) -> None:
        while self._witness.count(running.errand.instance, "register") <= known and running.process.poll() is None:
            time.sleep(POLL_SECONDS)

    def _note_effects(self, request: Request) -> Reply | None:
        """Count the files that are there when a checkpoint is asked for: they are older than its acknowledgement.

        A kill may come in between: nobody then hands on what was asked.
        """
        if request.verb in STORING and self._danger.transport == HOST:
            doomed = self._doomed[request.instance]
            self._works[request.instance].note_effects(self._witness, request.instance, TENANT)
            self._wait_a_little()
            if doomed.is_set():
                raise GoneError
        return None

    def _dawdle(self, request: Request) -> None:
        if request.verb == EFFECT or request.verb in STORING:
            self._wait_a_little()

    def _wait_a_little(self) -> None:
        with self._lock:
            seconds = self._dice.uniform(0, SLOWNESS)
        time.sleep(seconds)

    def _look(self, name: str, effects: Effects, ended: Ended) -> None:
        """Hold a result that is there against what it must be, even where the run was killed."""
        if ended.outcome == "completed" and ended.result is None:
            self._tell(f"{name}: completed, and there is no result")
        if ended.result is None:
            return
        try:
            if json.loads(ended.result) != effects.result:
                self._tell(f"{name}: the result is {ended.result.decode()}")
        except ValueError:
            self._tell(f"{name}: half a result: {ended.result!r}")

    def _tell(self, wrong: str) -> None:
        with self._lock:
            self.toll.wrong.append(wrong)

    def _count(self, victim: Victim | None, ended: Ended) -> None:
        with self._lock:
            self.toll.runs += 1
            if victim is not None:
                self.toll.kills[victim] += 1
            elif not ended.completed:
                self.toll.ended_without += 1

    def _kill_service(self) -> None:
        generator = random.Random(f"{self._danger.seed} service")  # noqa: S311  # no secret
        for _ in range(self._danger.service_kills):
            if self._over.wait(generator.uniform(*SERVICE_PAUSES)):
                return
            self._keeper.kill()
            self._over.wait(generator.uniform(0, DEAD_SECONDS))
            self._keeper.start()
            with self._lock:
                self.toll.kills[Victim.SERVICE] += 1
        self._service_done.set()


def kill(running: Running, victim: Victim) -> bool:
    """Kill a part of a run, and say whether there was something to kill."""
    if victim is Victim.PROGRAM:
        return running.kill_program()
    if victim is Victim.COMMAND:
        running.kill_command()
    else:
        running.kill_all()
    return True

"""All contenders through all phases, interleaved, in an order that every round begins with another of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bench.arena import Arena
from bench.contenders import HACK_LEAN, Contender
from bench.measure import Sample, measure
from bench.observe import CORES, Observation, observe
from bench.phases import phases_of, prepare
from bench.replay import Replay, remove_products
from bench.results import ContenderResult, LimitResult, Phase, WorkloadResult
from bench.schedule import makespan
from bench.units import units_of
from bench.verdicts import Verdicts, disagreements

Say = Callable[[str], None]
"""Takes a line about what is going on."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The comparison of all contenders on one workload."""

    arena: Arena
    rounds: int
    cpus: int
    say: Say
    _samples: dict[tuple[str, Phase], list[Sample]] = field(default_factory=dict)
    _limits: list[Sample] = field(default_factory=list)
    _wrong: list[str] = field(default_factory=list)

    def run(self) -> WorkloadResult:
        """Observe every contender once, then measure them round by round."""
        observed = {contender.name: self._observe(contender) for contender in self.arena.contenders}
        self._compare("observed", {name: seen.verdicts for name, seen in observed.items()})
        if self.arena.workload.timed:
            for number in range(self.rounds):
                self._round(number, observed)
        return self._result(observed)

    def _observe(self, contender: Contender) -> Observation:
        self.say(f"{self.arena.workload.name}: {contender.name}, recorded")
        return observe(self.arena, contender)

    def _round(self, number: int, observed: Mapping[str, Observation]) -> None:
        for phase in phases_of(self.arena):
            said = {contender.name: self._measure(contender, phase, number) for contender in rotated(self.arena.contenders, number)}
            self._compare(phase.value, said)
            if phase is Phase.COLD and HACK_LEAN.name in observed:
                self._replay(observed[HACK_LEAN.name], number)

    def _measure(self, contender: Contender, phase: Phase, number: int) -> Verdicts:
        site = self.arena.site(contender, "timed")
        prepare(self.arena, site, phase)
        command = contender.command(site, self.arena.task, self.arena.tools)
        done, sample = measure(lambda: self.arena.processes.run(command))
        self._tell(contender.name, phase, number, sample)
        self._samples.setdefault((contender.name, phase), []).append(sample)
        return contender.verdicts(done, self.arena.task)

    def _replay(self, observation: Observation, number: int) -> None:
        units = observation.recording.units
        remove_products(units)
        replay = Replay(units, self.arena.processes)
        _, sample = measure(lambda: replay.run(self.cpus))
        self._tell("limit", Phase.COLD, number, sample)
        self._limits.append(sample)

    def _tell(self, name: str, phase: Phase, number: int, sample: Sample) -> None:
        figures = f"{sample.seconds:.2f} s, CPU {sample.cpu_seconds:.2f} s"
        self.say(f"{self.arena.workload.name}: round {number + 1}, {phase}: {name}: {figures}")

    def _compare(self, when: str, said: Mapping[str, Verdicts]) -> None:
        self._wrong.extend(f"{when}: {sentence}" for sentence in disagreements(self.arena.task.cells, said))

    def _result(self, observed: Mapping[str, Observation]) -> WorkloadResult:
        arena = self.arena
        verdicts = next(iter(observed.values())).verdicts
        return WorkloadResult(
            name=arena.workload.name,
            summary=arena.workload.summary,
            triple=arena.task.triple,
            cells=len(arena.task.cells),
            failing=tuple(str(cell) for cell in sorted(verdicts) if not verdicts[cell]),
            disagreements=tuple(self._wrong),
            contenders=tuple(self._contender(name, seen) for name, seen in observed.items()),
            limit=self._limit(observed.get(HACK_LEAN.name)),
        )

    def _contender(self, name: str, seen: Observation) -> ContenderResult:
        taken = {phase: tuple(samples) for (tool, phase), samples in self._samples.items() if tool == name}
        return ContenderResult(
            name=name,
            counted=seen.counted,
            peaks=seen.peaks,
            samples=taken,
            recorded_seconds=seen.sample.seconds,
            modelled=seen.modelled,
        )

    def _limit(self, seen: Observation | None) -> LimitResult | None:
        if seen is None or not self._limits:
            return None
        units = units_of(seen.recording.units)
        modelled = {cores: makespan(units, cores) for cores in CORES}
        return LimitResult(rustc=len(units), samples=tuple(self._limits), modelled=modelled)


def rotated(contenders: tuple[Contender, ...], number: int) -> Iterator[Contender]:
    """Give the contenders in the order of a round."""
    start = number % len(contenders)
    yield from (*contenders[start:], *contenders[:start])

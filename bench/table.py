"""The result as Markdown tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Sequence

from bench.contenders import Buildkit
from bench.measure import Sample
from bench.results import ContenderResult, IsolationResult, Phase, Result, WorkloadResult, median_of, ratios_of

MEGABYTE = 1_000_000
NONE = "-"
OWN = Buildkit().name


def render(result: Result, command: str) -> str:
    """Return the whole result; `command` is what made it."""
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    rounds = "one round" if result.rounds == 1 else f"medians of {result.rounds} rounds, ratios too"
    lines = [f"    {command}", "", f"{result.cpus} processors, {rounds}. {versions}.", ""]
    for workload in result.workloads:
        lines += [*_workload(workload), ""]
    if result.isolation is not None:
        lines += [*_isolation(result.isolation), ""]
    return "\n".join(lines)


def _workload(workload: WorkloadResult) -> Iterator[str]:
    yield f"### {workload.name}: {workload.summary}"
    yield ""
    yield f"{workload.cells} cells on {workload.triple}. {_verdicts(workload)}"
    if any(contender.samples for contender in workload.contenders):
        yield from ("", *_figures(workload), "", *_ratios(workload), "", *_models(workload))


def _verdicts(workload: WorkloadResult) -> str:
    failing = f"{len(workload.failing)} of them fail"
    shown = f": {', '.join(workload.failing[:3])}{' …' if len(workload.failing) > 3 else ''}" if workload.failing else ""
    if workload.disagreements:
        return f"**The verdicts differ**: {'; '.join(workload.disagreements[:5])}."
    return f"The verdicts of all tools are equal; {failing}{shown}."


def _figures(workload: WorkloadResult) -> Iterator[str]:
    columns = ("", "cold s", "CPU s", "wall/CPU", "times the limit", *(f"{phase} s" for phase in tuple(Phase)[1:]))
    yield from _head((*columns, "cargo calls", "rustc", "peak disk MB", "left MB", "memory MB"))
    limit = None if workload.limit is None else median_of(workload.limit.samples)
    for contender in workload.contenders:
        ratio = NONE if workload.limit is None else _ratio(contender.samples.get(Phase.COLD, ()), workload.limit.samples)
        others = (_seconds(contender, phase) for phase in tuple(Phase)[1:])
        yield _row((contender.name, *_sample(contender), ratio, *others, *_counts(contender)))
    if workload.limit is not None and limit is not None:
        figures = (_number(limit.seconds, 1), _number(limit.cpu_seconds, 1), _number(limit.seconds / limit.cpu_seconds, 2))
        yield _row(("limit", *figures, "1", *(NONE,) * 3, "0", str(workload.limit.rustc), *(NONE,) * 3))


def _sample(contender: ContenderResult) -> tuple[str, str, str]:
    cold = median_of(contender.samples.get(Phase.COLD, ()))
    if cold is None:
        return NONE, NONE, NONE
    return _number(cold.seconds, 1), _number(cold.cpu_seconds, 1), _number(cold.seconds / cold.cpu_seconds, 2)


def _counts(contender: ContenderResult) -> tuple[str, ...]:
    cold = contender.counted[Phase.COLD]
    own = f" + {cold.rustc_of_own} empty" if cold.rustc_of_own else ""
    unchanged = contender.counted.get(Phase.UNCHANGED)
    calls = f"{cold.cargo_calls}, then {unchanged.cargo_calls}" if unchanged else str(cold.cargo_calls)
    peaks = (str(round(peak / MEGABYTE)) for peak in _peaks(contender))
    return calls, f"{cold.rustc - cold.rustc_of_own}{own}", *peaks


def _ratios(workload: WorkloadResult) -> Iterator[str]:
    """Give how many times longer than buildkit each other tool takes."""
    own = next(contender for contender in workload.contenders if contender.name == OWN)
    yield from _head(("times buildkit's (by round)", *(phase.value for phase in Phase), "peak disk", "disk left", "memory"))
    for contender in workload.contenders:
        if contender is own:
            continue
        times = (_ratio(contender.samples.get(phase, ()), own.samples.get(phase, ())) for phase in Phase)
        peaks = (_number(peak / of_own, 2) for peak, of_own in zip(_peaks(contender), _peaks(own), strict=True))
        yield _row((contender.name, *times, *peaks))


def _models(workload: WorkloadResult) -> Iterator[str]:
    cores = tuple(next(iter(workload.contenders)).modelled)
    yield from _head(("cold, modelled s", *(f"{number} cores" for number in cores)))
    for contender in workload.contenders:
        yield _row((contender.name, *(_number(contender.modelled[number], 1) for number in cores)))
    if workload.limit is not None:
        yield _row(("limit", *(_number(workload.limit.modelled[number], 1) for number in cores)))


def _isolation(isolation: IsolationResult) -> Iterator[str]:
    yield "### isolation: every cell and every allowed selection, judged without compiling"
    yield ""
    about = f"{isolation.members} members, {isolation.packages} packages, {', '.join(isolation.targets)}"
    yield f"{about}: {isolation.cells} cells, and {isolation.proofs} proofs over {isolation.selections:,} selections. {isolation.failing} fail."
    yield ""
    yield from _head(("", "wall s", "CPU s"))
    for name, samples in (("cold metadata", isolation.cold), ("warm", isolation.warm)):
        median = median_of(samples)
        if median is not None:
            yield _row((name, _number(median.seconds, 2), _number(median.cpu_seconds, 2)))
    yield ""
    yield f"Peak memory {round(isolation.peaks.memory / MEGABYTE)} MB."


def _seconds(contender: ContenderResult, phase: Phase) -> str:
    median = median_of(contender.samples.get(phase, ()))
    return NONE if median is None else _number(median.seconds, 2)


def _peaks(contender: ContenderResult) -> tuple[int, int, int]:
    return contender.peaks.disk, contender.peaks.left, contender.peaks.memory


def _ratio(ones: Sequence[Sample], others: Sequence[Sample]) -> str:
    """Return the median of the ratios, and those of each round."""
    ratios = ratios_of(ones, others) if ones and others else ()
    if not ratios:
        return NONE
    rounds = f" ({', '.join(_number(ratio, 2) for ratio in ratios)})" if len(ratios) > 1 else ""
    return _number(statistics.median(ratios), 2) + rounds


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


def _head(names: Iterable[str]) -> Iterator[str]:
    titles = tuple(names)
    yield _row(titles)
    yield _row("---" for _ in titles)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"

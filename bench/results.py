"""Everything that was measured, as it goes to the JSON file."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from bench.measure import Peaks, Sample


class Phase(StrEnum):
    """What the contenders find when they begin."""

    COLD = "cold"
    UNCHANGED = "nothing changed"
    FIRST_EDIT = "first edit"
    SECOND_EDIT = "second edit"


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What a run started: cargo calls, compilations, and how many of these were of packages that the tool itself had written."""

    cargo_calls: int
    rustc: int
    rustc_of_own: int


class ContenderResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool took. `modelled` has the seconds of a cold run by the number of cores, `recorded_seconds` what it was modelled from."""

    name: str
    counted: Mapping[Phase, Counted]
    peaks: Peaks
    samples: Mapping[Phase, tuple[Sample, ...]]
    recorded_seconds: float
    modelled: Mapping[int, float]


class LimitResult(msgspec.Struct, frozen=True, kw_only=True):
    """Each distinct compilation once, replayed on all cores."""

    rustc: int
    samples: tuple[Sample, ...]
    modelled: Mapping[int, float]


class WorkloadResult(msgspec.Struct, frozen=True, kw_only=True):
    """One workload. `failing` are the cells that fail, by all tools; `disagreements` are empty where the verdicts are equal."""

    name: str
    summary: str
    triple: str
    cells: int
    failing: tuple[str, ...]
    disagreements: tuple[str, ...]
    contenders: tuple[ContenderResult, ...] = ()
    limit: LimitResult | None = None


class IsolationResult(msgspec.Struct, frozen=True, kw_only=True):
    """The isolation stage of a large workspace: with nothing remembered, and again. The proofs are about `selections`."""

    members: int
    packages: int
    targets: tuple[str, ...]
    cells: int
    proofs: int
    selections: int
    failing: int
    cold: tuple[Sample, ...]
    warm: tuple[Sample, ...]
    peaks: Peaks


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """The whole comparison."""

    versions: Mapping[str, str]
    cpus: int
    rounds: int
    workloads: tuple[WorkloadResult, ...]
    isolation: IsolationResult | None = None


def median_of(samples: Iterable[Sample]) -> Sample | None:
    """Return the medians of wall and CPU seconds, `None` where nothing was measured."""
    taken = tuple(samples)
    if not taken:
        return None
    return Sample(seconds=statistics.median(one.seconds for one in taken), cpu_seconds=statistics.median(one.cpu_seconds for one in taken))


def ratios_of(ones: Iterable[Sample], others: Iterable[Sample]) -> tuple[float, ...]:
    """Return how many times longer the ones took than the others, round by round: a processor's speed drifts between rounds."""
    return tuple(one.seconds / other.seconds for one, other in zip(ones, others, strict=True))

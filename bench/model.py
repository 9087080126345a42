"""What a tool's run would take on more cores, modelled from what was recorded of it."""

from __future__ import annotations

from collections.abc import Iterable

from bench.recording import Invocation, Recording
from bench.schedule import makespan
from bench.units import units_of


def predict(recording: Recording, seconds: float, cores: int) -> float:
    """Return the seconds on so many cores: cargo calls one after another, rustc scheduled within each, all other time as it was.

    `seconds` is what the recorded command took.
    """
    spent = sum(_compiling(_units_in(recording, call)) for call in recording.cargo_calls)
    compiling = sum(makespan(units_of(_units_in(recording, call)), cores) for call in recording.cargo_calls)
    return max(seconds - spent, 0.0) + compiling


def _units_in(recording: Recording, call: Invocation) -> tuple[Invocation, ...]:
    return tuple(unit for unit in recording.units if unit.call == call.id)


def _compiling(units: Iterable[Invocation]) -> float:
    """Return for how long at least one rustc was running."""
    total, until = 0.0, 0.0
    for unit in sorted(units, key=lambda one: one.started):
        total += max(unit.ended - max(unit.started, until), 0.0)
        until = max(until, unit.ended)
    return total

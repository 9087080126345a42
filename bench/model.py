"""What a tool's run would take on more cores, modelled from what was recorded of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bench.recording import Invocation, Recording
from bench.schedule import makespan
from bench.units import Awaits, Unit, units_of


def predict(recording: Recording, seconds: float, cores: int) -> float:
    """Return the seconds on so many cores: rustc scheduled within cargo calls, all other time as it was.

    Calls that ran one after another still do. Of those that ran side by side, one begins once everything is there that it needs of those
    before it. `seconds` is what the recorded command took.
    """
    waves = [[_units_in(recording, call) for call in wave] for wave in _waves(recording.cargo_calls)]
    spent = sum(_compiling(one for units in wave for one in units) for wave in waves)
    compiling = sum(makespan(_side_by_side(wave), cores) for wave in waves)
    return max(seconds - spent, 0.0) + compiling


def _waves(calls: Iterable[Invocation]) -> Iterator[list[Invocation]]:
    """Give the calls that ran side by side, each with the ones that it overlaps."""
    wave: list[Invocation] = []
    for call in calls:
        if wave and call.started >= max(other.ended for other in wave):
            yield wave
            wave = []
        wave.append(call)
    if wave:
        yield wave


def _units_in(recording: Recording, call: Invocation) -> tuple[Invocation, ...]:
    return tuple(unit for unit in recording.units if unit.call == call.id)


def _side_by_side(calls: Sequence[Sequence[Invocation]]) -> Iterator[Unit]:
    """Give the units of calls, those of each waiting for all that it needs of the calls before, as the calls before had to."""
    units = {unit.id: unit for unit in units_of(one for call in calls for one in call)}
    before: set[str] = set()
    awaited: set[str] = set()
    for call in calls:
        own = {one.id for one in call}
        awaited |= _below(own, units) & before
        for name in sorted(own):
            unit = units[name]
            yield replace(unit, awaits={**unit.awaits, **dict.fromkeys(awaited, Awaits.WHOLE)})
        before |= own


def _below(names: Iterable[str], units: Mapping[str, Unit]) -> set[str]:
    """Return all units that some units wait for, and those that these do."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        new = units[waiting.pop()].awaits.keys() & units.keys() - found
        found |= new
        waiting.extend(new)
    return found


def _compiling(units: Iterable[Invocation]) -> float:
    """Return for how long at least one rustc was running."""
    total, until = 0.0, 0.0
    for unit in sorted(units, key=lambda one: one.started):
        total += max(unit.ended - max(unit.started, until), 0.0)
        until = max(until, unit.ended)
    return total

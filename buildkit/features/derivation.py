"""Why a fact holds: one of its shortest derivations, from the selection on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from buildkit.features.atoms import Atom, AtomKind, Cause
from buildkit.features.horn import GIVEN
from buildkit.features.resolution import Resolution

SELECTING = frozenset({AtomKind.SELECTED, AtomKind.TESTED, AtomKind.DEVELOPED, AtomKind.GIVEN})
"""Atoms that the command line gives; what follows from them at once is what a reader takes for selected."""


class Step(NamedTuple):
    """From one atom to the next, and what makes it so."""

    source: Atom
    reached: Atom
    cause: Cause


def chain_to(resolution: Resolution, fact: int) -> tuple[Step, ...]:
    """Return the steps from the selection to a fact, first step first; it is empty for what was selected itself.

    Where a step has two premises, the one that was reached later is followed: it has the longer story.
    """
    steps: list[Step] = []
    while True:
        step = _step_to(resolution, fact)
        if step is None:
            return tuple(reversed(steps))
        fact, found = step
        steps.append(found)


def features_behind(resolution: Resolution, fact: int) -> frozenset[str]:
    """Return the selected features that the derivation of a fact rests on: a selection that is enough to bring it about."""
    seen: set[int] = set()
    waiting = [fact]
    found: set[str] = set()
    while waiting:
        current = waiting.pop()
        if current in seen:
            continue
        seen.add(current)
        atom = resolution.model.horn.names[current]
        if atom is not None and atom.kind is AtomKind.GIVEN:
            found.add(atom.name)
        waiting.extend(_premises(resolution, current))
    return frozenset(found)


def followed_premise(resolution: Resolution, premises: tuple[int, ...]) -> int:
    """Return the premise that was reached last, those of auxiliary facts in their place."""
    return max(_told(resolution, premises), key=resolution.order.__getitem__)


def _step_to(resolution: Resolution, fact: int) -> tuple[int, Step] | None:
    horn = resolution.model.horn
    number = resolution.reasons[fact]
    reached = horn.names[fact]
    if number == GIVEN or reached is None:
        return None
    rule = horn.rules[number]
    followed = followed_premise(resolution, rule.premises)
    source = horn.names[followed]
    if rule.cause is None or source is None or source.kind in SELECTING:
        return None
    return followed, Step(source, reached, rule.cause)


def _told(resolution: Resolution, premises: tuple[int, ...]) -> Iterator[int]:
    for premise in premises:
        if resolution.model.horn.names[premise] is None:
            yield from _told(resolution, _premises(resolution, premise))
        else:
            yield premise


def _premises(resolution: Resolution, fact: int) -> tuple[int, ...]:
    number = resolution.reasons[fact]
    return () if number == GIVEN else resolution.model.horn.rules[number].premises

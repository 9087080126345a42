"""Parts of a plan for several machines: each computes the same parts from the plan and from durations that all of them have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from math import ceil, frexp, fsum
from statistics import fmean
from typing import Final

from buildkit.errors import UsageError
from buildkit.features.enabled import enabled_features
from buildkit.model import Cell, Verdict
from buildkit.plan.model import Plan, PlannedCell
from buildkit.plan.remembered import Seconds, expected_seconds, pair_of
from buildkit.records import dataclass

SLACK: Final = 1.05
"""How much more than a fair part a part may hold, so that a change moves little."""

LEAST_SECONDS: Final = 0.01
"""What a cell counts at least."""


@dataclass(frozen=True, kw_only=True)
class Shard:
    """Part `index` of `count`, from 1."""

    index: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str | None) -> Shard:
        """Read `I/N`; `None` is the whole."""
        if text is None:
            return cls()
        match = re.fullmatch(r"([1-9][0-9]*)/([1-9][0-9]*)", text, re.ASCII)
        if match is None or int(match[1]) > int(match[2]):
            raise UsageError(f"{text!r} is no shard", hint="--shard 1/4 is the first of four parts")
        return cls(index=int(match[1]), count=int(match[2]))


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Cells that stay together; `weight` is in seconds. The one that `leads` takes the proof of its package and target along."""

    name: str
    cells: tuple[PlannedCell, ...]
    weight: float
    leads: bool = True


def shard_of(plan: Plan, shard: Shard, seconds: Seconds) -> Plan:
    """Return one part, which may be empty. The parts are disjoint and together the plan; each proof is in one of them.

    Cells of a package on a target share what they depend on and stay together, unless they are more than a fair part; cells that enable the
    same features always do. Without `seconds` all cells count the same. A new cell moves few others.
    """
    if shard.count == 1:
        return plan
    weights = _weights(plan, seconds)
    groups = _groups(plan, weights)
    fair = fsum(group.weight for group in groups) / shard.count
    units = [unit for group in groups for unit in _units(group, fair, weights)]
    places = assign(units, shard.count)
    mine = [unit for unit in units if places[unit.name] == shard.index]
    cells = {planned.cell for unit in mine for planned in unit.cells}
    proved = {pair_of(unit.cells[0].cell.id) for unit in mine if unit.leads}
    return replace(
        plan,
        cells=tuple(planned for planned in plan.cells if planned.cell in cells),
        proofs=tuple(proof for proof in plan.proofs if pair_of(proof.largest.id) in proved),
    )


def assign(bundles: Iterable[Bundle], count: int) -> Mapping[str, int]:
    """Return the part of each bundle, from 1: the one that its name prefers among those that have room (rendezvous hashing with bounded load).

    Large ones choose first; what fits nowhere goes where the least is. Their order depends on the weights' magnitudes only, so that a cell that
    became a little slower moves nothing.
    """
    chosen: dict[str, int] = {}
    queue = sorted(bundles, key=lambda bundle: (-frexp(bundle.weight)[1], _hash(bundle.name)))
    room = SLACK * fsum(bundle.weight for bundle in queue) / count
    loads = dict.fromkeys(range(1, count + 1), 0.0)
    for bundle in queue:
        fitting = [part for part, load in loads.items() if load + bundle.weight <= room]
        best = (
            max(fitting, key=lambda part: _hash(f"{bundle.name}#{part}")) if fitting else min(loads, key=lambda part: (loads[part], part))
        )
        chosen[bundle.name] = best
        loads[best] += bundle.weight
    return chosen


def _groups(plan: Plan, weights: Mapping[Cell, float]) -> list[Bundle]:
    """Return the cells by package and target, in the order of their names."""
    pairs: dict[str, list[PlannedCell]] = {}
    for planned in sorted(plan.cells, key=lambda planned: planned.cell):
        pairs.setdefault(pair_of(planned.cell.id), []).append(planned)
    return [_bundle(pair, cells, weights) for pair, cells in pairs.items()]


def _weights(plan: Plan, seconds: Seconds) -> Mapping[Cell, float]:
    cells = [planned.cell for planned in plan.cells]
    expected = expected_seconds(cells, seconds)
    usual = fmean(known.seconds for known in expected.values()) if expected else 1.0
    return {cell: max(LEAST_SECONDS, expected[cell].seconds if cell in expected else usual) for cell in cells}


def _bundle(name: str, cells: Sequence[PlannedCell], weights: Mapping[Cell, float], *, leads: bool = True) -> Bundle:
    """Return a bundle; of cells with the same features one is compiled."""
    dearest: dict[frozenset[str], float] = {}
    for planned in cells:
        key = _build(planned)
        dearest[key] = max(dearest.get(key, 0.0), weights[planned.cell])
    return Bundle(name=name, cells=tuple(cells), weight=fsum(dearest.values()), leads=leads)


def _build(planned: PlannedCell) -> frozenset[str]:
    """Return what is equal for cells of a package and target that are the same build; it must not depend on the machine."""
    asked = (feature for feature in planned.cell.features if "/" in feature)
    return enabled_features(planned.subject.package.features, planned.cell.features).union(asked)


def _units(group: Bundle, fair: float, weights: Mapping[Cell, float]) -> Iterator[Bundle]:
    """Split a group that is more than a fair part into as few pieces as are needed."""
    if group.weight <= fair:
        yield group
        return
    bundles = _builds(group, weights)
    pieces = assign(bundles, ceil(group.weight / fair))
    for piece in dict.fromkeys(pieces.values()):
        parts = [bundle for bundle in bundles if pieces[bundle.name] == piece]
        cells = [planned for bundle in parts for planned in bundle.cells]
        yield _bundle(f"{group.name}#{piece}", cells, weights, leads=any(part.leads for part in parts))


def _builds(group: Bundle, weights: Mapping[Cell, float]) -> list[Bundle]:
    """Return the builds of a group. Those that are expected to fail stay together with the proof, which they excuse."""
    builds: dict[frozenset[str], list[PlannedCell]] = {}
    for planned in group.cells:
        builds.setdefault(_build(planned), []).append(planned)
    expected = [cells for cells in builds.values() if any(_is_foretold(planned) for planned in cells)]
    others = [cells for cells in builds.values() if cells not in expected]
    first = [[planned for cells in expected for planned in cells]] if expected else others[:1]
    rest = others if expected else others[1:]
    return [_bundle(cells[0].cell.id, cells, weights, leads=index == 0) for index, cells in enumerate([*first, *rest])]


def _is_foretold(planned: PlannedCell) -> bool:
    return planned.expectation is not None and planned.expectation.verdict is Verdict.FAIL


def _hash(text: str) -> bytes:
    return sha256(text.encode()).digest()

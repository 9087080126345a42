"""Keep of a plan what failed last time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from buildkit.errors import BuildkitError, NothingSelectedError
from buildkit.plan.cells import Matrix
from buildkit.plan.model import Plan, PlannedCell
from buildkit.plan.patterns import parse_patterns
from buildkit.plan.remembered import Remembered, pair_of
from buildkit.plan.selection import Query, select
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Whose failures are asked for: `activity` is what ran, as it is typed (`check --only isolation`)."""

    activity: str
    remembered: Remembered


def failed_part(matrix: Matrix, query: Query, retry: Retry) -> Plan:
    """Return the cells of a query that failed last time; a proof that failed brings all cells of its package and target.

    A cell that only the last command line named counts as well. Raises `NothingSelectedError` where nothing is left.
    """
    remembered = retry.remembered
    if not remembered.has_run:
        raise NothingSelectedError(f"`{retry.activity}` has not run in this workspace yet", hint=f"buildkit {retry.activity}")
    if not remembered.failed and not remembered.failed_proofs:
        raise NothingSelectedError("nothing failed last time", hint=f"buildkit {retry.activity}")
    plan = select(matrix, query)
    cells = tuple(planned for planned in plan.cells if _failed(planned, remembered))
    known = {planned.cell for planned in plan.cells}
    cells += tuple(planned for planned in _named_earlier(matrix, query, remembered) if planned.cell not in known)
    if not cells:
        raise NothingSelectedError("nothing of what is selected failed last time", hint=f"buildkit {retry.activity} --failed")
    judged = {planned.cell for planned in cells}
    whole = {pair_of(planned.cell.id) for planned in cells} - {
        pair_of(planned.cell.id) for planned in plan.cells if planned.cell not in judged
    }
    proofs = tuple(proof for proof in plan.proofs if pair_of(proof.largest.id) in whole)
    return replace(plan, cells=cells, proofs=proofs)


def _failed(planned: PlannedCell, remembered: Remembered) -> bool:
    return planned.cell.id in remembered.failed or pair_of(planned.cell.id) in remembered.failed_proofs


def _named_earlier(matrix: Matrix, query: Query, remembered: Remembered) -> Iterator[PlannedCell]:
    """Give the cells that failed in the last run and that the query alone does not have; what no longer exists is passed over."""
    if query.names_features:
        return
    is_open = not (query.packages or query.targets or query.tags)
    pairs = frozenset[str]() if is_open else {pair_of(planned.cell.id) for planned in select(matrix, replace(query, patterns=())).cells}
    patterns = parse_patterns(query.patterns)
    for identity in sorted(remembered.failed & remembered.latest):
        if not is_open and pair_of(identity) not in pairs:
            continue
        try:
            found = select(matrix, replace(query, patterns=(identity,)))
        except BuildkitError:
            continue
        yield from (planned for planned in found.cells if planned.cell.id == identity and patterns.covers(planned.cell))

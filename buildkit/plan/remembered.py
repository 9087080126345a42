"""What earlier runs left to know of cells, and what follows for the next: which failed, which come first, how long each will take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean

from buildkit.model import Cell
from buildkit.plan.model import PlannedCell
from buildkit.records import dataclass

Seconds = Mapping[str, float]
"""How long cells took to compile, by their ids."""


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """What is known of one verb in one workspace.

    `failed` and `failed_proofs` (as `package/target`) are those whose last verdict was not good; `latest` are the cells that the last run
    judged. `interrupted` are the cells that it had judged when it was ended before its time, `None` where it came to its end or still goes on.
    """

    has_run: bool = False
    failed: frozenset[str] = frozenset()
    failed_proofs: frozenset[str] = frozenset()
    latest: frozenset[str] = frozenset()
    seconds: Seconds
    interrupted: frozenset[str] | None = None


NOTHING = Remembered(seconds={})


def pair_of(identity: str) -> str:
    """Return `package/target` of a cell id."""
    return "/".join(identity.split("/", 2)[:2])


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How long a cell will take. `is_own` says that the cell itself was measured, not others of its package and target."""

    seconds: float
    is_own: bool


def expected_seconds(cells: Iterable[Cell], known: Seconds) -> Mapping[Cell, Expected]:
    """Return what measured cells foretell: a cell's own time, else the mean of its package on its target; cells without either are left out."""
    pairs: dict[str, list[float]] = {}
    for identity, seconds in known.items():
        pairs.setdefault(pair_of(identity), []).append(seconds)
    means = {pair: fmean(values) for pair, values in pairs.items()}
    found: dict[Cell, Expected] = {}
    for cell in cells:
        own = known.get(cell.id)
        mean = means.get(pair_of(cell.id)) if own is None else own
        if mean is not None:
            found[cell] = Expected(seconds=mean, is_own=own is not None)
    return found


def ordered(cells: Iterable[PlannedCell], remembered: Remembered) -> tuple[PlannedCell, ...]:
    """Return cells in the order in which they should run: those that failed last time, then the longest first.

    A cell of which nothing is known counts as the mean of the others. Among equals the order of the plan is kept.
    """
    given = tuple(cells)
    expected = expected_seconds((planned.cell for planned in given), remembered.seconds)
    usual = fmean(known.seconds for known in expected.values()) if expected else 0.0
    return tuple(
        sorted(
            given,
            key=lambda planned: (
                planned.cell.id not in remembered.failed,
                -(expected[planned.cell].seconds if planned.cell in expected else usual),
            ),
        )
    )

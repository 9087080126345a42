"""Which cells are checked by which call: wrapped together, joined, or alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from buildkit.cargo.calls import CargoCommand, CargoOptions
from buildkit.cargo.linting import lint_words
from buildkit.cargo.resolver import ResolverVersion
from buildkit.cargo.wrappers import can_be_wrapped
from buildkit.execute.context import Context
from buildkit.execute.unfinished import CallUnits
from buildkit.execute.unit_costs import unit_costs
from buildkit.execute.work import Work
from buildkit.features.joint import can_be_joined, joined
from buildkit.features.lattice import union
from buildkit.features.signatures import Signatures
from buildkit.plan.batches import Candidate, collision_free
from buildkit.plan.sequence import sequenced
from buildkit.records import dataclass
from buildkit.toolchain.release import reaches

OLDEST_PACKAGE_WISE: Final = "1.95"
"""The oldest cargo whose unification by package was held against plain calls."""


class Way(StrEnum):
    """How a call selects its cells."""

    WRAPPED = "wrapped"
    JOINED = "joined"
    ALONE = "alone"


@dataclass(frozen=True, kw_only=True)
class Group:
    """Cells for one call, all of one target."""

    way: Way
    works: tuple[Work, ...]
    units: CallUnits | None = None
    """What the call compiles, for cells that are wrapped."""

    @property
    def target(self) -> str:
        """Return the name of the compilation target."""
        return self.works[0].planned.cell.target


def groups(context: Context, works: Iterable[Work]) -> Iterator[Group]:
    """Give the calls for cells, target by target, wrapped ones first, in the order in which these are guessed to take the least time.

    What cannot be resolved is left to be told by itself, and so is everything where the user's arguments decide what is compiled.
    """
    by_target: dict[str, list[Work]] = {}
    for work in works:
        if work.graph.obstacle is not None or not _can_share(context.options):
            yield Group(way=Way.ALONE, works=(work,))
            continue
        by_target.setdefault(work.planned.cell.target, []).append(work)
    for target, members in by_target.items():
        wrappable = _is_wrapping(context, target)
        wrapped = [work for work in members if wrappable and _can_wrap(work)]
        together = [group for group in _wrapped(context, wrapped) if len(group.works) > 1]
        taken = {work.planned.cell for group in together for work in group.works}
        yield from together
        yield from without_wrappers(context, [work for work in members if work.planned.cell not in taken])


def without_wrappers(context: Context, works: Iterable[Work]) -> Iterator[Group]:
    """Give the calls that name packages of the workspace itself, for cells of one target."""
    waiting = list(works)
    joinable = {id(work.resolution): work for work in waiting if _can_join(context, work)}
    resolutions = [work.resolution for work in joinable.values()]
    calls = joined(resolutions[0].model, resolutions) if resolutions else ()
    for call in calls:
        together = tuple(joinable[id(resolution)] for resolution in call)
        yield Group(way=Way.JOINED if len(together) > 1 else Way.ALONE, works=together)
    yield from (Group(way=Way.ALONE, works=(work,)) for work in waiting if not _can_join(context, work))


def _can_share(options: CargoOptions) -> bool:
    lints = lint_words(options.arguments)
    return not options.arguments or (options.command is CargoCommand.CLIPPY and lints.is_plain and lints.is_known)


def _is_wrapping(context: Context, target: str) -> bool:
    if context.options.command is CargoCommand.CLIPPY and not context.skips_wrappers:
        # A wrapper of the user's stands where clippy would.
        return False
    if not context.wraps or context.models.links.left_out or context.workspace.resolver is ResolverVersion.ONE:
        return False
    return reaches(context.supplies[target].supply.toolchain.release, OLDEST_PACKAGE_WISE)


def _can_wrap(work: Work) -> bool:
    return can_be_wrapped(work.planned.subject.package, work.planned.cell.features)


def _can_join(context: Context, work: Work) -> bool:
    targets = work.planned.subject.package.targets
    plain = all("/" not in feature for target in targets for feature in target.required_features)
    return plain and not context.models.links.left_out and can_be_joined(work.resolution)


def _wrapped(context: Context, works: list[Work]) -> Iterator[Group]:
    signatures = Signatures()
    batches = collision_free(Candidate(item=work, units=signatures.of(work.resolution)) for work in works)
    if len(batches) > 1:
        batches = sequenced(batches, unit_costs(context, works[0].planned.cell.target, signatures))
    for batch in batches:
        units = CallUnits(links=context.models.links, signatures=signatures, numbers=union(*(member.units for member in batch)))
        yield Group(way=Way.WRAPPED, works=tuple(member.item for member in batch), units=units)

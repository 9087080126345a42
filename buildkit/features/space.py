"""The allowed selections of one package on one target, closed over everything that cargo would build for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from buildkit.cargo.metadata import Package
from buildkit.features.counting import count_selections
from buildkit.features.enabled import Clauses
from buildkit.features.lattice import Lattice
from buildkit.features.model import Model
from buildkit.records import dataclass

LARGEST_LISTING = 16
"""How many extra features may be listed subset by subset where counting needs it."""

Selection = frozenset[str]


@dataclass(frozen=True, kw_only=True)
class SpaceRequest:
    """`base` is always selected of `root`, and any subset of `extra` that `clauses` allow."""

    root: Package
    base: Selection
    extra: tuple[str, ...]
    clauses: Clauses


class Space:
    """The selections of a request, each as what follows from it; a selection leaves the base out."""

    def __init__(self, model: Model, request: SpaceRequest) -> None:
        """Prepare the closures."""
        self.model = model
        self.request = request
        number = model.links.numbers[request.root.id]
        self._compiled = model.compile(number, sorted(request.base), request.extra)
        place = model.own_place(request.root)
        own = ((name, model.feature(number, place, name)) for name in request.root.features)
        self._bits = {name: 1 << self._compiled.bits[fact] for name, fact in own if fact is not None and fact in self._compiled.bits}
        self._own = self.own_mask(self._bits)
        self._exclusive = tuple(self.own_mask(group) for group in request.clauses.exclusive)
        self._needed = tuple(self.own_mask(group) for group in request.clauses.at_least_one_of)

    def closure(self, selection: Iterable[str]) -> int:
        """Return everything that follows from the base and a selection, as a mask of facts."""
        return self._compiled.closure(selection)

    def fact_mask(self, facts: Iterable[int]) -> int | None:
        """Return the mask of some facts, `None` where one of them follows from no selection."""
        known = tuple(facts)
        return self._compiled.mask(known) if all(fact in self._compiled.bits for fact in known) else None

    def own_mask(self, names: Iterable[str]) -> int:
        """Return the mask of features of the package itself."""
        mask = 0
        for name in names:
            mask |= self._bits.get(name, 0)
        return mask

    def enabled(self, closure: int) -> frozenset[str]:
        """Return the package's own features in a closure."""
        return frozenset(name for name, bit in self._bits.items() if closure & bit)

    def clash(self, closure: int) -> int | None:
        """Return the mask of an exclusive group that a closure breaks, `None` where there is none; adding features does not mend it."""
        return next((group for group in self._exclusive if (closure & group).bit_count() > 1), None)

    def gap(self, closure: int) -> int | None:
        """Return the mask of a group of which a closure has nothing though it needs one, `None` where there is none."""
        return next((group for group in self._needed if not closure & group), None)

    def allows(self, closure: int) -> bool:
        """Say whether a closure breaks no clause."""
        return self.gap(closure) is None and self.clash(closure) is None

    @cached_property
    def above(self) -> dict[str, int]:
        """Return for each extra feature what it enables in the package itself, together with the base."""
        return {name: self.closure((name,)) & self._own for name in self.request.extra}

    @cached_property
    def lattice(self) -> Lattice:
        """Return the selections up to what they enable."""
        enables = {name: self.enabled(mask) for name, mask in self.above.items()}
        return Lattice(self.request.extra, enables, self.enabled(self.closure(())), self.request.clauses)

    @property
    def is_plain(self) -> bool:
        """Say whether two features never enable a third of the package together; only a cycle through a dev-dependency can do that."""
        return not any(self._compiled.mask_after(fact) & self._own for fact in self._compiled.late_conclusions)

    def count(self) -> int | None:
        """Return how many selections are allowed, `None` where that cannot be counted."""
        if self.is_plain:
            return count_selections(self.lattice)
        extra = self.request.extra
        if len(extra) > LARGEST_LISTING:
            return None
        subsets = ([name for place, name in enumerate(extra) if number >> place & 1] for number in range(1 << len(extra)))
        return sum(self.allows(self.closure(subset)) for subset in subsets)

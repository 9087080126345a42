"""Facts that follow from facts: Horn clauses over integers, and what follows from some of them.

Knows nothing of cargo. A fact is a number; `names` says what it means. Consequences are found breadth first, so that each keeps a
derivation of least height.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Generic, NamedTuple, TypeVar

from buildkit.records import dataclass

Name = TypeVar("Name")
Cause = TypeVar("Cause")

GIVEN = -1
"""The rule number of a fact that was given."""


class Rule(NamedTuple, Generic[Cause]):
    """If all premises hold then the conclusion does; at most two premises, `cause` is `None` for an auxiliary rule."""

    premises: tuple[int, ...]
    conclusion: int
    cause: Cause | None


Reasons = Mapping[int, int]
"""The rule that first gave each fact, in the order in which the facts were reached; `GIVEN` for the given ones."""


@dataclass(kw_only=True, slots=True)
class Horn(Generic[Name, Cause]):
    """A growing set of facts and rules. `singles` and `pairs` are the rules by premise: conclusion and rule, and the other premise."""

    names: list[Name | None] = field(default_factory=list)
    rules: list[Rule[Cause]] = field(default_factory=list)
    singles: list[list[tuple[int, int]]] = field(default_factory=list)
    pairs: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def fact(self, name: Name | None) -> int:
        """Return a new fact; `None` names an auxiliary one."""
        self.names.append(name)
        self.singles.append([])
        return len(self.names) - 1

    def add(self, premises: tuple[int, ...], conclusion: int, cause: Cause | None = None) -> None:
        """Add a rule; more than two premises are chained through auxiliary facts."""
        if conclusion in premises:
            return
        if len(premises) > 2:
            both = self.fact(None)
            self.add(premises[:-1], both)
            premises = (both, premises[-1])
        number = len(self.rules)
        self.rules.append(Rule(premises, conclusion, cause))
        if len(premises) == 1 or premises[0] == premises[1]:
            self.singles[premises[0]].append((conclusion, number))
        else:
            first, second = premises
            self.pairs.setdefault(first, []).append((second, conclusion, number))
            self.pairs.setdefault(second, []).append((first, conclusion, number))

    def consequences(self, given: Iterable[int], known: Sequence[int] = ()) -> Reasons:
        """Return everything that follows from what is given, without what is `known`: one byte per fact, not zero where it holds."""
        seen = bytearray(known) or bytearray(len(self.names))
        seen.extend(bytes(len(self.names) - len(seen)))
        reasons: dict[int, int] = {}
        reached: list[int] = []
        for fact in given:
            if not seen[fact]:
                seen[fact] = 1
                reasons[fact] = GIVEN
                reached.append(fact)
        singles, pairs = self.singles, self.pairs
        # The list grows while it is walked.
        for fact in reached:
            for conclusion, number in singles[fact]:
                if not seen[conclusion]:
                    seen[conclusion] = 1
                    reasons[conclusion] = number
                    reached.append(conclusion)
            if fact in pairs:
                for other, conclusion, number in pairs[fact]:
                    if seen[other] and not seen[conclusion]:
                        seen[conclusion] = 1
                        reasons[conclusion] = number
                        reached.append(conclusion)
        return reasons

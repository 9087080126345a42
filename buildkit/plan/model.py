"""What a plan is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from enum import StrEnum

from buildkit.cargo.metadata import Package
from buildkit.config.schema import Expectation
from buildkit.features.enabled import Clauses
from buildkit.model import Cell, CompilationTarget, Denial, Pruned
from buildkit.plan.combinations import Choice
from buildkit.plan.pruned import describe_sample, pruned_selections
from buildkit.records import dataclass


class Origin(StrEnum):
    """Why a cell is in the plan."""

    CONFIGURED = "configured"
    ASSUMED = "assumed"
    EXPECTED = "expected"
    COMMAND_LINE = "command line"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One package on one compilation target, and what holds for every selection of it there."""

    package: Package
    target: CompilationTarget
    denials: tuple[Denial, ...] = ()
    clauses: Clauses = field(default_factory=Clauses)


@dataclass(frozen=True, kw_only=True)
class PlannedCell:
    """A cell with everything that judging it needs."""

    cell: Cell
    subject: Subject
    origin: Origin
    expectation: Expectation | None = None


@dataclass(frozen=True, kw_only=True)
class PlannedProof:
    """A proof to be made: `base` together with any subset of `extra` that the clauses of the subject allow."""

    subject: Subject
    base: frozenset[str]
    extra: tuple[str, ...]

    @property
    def largest(self) -> Cell:
        """Return the selection of everything, allowed or not."""
        return Cell(package=self.subject.package.name, target=self.subject.target.name, features=tuple(sorted({*self.base, *self.extra})))


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Which selections of a subject were asked for, and which of them are compiled."""

    subject: Subject
    choice: Choice

    @property
    def first(self) -> Cell:
        """Return the first cell that is compiled."""
        features = tuple(sorted(self.choice.selections[0]))
        return Cell(package=self.subject.package.name, target=self.subject.target.name, features=features)

    @property
    def left_out(self) -> int:
        """Return how many of the selections that were asked for have no cell of their own."""
        return max(0, self.choice.requested - len(self.choice.selections))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The cells in order, the proofs over them, and what the cells stand for.

    `assumptions` say what was taken for granted where nothing is configured, `notices` what to know of the configuration; `chosen` speaks of
    the subjects of which all cells are in the plan.
    """

    cells: tuple[PlannedCell, ...]
    proofs: tuple[PlannedProof, ...] = ()
    assumptions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    chosen: tuple[Chosen, ...] = ()

    @property
    def requested(self) -> int:
        """Return how many selections were asked for, before those that are the same build or forbidden were left out."""
        return len(self.cells) + sum(chosen.left_out for chosen in self._present())

    @property
    def samples(self) -> tuple[str, ...]:
        """Say of which subjects only a sample is compiled."""
        told = (describe_sample(chosen.choice, chosen.subject.target.name) for chosen in self._present())
        return tuple(sentence for sentence in told if sentence is not None)

    def pruned(self) -> Iterator[Pruned]:
        """Give the selections that have no cell of their own, and why."""
        for chosen in self._present():
            yield from pruned_selections(chosen.choice, chosen.subject.target.name)

    def _present(self) -> Iterator[Chosen]:
        """Give what is spoken of here: of several parts of a plan, the one that has the first cell of a subject speaks of it."""
        here = {planned.cell for planned in self.cells}
        return (chosen for chosen in self.chosen if chosen.first in here)

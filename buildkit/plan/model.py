"""What a plan is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from buildkit.cargo.metadata import Package
from buildkit.config.schema import Expectation
from buildkit.features.enabled import Clauses
from buildkit.model import Cell, CompilationTarget, Denial


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
class Plan:
    """The cells in order, the proofs over them, what was assumed where nothing was configured, and what to know of the configuration."""

    cells: tuple[PlannedCell, ...]
    proofs: tuple[PlannedProof, ...] = ()
    assumptions: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

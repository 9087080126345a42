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
    """A proof to be made: isolation of the largest selections shows it for all `selections` of them."""

    subject: Subject
    selections: int
    largest: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The cells in order, the proofs over them, and what was assumed where nothing was configured."""

    cells: tuple[PlannedCell, ...]
    proofs: tuple[PlannedProof, ...] = ()
    assumptions: tuple[str, ...] = ()

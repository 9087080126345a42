"""What the source of a scenario is, and what it may be made for."""

from __future__ import annotations

from enum import StrEnum

from buildkit.records import dataclass


class Transport(StrEnum):
    """How a compiled scenario talks to its service: requests of its own, or functions that its host gives it."""

    HTTP = "http"
    HOST = "host"


@dataclass(frozen=True, kw_only=True)
class StepLines:
    """The lines that belong to a step, from 1, both included."""

    step: str
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class SourceText:
    """The source of a whole crate, with the lines of each step in the order in which they stand there."""

    text: str
    steps: tuple[StepLines, ...]

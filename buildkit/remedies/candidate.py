"""A remedy that may be tried."""

from __future__ import annotations

from enum import IntEnum

from buildkit.records import dataclass
from buildkit.remedies.edits import Edit


class Bluntness(IntEnum):
    """How much an edit changes; the least is tried first."""

    FEATURES = 0
    """Features are asked for otherwise, in the places where they stand."""
    FURTHER = 1
    """More goes than has to, or something is said in a second place."""
    SPLIT = 2
    """Other targets keep what they had through a declaration of their own."""
    MOVE = 3
    """The dependency goes from some targets altogether."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Edits that belong together, what they do in one sentence, and what is left for the reader to do."""

    summary: str
    edits: tuple[Edit, ...]
    bluntness: Bluntness = Bluntness.FEATURES
    note: str | None = None
    hides: str | None = None
    """The implicit feature that is one no more."""
    obstacle: str | None = None
    """Why it cannot even be tried."""

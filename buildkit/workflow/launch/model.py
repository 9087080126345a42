"""What a run of a compiled scenario takes and comes to."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from types import MappingProxyType
from typing import Final

import msgspec

from buildkit.model import Artifact
from buildkit.records import dataclass
from buildkit.runners.model import RunOutcome, RunRequest
from buildkit.runners.service_client import ServiceAccess

REPORT_VERSION: Final = 1


@unique
class Outcome(StrEnum):
    """How a workflow ended."""

    COMPLETED = "completed"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FAILED = "failed"


GOOD: Final = frozenset({Outcome.COMPLETED, Outcome.PAUSED})
"""The outcomes that a workflow ends with 0 for."""

STATUSES: Final[Mapping[Outcome, frozenset[str]]] = MappingProxyType(
    {
        Outcome.COMPLETED: frozenset({"completed"}),
        # A pause within a delay leaves the instance asleep, with the pause waiting; and its operator may have resumed it since.
        Outcome.PAUSED: frozenset({"suspended", "sleeping", "ready"}),
        Outcome.CANCELLED: frozenset({"cancelled"}),
        Outcome.FAILED: frozenset({"failed"}),
    }
)
"""Where the service may see an instance whose workflow ended so."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a workflow says of its end, in `outcome.json` beside its result."""

    version: int
    outcome: Outcome
    step: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class ScenarioRun:
    """A compiled scenario, its input, the instance that it runs as, and what it may see beside these; without `service` nothing is kept."""

    artifact: Artifact
    input: bytes
    instance: str
    service: ServiceAccess | None
    declared: RunRequest


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a program left behind: its report and its result; `trouble` says why a report cannot be used."""

    report: Report | None = None
    result: bytes | None = None
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Where the service sees the instance, or why it does not say."""

    status: str | None = None
    checkpoints: int = 0
    trouble: str | None = None


@dataclass(frozen=True, kw_only=True)
class ScenarioOutcome:
    """How a scenario ended: as its own report, its exit code and the service say together.

    `doubts` are the sentences about what does not fit. `result` is that of a completed run, the bytes as they were written.
    """

    outcome: Outcome
    ran: RunOutcome
    seen: Seen | None = None
    step: str | None = None
    error: str | None = None
    result: bytes | None = None
    doubts: tuple[str, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Say whether it completed or paused, and nothing speaks against it."""
        return self.outcome in GOOD and not self.doubts

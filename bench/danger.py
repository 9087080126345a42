"""What is killed, how often, and what is run meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

from bench.effects import Effects
from bench.file_effects import FileEffects

HOST: Final = "host"
"""The transport of programs that ask their host for checkpoints."""

SERVICE_PART: Final = 4
"""One kill in so many is one of the service."""


@unique
class Victim(StrEnum):
    """What is killed."""

    COMMAND = "buildkit run"
    PROGRAM = "program"
    ALL = "both"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class Danger:
    """How often is killed, and by which dice. A program that asks its `host` for checkpoints has files for effects."""

    target: str
    kills: int
    seed: str
    transport: str = "http"

    @property
    def service_kills(self) -> int:
        """Return how many of the kills are of the service."""
        return self.kills // SERVICE_PART

    @property
    def name(self) -> str:
        """Return what the programs are called in a table."""
        return self.target if self.transport == "http" else f"{self.target} {self.transport}"

    def effects(self, folder: Path, number: int) -> Effects:
        """Return what the instance of a number does, with its files in a folder."""
        kind = FileEffects if self.transport == HOST else Effects
        return kind(folder=folder, amount=amount_of(number))


def amount_of(number: int) -> int:
    """Return the input of an instance: some go one way at the conditional, some the other."""
    return number * 7 % 20

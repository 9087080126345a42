"""The scenario of effects once more, for programs that send no requests: each effect is a file, which is taken away when it is counted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.effects import ALWAYS, LARGE, STORED, STORED_AFTER, Effects
from bench.scenario_programs import ROOT, Errand
from bench.witness import EFFECT, Reply, Request, Witness

SCENARIO: Final = ROOT / "bench" / "file-effects.json"
ELSEWHERE: Final = frozenset({"inner-file", "right-file", "after-file"})
"""The steps that write files in the scenario of requests, and that this one does not have."""


@dataclass(frozen=True, kw_only=True)
class FileEffects(Effects):
    """The scenario with an input. A step that runs twice writes its file twice: it is gone in between."""

    @property
    def scenario(self) -> Path:
        """Return the scenario's file."""
        return SCENARIO

    @property
    def stored(self) -> tuple[str, ...]:
        """Return the steps that have a checkpoint: every action and every delay that runs."""
        return tuple(step for step in (*STORED, self.chosen, *STORED_AFTER) if step not in ELSEWHERE)

    @property
    def texts(self) -> dict[str, str]:
        """Return the files that stay: none."""
        return {}

    @property
    def result(self) -> dict[str, Any]:
        """Return what the scenario comes to."""
        large = self.amount >= LARGE
        return {
            "amount": self.amount,
            "open": "open",
            "left": "left-2",
            "inner": "inner-join",
            "large": "right-large" if large else None,
            "small": None if large else "right-small",
            "right": "THE RIGHT END",
            "joined": "joined",
            "last": "after-2",
        }

    @property
    def place(self) -> Path:
        """Return the folder that the steps write to."""
        return self.folder / "effects"

    def errand(self, program: Path, witness: Witness, *, instance: str, tenant: str = "acme") -> Errand:
        """Return how it is run; the witness stands before the service alone."""
        self.place.mkdir(parents=True, exist_ok=True)
        return Errand(
            program=program,
            folder=self.folder,
            data={"files": {step: f"/effects/{step}" for step in (*ALWAYS, "right-large", "right-small")}, "amount": self.amount},
            service=witness.url,
            tenant=tenant,
            instance=instance,
            options=("--dir", f"{self.place}::/effects"),
        )

    def note_effects(self, witness: Witness, instance: str, tenant: str) -> None:
        """Tell a witness of the effects that it has not seen, and take them away; one that was begun counts.

        To be called while no step runs: when a checkpoint is asked for, and when the program has ended.
        """
        for file in sorted(self.place.iterdir(), key=lambda path: path.stat().st_mtime_ns):
            # Whoever removes it counts it: the request of a program that was killed may still be on its way.
            with suppress(FileNotFoundError):
                file.unlink()
                request = Request(tenant=tenant, instance=instance, verb=EFFECT, step=file.name)
                witness.note(request, Reply(status=200, document={}))

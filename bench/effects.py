"""A scenario of every kind of step whose effects can be counted: requests to a witness, and files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.scenario_programs import ROOT, Errand
from bench.witness import Witness

SCENARIO: Final = ROOT / "bench" / "effects.json"
ALWAYS: Final = ("open", "left-1", "left-2", "inner-a", "inner-b", "inner-join", "joined", "after-1", "after-2")
LARGE: Final = 10
"""From here on it is `right-large` that runs, below it is `right-small`."""

STORED: Final = ("open", "wait", "left-1", "left-wait", "left-2", "inner-a", "inner-b", "inner-file", "inner-join", "right-file")
STORED_AFTER: Final = ("right-end", "joined", "long-wait", "after-1", "after-file", "after-2")


@dataclass(frozen=True, kw_only=True)
class Effects:
    """The scenario with an input: what it does, and what it comes to, reckoned without it."""

    folder: Path
    amount: int

    @property
    def chosen(self) -> str:
        """Return the step that the conditional leads to."""
        return "right-large" if self.amount >= LARGE else "right-small"

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the steps that send a request."""
        return (*ALWAYS, self.chosen)

    @property
    def scenario(self) -> Path:
        """Return the scenario's file."""
        return SCENARIO

    @property
    def stored(self) -> tuple[str, ...]:
        """Return the steps that have a checkpoint: every action and every delay that runs."""
        return (*STORED, self.chosen, *STORED_AFTER)

    @property
    def texts(self) -> dict[str, str]:
        """Return the files that are written, with their texts."""
        return {"inner-file": answer("inner-b"), "right-file": "written to the right", "after-file": answer("after-1")}

    @property
    def result(self) -> dict[str, Any]:
        """Return what the scenario comes to."""
        large = self.amount >= LARGE
        return {
            "amount": self.amount,
            "open": answer("open"),
            "left": answer("left-2"),
            "inner": answer("inner-join"),
            "large": answer("right-large") if large else None,
            "small": None if large else answer("right-small"),
            "right": "THE RIGHT END",
            "joined": answer("joined"),
            "last": answer("after-2"),
        }

    def errand(self, program: Path, witness: Witness, *, instance: str, tenant: str = "acme") -> Errand:
        """Return how it is run, before a witness."""
        files = self.folder / "files"
        files.mkdir(parents=True, exist_ok=True)
        below = witness.effects(tenant, instance)
        data = {
            "urls": {step: f"{below}/{step}" for step in (*ALWAYS, "right-large", "right-small")},
            "files": {name: str(files / name) for name in self.texts},
            "amount": self.amount,
        }
        return Errand(
            program=program,
            folder=self.folder,
            data=data,
            service=witness.url,
            tenant=tenant,
            instance=instance,
            options=("--dir", f"{files}::{files}"),
        )

    def note_effects(self, witness: Witness, instance: str, tenant: str) -> None:
        """Tell a witness of the effects that it has not seen: these send requests, and there are none."""

    def wrong_files(self) -> list[str]:
        """Return the files that are not what they should be, after the scenario has completed."""
        places = {name: self.folder / "files" / name for name in self.texts}
        return [name for name, file in places.items() if not file.is_file() or file.read_text(encoding="utf-8") != self.texts[name]]


def answer(step: str) -> str:
    """Return the body of the witness's answer to the effect of a step."""
    return json.dumps({"applied": step})

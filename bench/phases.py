"""What is done to a contender's copy before each of its runs."""

from __future__ import annotations

import shutil
from typing import Final

from bench.arena import Arena
from bench.contenders import Site
from bench.results import Phase
from bench.workspace import edit

EDITS: Final = (Phase.FIRST_EDIT, Phase.SECOND_EDIT)


def phases_of(arena: Arena) -> tuple[Phase, ...]:
    """Return the phases of a workload, in order; where only verdicts are asked for, one run tells them."""
    plain = (Phase.COLD, Phase.UNCHANGED)
    if not arena.workload.timed:
        return (Phase.COLD,)
    return (*plain, *EDITS) if arena.workload.edited else plain


def prepare(arena: Arena, site: Site, phase: Phase) -> None:
    """Make the copy what the phase says: without anything remembered, or with one more edit."""
    if phase is Phase.COLD:
        for folder in site.kept:
            shutil.rmtree(folder, ignore_errors=True)
    if phase in EDITS and arena.workload.edited is not None:
        _edit(site, arena.workload.edited)


def _edit(site: Site, package: str) -> None:
    """Add one more function; how many there are, the source tells."""
    source = (site.workspace / "crates" / package / "src" / "lib.rs").read_text(encoding="utf-8")
    edit(site.workspace, package, source.count("\nfn edit_"))

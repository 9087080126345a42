"""What passes in a call through wrappers and might not in the cell's own call, as far as the call's output tells."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from buildkit.cargo.messages import BuildScriptExecuted, CompilerArtifact, Message
from buildkit.execute.attribution import Made, label

UNSTABLE: Final = re.compile(r"^cargo::?rustc-env=RUSTC_BOOTSTRAP\b", re.MULTILINE)
"""What a build script may print on a nightly cargo only, which one is that is unlocked for wrappers. Many only watch the variable."""

SELECTED: Final = re.compile(r"^# env-dep:CARGO_PRIMARY_PACKAGE\b", re.MULTILINE)
"""How dep-info says that code looked at a variable that cargo sets for selected packages only, and so not for wrapped ones."""


def doubtful(message: Message) -> Made | None:
    """Return what of a package is not believed because of a message: a selected library, or everything."""
    if isinstance(message, BuildScriptExecuted) and _says(message.out_dir.parent / "output", UNSTABLE):
        return Made(message.package_id)
    if isinstance(message, CompilerArtifact) and any(_says(_dep_info(file), SELECTED) for file in message.filenames):
        return Made(message.package_id, frozenset(message.features), label(message.target))
    return None


def _dep_info(file: Path) -> Path:
    return file.with_name(file.stem.removeprefix("lib")).with_suffix(".d")


def _says(file: Path, words: re.Pattern[str]) -> bool:
    """Say whether a file has words; one that is written meanwhile may."""
    try:
        changed = file.stat().st_mtime_ns
        text = file.read_text(encoding="utf-8", errors="replace")
        return words.search(text) is not None or file.stat().st_mtime_ns != changed
    except OSError:
        return False

"""Where an artifact goes, and what it must not replace."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from buildkit.errors import UsageError
from buildkit.model import CompilationTarget
from buildkit.workflow.compiling.forms import form_of
from buildkit.workflow.compiling.metadata import Kind, look_beside, metadata_file

FOLDER: Final = Path("out")
"""Where artifacts go unless a file is named, below the current folder."""


def artifact_file(scenario: Path, target: CompilationTarget, *, alone: bool) -> Path:
    """Return where the artifact of a scenario's file goes; those of several targets at once are kept apart by folders of their own."""
    folder = FOLDER if alone else FOLDER / target.name
    return folder / f"{scenario.stem}{form_of(target).ending}"


def require_free(artifact: Path, scenario: Path) -> None:
    """Raise `UsageError` where an artifact or its metadata would replace the scenario, a folder, or what is no metadata, or cannot be written."""
    if not artifact.name:
        raise UsageError(f"-o {artifact} names no file", hint="-o FILE")
    metadata = metadata_file(artifact)
    for file in (artifact, metadata):
        if file.exists() and file.samefile(scenario):
            described = " by what describes the artifact" if file == metadata else ""
            raise UsageError(f"{file} is the scenario itself, and would be replaced{described}", hint=f"-o {FOLDER / artifact.name}")
        _require_writable(file)
    if look_beside(artifact).kind is Kind.FOREIGN:
        raise UsageError(f"{metadata} is no metadata of buildkit, and would be replaced", hint=f"-o {FOLDER / artifact.name}")


def _require_writable(file: Path) -> None:
    if file.is_dir():
        raise UsageError(f"{file} is a folder", hint=f"-o {file / 'NAME'}")
    if file.exists() and not file.is_file():
        raise UsageError(f"{file} is no file that could be replaced", hint="-o FILE")
    around = next(folder for folder in file.absolute().parents if folder.exists())
    if not around.is_dir():
        raise UsageError(f"{file} cannot be written: {around} is no folder", hint="-o FILE")
    if not os.access(around, os.W_OK | os.X_OK):
        raise UsageError(f"{file} cannot be written: permission denied", hint="-o FILE, in a folder that can be written")

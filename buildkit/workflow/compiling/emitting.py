"""Write a project into a folder, whole or not at all, with the lock file that fits."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from buildkit.cargo.metadata import MetadataRequest, read_workspace
from buildkit.errors import UsageError
from buildkit.process import Runner
from buildkit.records import dataclass
from buildkit.toolchain.flags import Patch
from buildkit.workflow.compiling.placing import place_copy, place_text
from buildkit.workflow.compiling.project import MANIFEST, MARK, Project

LOCK: Final = "Cargo.lock"


@dataclass(frozen=True, kw_only=True)
class Emitted:
    """A project that was written, and its files."""

    target: str
    folder: Path
    files: tuple[Path, ...]


def require_own_folder(folder: Path) -> None:
    """Raise `UsageError` where a project cannot be written into a folder: it is something else, or has what buildkit did not write."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint="--emit-source DIR")
    if folder.is_dir() and any(folder.iterdir()) and not _is_own(folder):
        raise UsageError(f"{folder} is not empty, and buildkit did not write it", hint="--emit-source DIR, a new folder")


def write_project(project: Project, *, env: Patch, offline: bool, processes: Runner) -> Emitted:
    """Write the files; cargo adds to the workspace's lock file what the project needs, and nothing else changes in it."""
    folder = project.folder
    require_own_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, because the paths in the manifest are relative to one there.
    scratch = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    scratch.mkdir()
    try:
        for name, text in project.files().items():
            place_text(text, scratch / name)
        _lock(project, scratch, env=env, offline=offline, processes=processes)
        names = tuple(sorted(file.relative_to(scratch) for file in scratch.rglob("*") if file.is_file()))
        _move(scratch, folder, names)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Emitted(target=project.supply.target.name, folder=folder, files=names)


def _move(scratch: Path, folder: Path, names: Iterable[Path]) -> None:
    """Rename a new folder into place; in one that is there, put each file in the place of the earlier one, and leave what is cargo's."""
    if folder.is_dir() and any(folder.iterdir()):
        for name in names:
            place_copy(scratch / name, folder / name)
        return
    if folder.is_dir():
        folder.rmdir()
    scratch.rename(folder)


def _lock(project: Project, scratch: Path, *, env: Patch, offline: bool, processes: Runner) -> None:
    known = project.library.root / LOCK
    if known.is_file():
        shutil.copyfile(known, scratch / LOCK)
    cargo = project.supply.toolchain.cargo
    read_workspace(MetadataRequest(directory=scratch, offline=offline, cargo=cargo, env=env), processes=processes)


def _is_own(folder: Path) -> bool:
    try:
        return (folder / MANIFEST).read_text(encoding="utf-8").startswith(MARK)
    except (OSError, ValueError):
        return False

"""A copy of a workspace's manifests, beside links to everything else, in which cargo reads edits before the workspace has them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from buildkit.cargo.metadata import MetadataRequest, Workspace, read_workspace
from buildkit.process import Runner
from buildkit.records import dataclass
from buildkit.remedies.declared import MANIFEST

LOCK = Path("Cargo.lock")
LEFT_OUT = frozenset({".git"})

Texts = Mapping[Path, bytes]
"""The content of files, by their path relative to the workspace's root."""


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """A workspace's copy at `root`. cargo is asked from the workspace itself, so that it finds the same configuration."""

    root: Path
    original: Path
    request: MetadataRequest
    processes: Runner

    def told(self, text: str) -> str:
        """Return a text with the paths of the workspace itself where it names those of the copy."""
        return text.replace(str(self.root), str(self.original))

    def read(self, texts: Texts) -> tuple[Workspace, Texts]:
        """Return the workspace that cargo reads where some files have other texts, with all texts as cargo left them; raises `BuildkitError`."""
        for file, text in texts.items():
            (self.root / file).write_bytes(text)
        request = msgspec.structs.replace(self.request, manifest=self.root / MANIFEST, offline=True)
        workspace = read_workspace(request, processes=self.processes)
        return workspace, {file: (self.root / file).read_bytes() for file in texts}


def mirror_workspace(workspace: Workspace, files: Iterable[Path], folder: Path) -> Path:
    """Copy some files of a workspace to a folder, link everything else, and return the root of the copy.

    Local packages outside of the workspace stay reachable by the same relative paths.
    """
    local = (package.manifest_path.parent for package in workspace.packages.values() if package.source is None)
    base = Path(os.path.commonpath([workspace.root, *local]))
    real = {workspace.root / file for file in files}
    opened = {parent for file in real for parent in file.parents if parent.is_relative_to(base)} | {base}
    _copy(base, folder, opened, real, {folder, workspace.target_directory})
    return folder / workspace.root.relative_to(base)


def _copy(source: Path, target: Path, opened: set[Path], real: set[Path], skipped: set[Path]) -> None:
    for entry in sorted(source.iterdir()):
        place = target / entry.name
        if entry in skipped or entry.name in LEFT_OUT:
            continue
        if entry in opened:
            place.mkdir()
            _copy(entry, place, opened, real, skipped)
        elif entry in real:
            place.write_bytes(entry.read_bytes())
        else:
            place.symlink_to(entry)

"""The store: entries that are built aside, renamed into place, checked when used, and built by one process at a time."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from buildkit.errors import ToolchainError
from buildkit.events import Emit, Notice
from buildkit.later import Later
from buildkit.records import dataclass
from buildkit.toolchain.digest import entry_name
from buildkit.toolchain.layout import KINDS, LISTS, LOCKS, WORK
from buildkit.toolchain.manifest import FILE_NAME, Manifest, describe_entry, find_damage, read_manifest, write_manifest
from buildkit.toolchain.trouble import explain_os_error

if TYPE_CHECKING:
    import filelock
else:
    filelock = Later("filelock")

SECONDS_PER_DAY = 86400.0

Build = Callable[[Path, Path], None]
"""Fills the first folder, which will be published, and may leave anything in the second, which is removed afterwards."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What an entry is: its kind, a stem for its name, a title for people, and the facts that its content depends on."""

    kind: str
    stem: str
    title: str
    facts: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the name of the entry's folder."""
        return entry_name(self.stem, self.facts)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A published entry. `size` is in bytes, `used` the time of its last use in seconds since the epoch."""

    kind: str
    path: Path
    manifest: Manifest
    used: float

    @property
    def name(self) -> str:
        """Return the name of the entry's folder."""
        return self.path.name

    @property
    def size(self) -> int:
        """Return the bytes of its files."""
        return self.manifest.size


def read_entry(kind: str, path: Path) -> Entry | None:
    """Return the entry in a folder, `None` where there is none."""
    manifest = read_manifest(path)
    try:
        used = (path / FILE_NAME).stat().st_mtime
    except OSError:
        return None
    return None if manifest is None else Entry(kind=kind, path=path, manifest=manifest, used=used)


@dataclass(frozen=True, kw_only=True)
class Store:
    """The store in a folder, which is made when the first entry is."""

    root: Path
    emit: Emit

    def path(self, recipe: Recipe) -> Path:
        """Return where an entry is or would be."""
        return self.root / recipe.kind / recipe.name

    def find(self, recipe: Recipe) -> Path | None:
        """Return an entry that is there and whole, and note its use; `None` where it must be built."""
        path = self.path(recipe)
        manifest = read_manifest(path)
        if manifest is None or find_damage(path, manifest) is not None:
            return None
        self.note_use(path)
        return path

    def note_use(self, path: Path) -> None:
        """Note that the entry in a folder is used now; a store that cannot be written keeps the earlier time."""
        with suppress(OSError):
            os.utime(path / FILE_NAME)

    def damage(self, path: Path) -> str | None:
        """Return what is wrong with the entry in a folder, `None` where it is whole."""
        manifest = read_manifest(path)
        return "it has no manifest" if manifest is None else find_damage(path, manifest)

    def obtain(self, recipe: Recipe, build: Build) -> Path:
        """Return an entry, built first where it is missing or damaged; raises `ToolchainError` where it cannot be written."""
        found = self.find(recipe)
        if found is not None:
            return found
        with explain_os_error(self.root), self.held(recipe.name, recipe.title):
            found = self.find(recipe)
            if found is None:
                found = self._build(recipe, build)
        return found

    def entries(self) -> tuple[Entry, ...]:
        """Return what is in the store, by kind and name."""
        folders = ((kind, path) for kind in KINDS for path in sorted((self.root / kind).glob("*")))
        return tuple(entry for kind, path in folders if (entry := read_entry(kind, path)) is not None)

    def entries_of(self, kind: str, stem: str) -> tuple[Entry, ...]:
        """Return the whole entries of a kind whose recipe has that stem, the one that was used last first."""
        named = (entry for entry in self.entries() if entry.kind == kind and entry.name.rpartition("-")[0] == stem)
        whole = (entry for entry in named if find_damage(entry.path, entry.manifest) is None)
        return tuple(sorted(whole, key=lambda entry: -entry.used))

    def keep_latest(self, kind: str, stem: str, count: int) -> None:
        """Remove the entries of a kind and a stem but those that were used last, so many of them; one that is in use was used just now."""
        for entry in self.entries_of(kind, stem)[count:]:
            self._remove(entry.path)

    def prune(self, *, unused_days: float) -> tuple[Entry, ...]:
        """Remove entries that were not used for so many days, what interrupted builds left, and package lists; return the removed entries."""
        limit = time.time() - unused_days * SECONDS_PER_DAY
        with explain_os_error(self.root):
            removed = [entry for entry in self.entries() if entry.used <= limit and self._remove(entry.path)]
            for kind in KINDS:
                for path in (self.root / kind).glob("*"):
                    if read_manifest(path) is None:
                        self._remove(path)
            for folder in (self.root / WORK).glob("*"):
                self._remove(folder)
            shutil.rmtree(self.root / LISTS, ignore_errors=True)
        return tuple(removed)

    @contextmanager
    def held(self, name: str, title: str) -> Iterator[None]:
        """Keep other processes from what has a name in the store; says that it waits for whoever provides `title`."""
        lock = self._lock(name)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            self.emit(Notice(message=f"waiting for another process that provides {title}"))
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def _build(self, recipe: Recipe, build: Build) -> Path:
        work = self.root / WORK
        work.mkdir(parents=True, exist_ok=True)
        for leftover in work.glob(f"{recipe.name}.*"):
            shutil.rmtree(leftover, ignore_errors=True)
        scratch = Path(tempfile.mkdtemp(prefix=f"{recipe.name}.", dir=work))
        try:
            fresh = scratch / "entry"
            fresh.mkdir()
            build(fresh, scratch)
            write_manifest(fresh, describe_entry(fresh, title=recipe.title, facts=recipe.facts))
            self._publish(fresh, self.path(recipe), scratch)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return self.path(recipe)

    def _publish(self, fresh: Path, path: Path, scratch: Path) -> None:
        """Rename into place; a damaged predecessor moves away first, so that at no moment a half-written entry has the name."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            self.emit(Notice(message=f"{path.name} in the store was damaged and has been built again"))
            path.rename(scratch / "damaged")
        fresh.rename(path)

    def _lock(self, name: str) -> filelock.FileLock:
        folder = self.root / LOCKS
        folder.mkdir(parents=True, exist_ok=True)
        return filelock.FileLock(folder / f"{name}.lock")

    def _remove(self, path: Path) -> bool:
        """Remove a folder of the store unless the entry that it belongs to is being built."""
        name = path.name if path.parent.name != WORK else path.name.rpartition(".")[0]
        lock = self._lock(name)
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            return False
        try:
            work = self.root / WORK
            work.mkdir(parents=True, exist_ok=True)
            doomed = Path(tempfile.mkdtemp(prefix="removed.", dir=work))
            path.rename(doomed / path.name)
            shutil.rmtree(doomed, ignore_errors=True)
        finally:
            lock.release()
        return True


def require_writable(root: Path) -> None:
    """Raise `ToolchainError` where the store's folder cannot be made or written."""
    with explain_os_error(root):
        root.mkdir(parents=True, exist_ok=True)
        if not os.access(root, os.W_OK | os.X_OK):
            raise ToolchainError(
                f"the store {root} cannot be written: permission denied", hint="BUILDKIT_CACHE_DIR=DIR buildkit toolchain ensure"
            )

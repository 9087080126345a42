"""How much room cargo's output takes in buildkit's folder, and of which trees it is made."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from buildkit.execute.scratch import LANE, SCRATCH_FOLDER
from buildkit.records import dataclass

USED_STAMP: Final = ".buildkit-used"
"""The file in a tree whose time says when a run used it last."""

MARKS: Final = frozenset({".fingerprint", "deps"})
"""What a folder has that cargo compiles into (the Cargo book, "Build Cache")."""

LOCKS: Final = ".cargo*lock"
"""The files by which cargo keeps other cargos out of a tree."""

BLOCK: Final = 512
"""The unit in which the system counts what a file takes (`stat`, `st_blocks`)."""

PROFILE_FOLDERS: Final = {"dev": "debug", "test": "debug", "bench": "release"}
"""The folders of cargo profiles that are not called like the profile."""


@dataclass(frozen=True, kw_only=True)
class Tree:
    """The output for one target triple, or for the host, with one cargo profile. `used` is when it was used last, in seconds of the epoch."""

    folder: Path
    name: str
    used: float


def tree_name(triple: str | None, profile: str) -> str:
    """Return the name of a tree: `wasm32-wasip2/debug`, or `debug` for what is built for the host."""
    folder = PROFILE_FOLDERS.get(profile, profile)
    return folder if triple is None else f"{triple}/{folder}"


def find_trees(output: Path) -> tuple[Tree, ...]:
    """Return the trees in buildkit's folder. A link is none, wherever it leads, and what is laid out otherwise is left alone."""
    return tuple(_tree(output, folder) for first in _folders(output) for folder in (first, *_folders(first)) if _is_tree(folder))


def note_use(output: Path, names: Iterable[str]) -> None:
    """Note that trees are used now, those of them that there are."""
    for name in names:
        if _is_tree(output / name):
            with suppress(OSError):
                (output / name / USED_STAMP).touch()


def size_of(folder: Path) -> int:
    """Return the bytes that a folder takes on the disk; links are not followed, and a file with several names counts once."""
    total = 0
    seen: set[int] = set()
    waiting = [os.fspath(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    continue
                with suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if status.st_nlink == 1 or status.st_ino not in seen:
                        seen.add(status.st_ino)
                        total += status.st_blocks * BLOCK
    return total


@contextmanager
def held(output: Path, tree: Tree) -> Iterator[bool]:
    """Keep cargo out of a tree, and say whether that could be done at once; cargo has its lock in the tree of the host as well."""
    trees = sorted({tree.folder, output / tree.folder.name})
    # After those: whoever has lanes has locked the trees.
    lanes = sorted(output.glob(f"{SCRATCH_FOLDER}/*/{LANE}/{tree.folder.name}"))
    with ExitStack() as stack:
        try:
            for lock in (lock for folder in (*trees, *lanes) for lock in sorted(folder.glob(LOCKS))):
                stream = stack.enter_context(lock.open("rb"))
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def _folders(parent: Path) -> Iterator[Path]:
    with suppress(OSError), os.scandir(parent) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
        yield from (Path(entry.path) for entry in found if entry.is_dir(follow_symlinks=False) and not entry.name.startswith("."))


def _is_tree(folder: Path) -> bool:
    return not folder.is_symlink() and any((folder / mark).is_dir() for mark in MARKS)


def _tree(output: Path, folder: Path) -> Tree:
    stamp = folder / USED_STAMP
    used = (stamp if stamp.exists() else folder).stat().st_mtime
    return Tree(folder=folder, name=folder.relative_to(output).as_posix(), used=used)

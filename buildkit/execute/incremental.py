"""What rustc keeps to compile faster after an edit: one folder for each unit, and in it one for each session.

A session begins with what the newest finished one has left, which then is of no use. rustc itself removes it when the session after that
begins, so that most of the data is there twice (`rustc_incremental::persist::fs`). The newest ones are packed, but for those of the last edit:
the next edit is most likely one of the same crates.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Final, NamedTuple

from buildkit.execute.disk import Tree, find_trees, held
from buildkit.execute.disk_eviction import INCREMENTAL, Part, discard, remove
from buildkit.execute.packing import pack, packable_bytes, remove_unfinished, unpack
from buildkit.records import dataclass

FINISHED: Final = re.compile(r"(?P<lock>s-(?P<began>[0-9a-z]+)-[0-9a-z]+)-(?!working$)[0-9a-z]+")
"""How a session's folder is called once it can be used: by its beginning, a random number, and the hash of the crate."""

DIGITS: Final = 36
"""The base in which rustc writes when a session began, in microseconds since the epoch."""

MICROSECOND: Final = 1_000
"""In nanoseconds."""


def settle_sessions(output: Path, names: Iterable[str], before: int) -> None:
    """Keep the newest finished session of each unit in trees of buildkit's folder, packed where it began before a time in nanoseconds.

    A tree that a cargo uses stays as it is, and so does what cannot be removed.
    """
    for tree in _wanted(output, names):
        folder = tree.folder / INCREMENTAL
        paths = tuple(_old_sessions(folder))
        if paths:
            remove(output, Part(tree=tree, title=f"{tree.name}: incremental compilation", used=tree.used, paths=paths))
        with held(output, tree) as is_free:
            if is_free and not folder.is_symlink():
                with suppress(OSError):
                    remove_unfinished(folder)
                pack(folder, _by_crate(one[-1] for one in _units(folder) if one[-1].nanoseconds < before), time.time_ns())


@dataclass(frozen=True, kw_only=True)
class Tidying:
    """Tidies up behind cargo in trees, as far as sessions begin after `since`, in nanoseconds since the epoch.

    The first session of a unit is packed. One that another went on from is removed: whoever compiles the unit next begins with the newest.
    """

    output: Path
    names: frozenset[str]
    since: int
    _done: set[Path] = field(default_factory=set)

    def tidy(self, most: int = 0) -> None:
        """Tidy up what is finished; a cargo may go on with other units meanwhile.

        In each tree at most so many bytes are left unpacked: those of the crates that have least, for which more is worth waiting for.
        """
        for tree in _wanted(self.output, self.names):
            folder = tree.folder / INCREMENTAL
            fresh = tuple(self._fresh(folder))
            self._remove([session for *replaced, _ in fresh for session in replaced])
            self._pack(folder, _by_crate(first for first, *later in fresh if not later), most)

    def _remove(self, replaced: Sequence[_Session]) -> None:
        if replaced:
            discard(self.output, (path for session in replaced for path in (session.folder, session.lock)))
            self._done.update(session.folder.parent for session in replaced)

    def _pack(self, folder: Path, waiting: Mapping[str, list[Path]], most: int) -> None:
        sizes = {crate: packable_bytes(waiting[crate]) for crate in waiting}
        left = sum(sizes.values())
        for crate in sorted(waiting, key=lambda crate: -sizes[crate]):
            if left > most:
                pack(folder, {crate: waiting[crate]}, time.time_ns())
                self._done.update(session.parent for session in waiting[crate])
                left -= sizes[crate]

    def _fresh(self, folder: Path) -> Iterator[tuple[_Session, ...]]:
        """Give the finished sessions of units that have a new one; what is done is not looked at again, for there may be thousands."""
        units = (finished for unit in _folders(folder) if unit not in self._done and (finished := _finished(unit)))
        return (finished for finished in units if finished[-1].nanoseconds >= self.since)


def ready_sessions(output: Path, names: Iterable[str], crates: Iterable[str]) -> None:
    """Unpack what rustc goes on from in trees of buildkit's folder, for crates by their names as rustc has them."""
    wanted = frozenset(crates)
    for tree in _wanted(output, names) if wanted else ():
        with held(output, tree) as is_free:
            if is_free and not (tree.folder / INCREMENTAL).is_symlink():
                unpack(tree.folder / INCREMENTAL, wanted)


def _wanted(output: Path, names: Iterable[str]) -> tuple[Tree, ...]:
    wanted = frozenset(names)
    # Somebody may remove all of it at the same time.
    with suppress(OSError):
        return tuple(tree for tree in find_trees(output) if tree.name in wanted)
    return ()


class _Session(NamedTuple):
    began: int
    folder: Path
    lock: Path

    @property
    def nanoseconds(self) -> int:
        return self.began * MICROSECOND


def _by_crate(sessions: Iterable[_Session]) -> Mapping[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for session in sessions:
        found.setdefault(session.folder.parent.name.partition("-")[0], []).append(session.folder)
    return found


def _old_sessions(folder: Path) -> Iterator[Path]:
    """Give the folders and locks of what is not needed."""
    for finished in _units(folder):
        for session in finished[:-1]:
            yield from (session.folder, session.lock)


def _units(folder: Path) -> Iterator[tuple[_Session, ...]]:
    """Give the finished sessions of each unit that has any."""
    return (finished for unit in _folders(folder) if (finished := _finished(unit)))


def _finished(unit: Path) -> tuple[_Session, ...]:
    """Return the sessions of a unit that were finished, the newest last."""
    found = ((FINISHED.fullmatch(path.name), path) for path in _folders(unit))
    return tuple(sorted(_Session(int(name["began"], DIGITS), path, unit / f"{name['lock']}.lock") for name, path in found if name))


def _folders(parent: Path) -> Iterator[Path]:
    """Give the folders in a folder; no link is followed."""
    with suppress(OSError):
        if not parent.is_symlink():
            with os.scandir(parent) as entries:
                yield from [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]

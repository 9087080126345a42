"""The state of inputs now: contents by digest, each file looked at once; one whose status is as remembered is not read again."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Final

import msgspec

from buildkit.execute.input_walk import Found, walk_files
from buildkit.records import dataclass

ABSENT: Final = b"absent"
UNSET: Final = b"unset"
SPECIAL: Final = b"special"
MISSING: Final = frozenset({errno.ENOENT, errno.ENOTDIR})

SECOND: Final = 10**9
RACY: Final = 2 * SECOND
"""A file that was read so soon after its last change may have changed again without a sign; coarse clocks of file systems."""


class UnknownState(Exception):  # noqa: N818  # it names what is the case
    """An input cannot be read, or was changed too late to be what the compiler saw."""


class InputList(msgspec.Struct, frozen=True, array_like=True):
    """The names of inputs, sorted. Equal lists are stored once."""

    files: tuple[str, ...]
    folders: tuple[str, ...]
    packages: tuple[str, ...]
    variables: tuple[str, ...]


class FileState(msgspec.Struct, frozen=True, array_like=True):
    """A file when its content was digested, at `read`. Times are in nanoseconds since the epoch."""

    size: int
    changed: int
    altered: int
    inode: int
    read: int
    digest: bytes

    def is_of(self, status: os.stat_result) -> bool:
        """Say whether a file with this status has the content still."""
        same = (self.size, self.changed, self.altered, self.inode)
        return same == (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino) and last_change(status) + RACY < self.read


@dataclass(kw_only=True)
class Observer:
    """Looks at the inputs below one checkout. `made` is cargo's target directory; `known` is what was remembered of files, by path, and is added to."""

    root: str
    made: str
    known: dict[str, FileState]
    is_changed: bool = False
    _contents: dict[str, bytes] = field(default_factory=dict)
    _trees: dict[tuple[str, bool], bytes] = field(default_factory=dict)

    def state(self, inputs: InputList) -> bytes:
        """Return the digest of the contents of files; raises `UnknownState` where one cannot be read."""
        state = hashlib.sha256()
        for name in inputs.files:
            state.update(self._content(name))
        for names, hidden in ((inputs.folders, True), (inputs.packages, False)):
            for name in names:
                state.update(self._tree(name, hidden=hidden))
        return state.digest()

    def forget(self) -> None:
        """Look anew at what was looked at."""
        self._contents.clear()
        self._trees.clear()

    def require_older(self, name: str, limit: int) -> None:
        """Raise `UnknownState` where a file was changed at a time or after it."""
        status = self._status(name)
        if status is not None and last_change(status) >= limit:
            raise UnknownState(name)

    def require_older_below(self, name: str, limit: int, *, hidden: bool) -> None:
        """Raise `UnknownState` where anything below a folder was changed at a time or after it."""
        if any(last_change(found.status) >= limit for found in self._walk(name, hidden=hidden)):
            raise UnknownState(name)

    def _content(self, name: str) -> bytes:
        found = self._contents.get(name)
        if found is None:
            status = self._status(name)
            found = self._contents[name] = ABSENT if status is None else self._digest(os.path.join(self.root, name), status)
        return found

    def _tree(self, name: str, *, hidden: bool) -> bytes:
        found = self._trees.get((name, hidden))
        if found is None:
            state = hashlib.sha256()
            for file in self._walk(name, hidden=hidden):
                if not file.is_folder:
                    state.update(msgspec.msgpack.encode((os.fsencode(file.name), self._digest(file.path, file.status))))
            found = self._trees[name, hidden] = state.digest()
        return found

    def _walk(self, name: str, *, hidden: bool) -> Iterator[Found]:
        try:
            # What cargo made is known by its path, in which no dot stands.
            top = self.root if name == os.curdir else os.path.join(self.root, name)
            yield from walk_files(top, made=self.made, hidden=hidden)
        except OSError as error:
            raise UnknownState(name) from error

    def _status(self, name: str) -> os.stat_result | None:
        try:
            return os.stat(os.path.join(self.root, name))
        except OSError as error:
            if error.errno in MISSING:
                return None
            raise UnknownState(name) from error

    def _digest(self, path: str, status: os.stat_result) -> bytes:
        if not stat.S_ISREG(status.st_mode):
            return SPECIAL
        known = self.known.get(path)
        if known is not None and known.is_of(status):
            return known.digest
        read = time.time_ns()
        try:
            with open(path, "rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").digest()
        except OSError as error:
            raise UnknownState(path) from error
        self.known[path] = FileState(
            size=status.st_size, changed=status.st_mtime_ns, altered=status.st_ctime_ns, inode=status.st_ino, read=read, digest=digest
        )
        self.is_changed = True
        return digest


def last_change(status: os.stat_result) -> int:
    """Return when a file was changed last, at the latest: some file systems tell whole seconds only."""
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    is_coarse = status.st_mtime_ns % SECOND == 0 and status.st_ctime_ns % SECOND == 0
    return changed + SECOND - 1 if is_coarse else changed


def variables_state(names: Iterable[str], environment: Mapping[str, str]) -> bytes:
    """Return the digest of variables."""
    state = hashlib.sha256()
    for name in names:
        value = environment.get(name)
        state.update(UNSET if value is None else b"=" + hashlib.sha256(os.fsencode(value)).digest())
    return state.digest()

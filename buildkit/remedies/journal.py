"""Replace several files of a workspace together: all of them, or none.

Each file is written aside, synced and renamed, and is at any moment either old or new. A journal at the workspace's root holds the old
contents until the change has been proved; what finds one there takes the change back.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from buildkit.errors import BuildkitError, ConfigurationError, UsageError
from buildkit.remedies.mirror import Texts

JOURNAL = ".buildkit-fix.json"
ASIDE = ".buildkit-fix"
"""What the name of a file that is being written ends with."""
WRITABLE = 0o222


class ReplacedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file with its content before and after."""

    path: str
    old: bytes
    new: bytes


class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """A change of several files that has begun."""

    version: int = 1
    files: tuple[ReplacedFile, ...]


def replace_files(root: Path, before: Texts, after: Texts, prove: Callable[[], None]) -> tuple[Path, ...]:
    """Replace what differs, prove the result, and return the files; a proof that raises, or an interrupt, takes everything back."""
    changed = tuple(file for file in after if before[file] != after[file])
    for file in changed:
        check_replaceable(root / file, before[file])
    journal = Journal(files=tuple(ReplacedFile(path=str(file), old=before[file], new=after[file]) for file in changed))
    _write(root / JOURNAL, msgspec.json.encode(journal))
    try:
        for file in changed:
            _write(root / file, after[file])
        prove()
    except BaseException:
        take_back(root)
        raise
    (root / JOURNAL).unlink()
    return changed


def take_back(root: Path) -> tuple[str, ...]:
    """Undo a change that was begun and not proved, and return the files; none where there is no journal.

    Raises `UsageError` where a file has been edited since.
    """
    journal = _read(root / JOURNAL)
    if journal is None:
        return ()
    for file in journal.files:
        if _content(root / file.path) not in (file.old, file.new):
            raise UsageError(
                f"{root / file.path} was edited after a fix was interrupted, and is left as it is",
                hint=f"rm {root / JOURNAL}, which holds the contents before that fix (base64)",
            )
    for file in journal.files:
        if _content(root / file.path) != file.old:
            _write(root / file.path, file.old)
        _aside((root / file.path).resolve()).unlink(missing_ok=True)
    (root / JOURNAL).unlink()
    return tuple(file.path for file in journal.files)


def check_replaceable(file: Path, content: bytes) -> None:
    """Raise an error where a file has changed meanwhile, or is read-only."""
    if _content(file) != content:
        raise BuildkitError(f"{file} changed while edits were tried; nothing was written", hint="buildkit fix")
    # The superuser may write to every file, and a rename replaces even those that nobody may write to.
    if not file.stat().st_mode & WRITABLE or not os.access(file, os.W_OK):
        raise ConfigurationError("is read-only; nothing was written", file=file, hint=f"chmod u+w {file}")


def _read(file: Path) -> Journal | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Journal)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise ConfigurationError(f"is no journal of a fix: {error}", file=file, hint=f"rm {file}") from error


def _content(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None


def _write(file: Path, content: bytes) -> None:
    """Put a content in place whole. A link is followed: the file that it names is replaced."""
    place = file.resolve()
    aside = _aside(place)
    try:
        with aside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileNotFoundError):
            aside.chmod(place.stat().st_mode & 0o7777)
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)
    _sync_folders([place.parent])


def _aside(file: Path) -> Path:
    return file.with_name(f".{file.name}{ASIDE}")


def _sync_folders(folders: Iterable[Path]) -> None:
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

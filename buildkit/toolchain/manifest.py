"""What an entry of the store consists of, and whether it still does."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

FILE_NAME: Final = "manifest.json"
"""The name of the manifest in its entry; the time of its last change is that of the entry's last use."""

VERSION: Final = 1


class StoredFile(msgspec.Struct, frozen=True, array_like=True):
    """A file as it was when the entry was published: bytes, time of change in nanoseconds, SHA-256."""

    size: int
    changed: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The files and links of an entry by their paths in it, and the facts that its key was made from."""

    version: int
    title: str
    facts: Mapping[str, str]
    files: Mapping[str, StoredFile]
    links: Mapping[str, str]

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(file.size for file in self.files.values())


def describe_entry(folder: Path, *, title: str, facts: Mapping[str, str]) -> Manifest:
    """Return the manifest of a folder that is about to be published."""
    files, links = {}, {}
    for path in walk(folder):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            links[name] = str(path.readlink())
        else:
            status = path.stat()
            files[name] = StoredFile(status.st_size, status.st_mtime_ns, digest_file(path))
    return Manifest(version=VERSION, title=title, facts=facts, files=files, links=links)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest into its entry."""
    (folder / FILE_NAME).write_bytes(msgspec.json.encode(manifest))


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of an entry, `None` where it has none that can be read."""
    try:
        manifest = msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None
    return manifest if manifest.version == VERSION else None


def find_damage(folder: Path, manifest: Manifest) -> str | None:
    """Return what is wrong with an entry, `None` where nothing is.

    A file is read again only where its size or its time of change is not what it was.
    """
    root = str(folder)
    for name, link in manifest.links.items():
        try:
            is_same = os.readlink(f"{root}/{name}") == link  # noqa: PTH115  # an entry has thousands
        except OSError:
            is_same = False
        if not is_same:
            return f"{name} is not the link that it was"
    return next((damage for name, file in manifest.files.items() if (damage := _damage_of(root, name, file)) is not None), None)


def walk(folder: Path) -> Iterator[Path]:
    """Give the files and links of a folder in a stable order, without the manifest at its top."""
    for directory, folders, names in os.walk(folder):
        folders.sort()
        here = Path(directory)
        linked = [name for name in folders if (here / name).is_symlink()]
        yield from (here / name for name in sorted([*names, *linked]) if here != folder or name != FILE_NAME)


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _damage_of(root: str, name: str, file: StoredFile) -> str | None:
    try:
        status = os.lstat(f"{root}/{name}")
    except OSError:
        return f"{name} is missing"
    if status.st_size != file.size:
        return f"{name} has {status.st_size} bytes instead of {file.size}"
    if status.st_mtime_ns != file.changed and digest_file(Path(root, name)) != file.sha256:
        return f"{name} is not what it was"
    return None

"""Content keys: what an entry of the store is made from, as one short text."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from buildkit.toolchain.manifest import digest_file, walk
from buildkit.toolchain.memory import Memory

FILE_NAME: Final = "digests.json"
"""The file of remembered digests, in the store."""

KEY_LENGTH: Final = 16
"""How many hexadecimal digits of a digest stand in an entry's name."""


def digest_facts(facts: Mapping[str, str]) -> str:
    """Return the digest of facts, whatever their order."""
    return hashlib.sha256(msgspec.json.encode(dict(sorted(facts.items())))).hexdigest()


def entry_name(stem: str, facts: Mapping[str, str]) -> str:
    """Return the name of an entry: something to read, and what its content depends on."""
    return f"{stem}-{digest_facts(facts)[:KEY_LENGTH]}"


def digest_files(files: Mapping[str, Path]) -> str:
    """Return the digest of files and the names that they go by."""
    return digest_facts({name: digest_file(path) for name, path in files.items()})


def digest_source(library: Path, store: Path) -> str:
    """Return the digest of the standard library's source; it is read again only when a name, size or time of change differs."""
    memory: Memory[str] = Memory.open(store / FILE_NAME, str)
    paths = tuple(_source_files(library))
    state = hashlib.sha256()
    for path in paths:
        status = path.stat()
        state.update(f"{path}|{status.st_size}|{status.st_mtime_ns}\n".encode())
    known = memory.get(state.hexdigest())
    if known is not None:
        return known
    digest = digest_files({path.relative_to(library).as_posix(): path for path in paths})
    memory.put(state.hexdigest(), digest)
    memory.save()
    return digest


def _source_files(library: Path) -> Iterable[Path]:
    vendored = library / "vendor"
    return (path for path in walk(library) if path.is_file() and not path.is_relative_to(vendored))

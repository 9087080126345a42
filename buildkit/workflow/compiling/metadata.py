"""What is written beside a compiled scenario: what it was made from, by what, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from buildkit.workflow.agents import Platform
from buildkit.workflow.value_types import ValueType

VERSION: Final = 1
SUFFIX: Final = ".json"


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """The scenario: its name, and the digest of its file."""

    name: str
    sha256: str


class Compiler(msgspec.Struct, frozen=True, kw_only=True):
    """The rustc that was called."""

    release: str
    commit: str


class PrebuiltLibrary(msgspec.Struct, frozen=True, kw_only=True):
    """The library that was linked: its package, and its key in the store."""

    package: str
    key: str


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of a compiled scenario.

    `key` is the digest of all that the artifact depends on. `artifact` is the name of its file, in the folder of the metadata; sizes are in bytes. `flags` are rustc's without what names places on this machine. `agents` are the
    capabilities that are called, by agent; `input` are the types of the scenario's inputs.
    """

    version: int = VERSION
    tool: str
    key: str
    scenario: Origin
    target: str
    triple: str
    platform: Platform
    transport: str
    artifact: str
    size: int
    gzip_size: int
    sha256: str
    compiler: Compiler
    library: PrebuiltLibrary
    flags: tuple[str, ...]
    agents: Mapping[str, tuple[str, ...]]
    input: Mapping[str, ValueType]


def metadata_file(artifact: Path) -> Path:
    """Return where the metadata of an artifact is: `order.wasm.json` beside `order.wasm`, `order.json` beside `order`."""
    return artifact.with_name(artifact.name + SUFFIX)


def read_metadata(artifact: Path) -> Metadata | None:
    """Return what is known of an artifact; `None` where there is no metadata beside it that is its own."""
    try:
        read = msgspec.json.decode(metadata_file(artifact).read_bytes(), type=Metadata)
    except (OSError, ValueError):
        return None
    return read if read.version == VERSION and read.artifact == artifact.name else None


def metadata_text(metadata: Metadata) -> str:
    """Return metadata as the file has it."""
    return msgspec.json.format(msgspec.json.encode(metadata, order="deterministic"), indent=2).decode() + "\n"

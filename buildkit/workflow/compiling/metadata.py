"""What is written beside a compiled scenario: what it was made from, by what, and how large it is."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from enum import Enum, auto
from pathlib import Path
from typing import Final

import msgspec

from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.version import __version__
from buildkit.workflow.agents import Platform
from buildkit.workflow.needs import Need
from buildkit.workflow.value_types import ValueType

VERSION: Final = 1
SUFFIX: Final = ".json"
WASM: Final = ".wasm"
OWN_WORDS: Final = (b'"gzip_size"', b'"sha256"')
"""What is in metadata of every version, and hardly in any other file: by it one that is cut off or overwritten is known."""


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
    capabilities that are called, by agent; `input` are the types of the scenario's inputs, `needs` what the program cannot do without in
    them, `None` where an older buildkit did not say it.
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
    needs: Mapping[str, Need] | None = None


class _Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What metadata of every version has."""

    version: int
    key: str
    artifact: str
    target: str = "TARGET"


class Kind(Enum):
    """What the file beside an artifact is."""

    ABSENT = auto()
    FOREIGN = auto()
    """No metadata at all."""

    OTHER = auto()
    """Metadata of another artifact: its file was copied or renamed."""

    NEWER = auto()
    DAMAGED = auto()
    OWN = auto()


@dataclass(frozen=True, kw_only=True)
class Beside:
    """The file beside an artifact. `metadata` is that of `OWN`; `trouble` says what is wrong with `NEWER` and `DAMAGED`, `target` what it was for."""

    kind: Kind
    metadata: Metadata | None = None
    trouble: str = ""
    target: str = "TARGET"


def metadata_file(artifact: Path) -> Path:
    """Return where the metadata of an artifact is: `order.wasm.json` beside `order.wasm`, `order.json` beside `order`."""
    return artifact.with_name(artifact.name + SUFFIX)


def look_beside(artifact: Path) -> Beside:
    """Look at the file beside an artifact: the one reader of metadata."""
    try:
        content = metadata_file(artifact).read_bytes()
    except FileNotFoundError:
        return Beside(kind=Kind.ABSENT)
    except OSError:
        return Beside(kind=Kind.FOREIGN)
    try:
        return _marked(artifact, content, msgspec.json.decode(content, type=_Mark))
    except ValueError as error:
        return _unmarked(artifact, content, error)


def _marked(artifact: Path, content: bytes, mark: _Mark) -> Beside:
    if mark.artifact != artifact.name:
        return Beside(kind=Kind.OTHER)
    if mark.version > VERSION:
        trouble = f"is metadata of version {mark.version}, and buildkit {__version__} knows {VERSION}"
        return Beside(kind=Kind.NEWER, trouble=trouble, target=mark.target)
    try:
        return Beside(kind=Kind.OWN, metadata=msgspec.json.decode(content, type=Metadata))
    except ValueError as error:
        return Beside(kind=Kind.DAMAGED, trouble=f"is damaged: {error}", target=mark.target)


def _unmarked(artifact: Path, content: bytes, error: ValueError) -> Beside:
    """Tell damaged metadata from a file that has nothing to do with an artifact but its name."""
    is_json = isinstance(error, msgspec.ValidationError)
    is_own = (
        all(word in content for word in OWN_WORDS) if is_json else artifact.suffix == WASM or any(word in content for word in OWN_WORDS)
    )
    return Beside(kind=Kind.DAMAGED, trouble=f"is damaged: {error}") if is_own else Beside(kind=Kind.FOREIGN)


def read_metadata(artifact: Path) -> Metadata | None:
    """Return what is known of an artifact; `None` where there is no metadata beside it that is its own and whole."""
    return look_beside(artifact).metadata


def required_metadata(artifact: Path) -> Metadata | None:
    """Return what is known of an artifact, `None` where nothing says that it is a compiled scenario.

    Raises `ConfigurationError` for metadata that is damaged or of a newer version.
    """
    beside = look_beside(artifact)
    if beside.trouble:
        hint = f"buildkit compile SCENARIO.json -t {beside.target} -o {shlex.quote(str(artifact))}"
        raise ConfigurationError(f"{beside.trouble}; it describes {artifact.name}", file=metadata_file(artifact), hint=hint)
    return beside.metadata


def metadata_text(metadata: Metadata) -> str:
    """Return metadata as the file has it."""
    return msgspec.json.format(msgspec.json.encode(metadata, order="deterministic"), indent=2).decode() + "\n"

"""The nouns of provisioning: compilers, what is asked of them, and what a compilation target is supplied with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path

from buildkit.model import NO_ENVIRONMENT, CompilationTarget
from buildkit.records import dataclass

NO_PATHS: Mapping[str, Path] = {}


class StdNeed(StrEnum):
    """What the standard library is needed for: nothing but cargo's graphs, checks, or programs."""

    NONE = "none"
    CHECK = "check"
    BUILD = "build"

    def covers(self, other: StdNeed) -> bool:
        """Say whether what serves this need serves the other as well."""
        order = tuple(StdNeed)
        return order.index(self) >= order.index(other)


class StdProvider(StrEnum):
    """Where the standard library for a triple comes from, in the order in which it is looked for."""

    SHIPPED = "shipped"
    RUSTUP = "rustup"
    DISTRIBUTION = "distribution"
    SOURCE = "source"


class Origin(StrEnum):
    """Who put a compiler on this machine."""

    RUSTUP = "rustup"
    DISTRIBUTION = "distribution"
    STORE = "store"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Toolchain:
    """A rustc and its cargo and rustdoc, all real programs and no proxies.

    `commit` is that of rustc; `prebuilt` are the triples whose std lies in `sysroot`; `source` is the `library` folder of the matching
    source, `None` where it is not there. `name` is rustup's name of the toolchain or the store's of the entry, else the path of rustc.
    """

    rustc: Path
    cargo: Path
    rustdoc: Path
    release: str
    commit: str
    host: str
    sysroot: Path
    prebuilt: frozenset[str]
    source: Path | None
    origin: Origin
    name: str

    @property
    def folder(self) -> Path:
        """Return the folder of the programs."""
        return self.rustc.parent

    @property
    def title(self) -> str:
        """Return the toolchain in a few words, as sentences name it."""
        return f"rustc {self.release} ({self.origin}: {self.name})"


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What compiling for one target takes on this machine.

    `sysroot` is `None` for the toolchain's own; `tools` are linkers and other programs by name; `linker` is `None` where rustc finds it
    by itself. `folders` go in front of PATH, `rustflags` are only what the sysroot needs, and `env` is for C code that build scripts compile.
    """

    toolchain: Toolchain
    target: CompilationTarget
    triple: str
    provider: StdProvider
    sysroot: Path | None = None
    tools: Mapping[str, Path] = field(default_factory=lambda: NO_PATHS)
    linker: Path | None = None
    folders: tuple[Path, ...] = ()
    rustflags: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=lambda: NO_ENVIRONMENT)


@dataclass(frozen=True, kw_only=True)
class ToolchainRequest:
    """What is to be made available.

    `workspace` is the folder whose `rust-toolchain.toml` counts, `rust_version` the newest `rust-version` of its packages. `install` allows
    system packages to be installed; `offline` forbids any network.
    """

    targets: tuple[CompilationTarget, ...]
    need: StdNeed
    store: Path
    workspace: Path
    rust_version: str | None = None
    offline: bool = False
    install: bool = False

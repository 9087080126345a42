"""What this machine has to offer at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Final

from buildkit.model import CompilationTarget, StdKind
from buildkit.records import dataclass
from buildkit.toolchain.c_compiler import find_stored_compiler
from buildkit.toolchain.digest import digest_source
from buildkit.toolchain.discover import Toolchains
from buildkit.toolchain.linkers import can_link, find_cc, find_tools
from buildkit.toolchain.model import StdNeed, StdProvider, Toolchain, ToolchainRequest
from buildkit.toolchain.musl_files import MuslFiles, find_musl_files
from buildkit.toolchain.pin import Pin
from buildkit.toolchain.release import OLDEST_SUPPORTED, reaches
from buildkit.toolchain.store import Recipe, Store
from buildkit.toolchain.sysroot import StdBuild, sysroot_recipe
from buildkit.toolchain.wasi_files import FILES as WASI_FILES
from buildkit.toolchain.wasi_files import TRIPLE as WASI
from buildkit.toolchain.wasi_files import find_wasi_files

MUSL_SUFFIX: Final = "-linux-musl"


@dataclass(frozen=True)
class Situation:
    """Everything that decides how a request is served. `refused` are the providers that were tried in vain, with what they said."""

    request: ToolchainRequest
    environment: Mapping[str, str]
    toolchains: Toolchains
    store: Store
    pin: Pin | None
    has_packages: bool
    refused: Mapping[StdProvider, str] = field(default_factory=dict)

    @cached_property
    def wasi_files(self) -> Path | None:
        """Return the folder of WASI's start files, `None` where they are not on this machine."""
        return find_wasi_files(self.store)

    @cached_property
    def musl_files(self) -> MuslFiles | None:
        """Return musl's start files and C compiler, `None` where they are not on this machine."""
        return find_musl_files(self.store)

    @cached_property
    def stored_cc(self) -> Path | None:
        """Return the C compiler in the store, `None` where there is none."""
        return find_stored_compiler(self.store)

    @property
    def may_fetch(self) -> bool:
        """Say whether packages of the distribution can be fetched."""
        return self.has_packages and not self.request.offline

    @cached_property
    def permitted(self) -> Toolchains:
        """Return the toolchains that the workspace allows."""
        return Toolchains(toolchain for toolchain in self.toolchains if self.allows(toolchain))

    def allows(self, toolchain: Toolchain) -> bool:
        """Say whether the workspace's `rust-toolchain.toml` and `rust-version` allow a toolchain."""
        wanted = self.request.rust_version
        pinned = reaches(toolchain.release, OLDEST_SUPPORTED) if self.pin is None else self.pin.is_met_by(toolchain)
        return pinned and (wanted is None or reaches(toolchain.release, wanted))

    def missing_tools(self, toolchain: Toolchain, target: CompilationTarget) -> tuple[str, ...]:
        """Return the tools without which no program can be linked; a C compiler can be provided, and checks link nothing."""
        if self.request.need is not StdNeed.BUILD:
            return ()
        return tuple(name for name, path in find_tools(target, toolchain, self.environment).items() if path is None and name != "cc")

    def cc(self, toolchain: Toolchain | None) -> Path | None:
        """Return the C compiler that a toolchain links with, or that is here without one; `None` where there is none."""
        return find_cc(self.environment, toolchain, self.stored_cc)

    def unfit_cc(self, toolchain: Toolchain | None) -> Path | None:
        """Return the C compiler that would link and has no C library to link with, `None` where all is well."""
        cc = self.cc(toolchain)
        return None if cc is None or can_link(cc) else cc

    def find_sysroot(self, toolchain: Toolchain, target: CompilationTarget) -> Path | None:
        """Return a sysroot of the store that serves the request, `None` where there is none; one for programs serves checks as well."""
        if toolchain.source is None:
            return None
        needs = [need for need in (StdNeed.BUILD, StdNeed.CHECK) if need.covers(self.request.need)]
        recipes = (self.recipe(toolchain, target, need) for need in needs)
        return next((path for recipe in recipes if recipe is not None and (path := self.store.find(recipe)) is not None), None)

    def recipe(self, toolchain: Toolchain, target: CompilationTarget, need: StdNeed) -> Recipe | None:
        """Return the recipe of a sysroot, `None` while its start files are not here."""
        build = self.std_build(toolchain, target, need)
        return None if build is None else sysroot_recipe(build)

    def std_build(self, toolchain: Toolchain, target: CompilationTarget, need: StdNeed) -> StdBuild | None:
        """Return how std would be built, `None` while the source or the start files are not here."""
        triple = target.triple_for(toolchain.host)
        files = self.start_files(triple) if target.std is StdKind.FULL else {}
        if toolchain.source is None or files is None:
            return None
        folders = (str(toolchain.folder), *(() if self.stored_cc is None else (str(self.stored_cc / "bin"),)))
        path = ":".join((*folders, self.environment.get("PATH", "")))
        return StdBuild(
            toolchain=toolchain,
            source=toolchain.source,
            source_digest=self._digests.of(toolchain.source),
            triple=triple,
            spec=target.target_spec,
            std=target.std,
            need=need,
            environment={**self.environment, "PATH": path},
            start_files=files,
            offline=self.request.offline,
        )

    def start_files(self, triple: str) -> Mapping[str, Path] | None:
        """Return the start files for a triple by name, `None` where they are needed and not here."""
        if triple == WASI:
            return None if self.wasi_files is None else {name: self.wasi_files / name for name in WASI_FILES}
        if triple.endswith(MUSL_SUFFIX):
            return None if self.musl_files is None else {path.name: path for path in sorted(self.musl_files.self_contained.iterdir())}
        return {}

    @cached_property
    def _digests(self) -> _Digests:
        return _Digests(store=self.store.root)


@dataclass(frozen=True, kw_only=True)
class _Digests:
    store: Path
    known: dict[Path, str] = field(default_factory=dict)

    def of(self, source: Path) -> str:
        if source not in self.known:
            self.known[source] = digest_source(source, self.store)
        return self.known[source]

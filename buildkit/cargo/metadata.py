"""What `cargo metadata` says of a workspace, read once and strictly.

The format is that of the command's `--format-version 1`, as the Cargo book describes it under "cargo metadata".
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import msgspec

from buildkit.cargo.decoding import decode_path
from buildkit.cargo.failure import explain_failure
from buildkit.cargo.resolver import ResolverVersion, read_resolver
from buildkit.errors import BuildkitError, UsageError
from buildkit.process import Command, Runner


class DependencyKind(StrEnum):
    """Which table of a manifest declares a dependency."""

    NORMAL = "normal"
    DEVELOPMENT = "dev"
    BUILD = "build"


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """One declaration in a manifest, with what the workspace's table adds already applied. `target` is a triple or a `cfg(...)`."""

    name: str
    req: str
    kind: DependencyKind | None = None
    rename: str | None = None
    optional: bool
    uses_default_features: bool
    features: tuple[str, ...]
    target: str | None = None
    path: Path | None = None
    source: str | None = None

    @property
    def key(self) -> str:
        """Return the name by which the manifest knows it."""
        return self.rename or self.name


LIBRARY_KINDS = frozenset({"lib", "rlib", "dylib", "cdylib", "staticlib", "proc-macro"})


class CargoTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A lib, bin, example, test, bench or build script of a package. `test` says whether `cargo test` builds it unasked."""

    name: str
    kind: tuple[str, ...]
    crate_types: tuple[str, ...]
    required_features: tuple[str, ...] = msgspec.field(name="required-features", default=())
    src_path: Path
    test: bool = True

    @property
    def is_library(self) -> bool:
        """Say whether other packages can depend on it."""
        return not LIBRARY_KINDS.isdisjoint(self.kind)


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """A package of the graph. `features` includes the implicit ones of optional dependencies; `publish` are the registries, `None` for any."""

    id: str
    name: str
    version: str
    manifest_path: Path
    features: Mapping[str, tuple[str, ...]]
    dependencies: tuple[Dependency, ...]
    targets: tuple[CargoTarget, ...]
    edition: str
    rust_version: str | None = None
    source: str | None = None
    publish: tuple[str, ...] | None = None

    @property
    def is_private(self) -> bool:
        """Say whether the package is published nowhere (`publish = false`)."""
        return self.publish == ()

    @property
    def is_proc_macro(self) -> bool:
        """Say whether the package is compiled for the host because it is a procedural macro."""
        return any("proc-macro" in target.kind for target in self.targets)

    @property
    def has_library(self) -> bool:
        """Say whether other packages can depend on it."""
        return any(target.is_library for target in self.targets)

    @property
    def has_build_script(self) -> bool:
        """Say whether the package has a build script."""
        return any("custom-build" in target.kind for target in self.targets)


class DependencyUse(msgspec.Struct, frozen=True, kw_only=True):
    """By which kind of declaration, and under which platform, a resolved dependency is used."""

    kind: DependencyKind | None = None
    target: str | None = None


class ResolvedDependency(msgspec.Struct, frozen=True, kw_only=True):
    """A resolved edge. `name` is the name of the library as the dependent's code sees it."""

    name: str
    pkg: str
    dep_kinds: tuple[DependencyUse, ...]


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A package of the resolved graph with its edges."""

    id: str
    deps: tuple[ResolvedDependency, ...]


class Resolve(msgspec.Struct, frozen=True, kw_only=True):
    """The resolved graph."""

    nodes: tuple[Node, ...]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of cargo's answer."""

    packages: tuple[Package, ...]
    workspace_members: tuple[str, ...]
    resolve: Resolve
    target_directory: Path
    workspace_root: Path
    version: int


class Workspace(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A Cargo workspace: its members in name order, every package by id, and the resolved edges by package id."""

    root: Path
    target_directory: Path
    members: tuple[Package, ...]
    packages: Mapping[str, Package]
    edges: Mapping[str, tuple[ResolvedDependency, ...]]
    resolver: ResolverVersion = ResolverVersion.TWO

    @cached_property
    def members_by_name(self) -> Mapping[str, Package]:
        """Return the members by name; cargo allows each name once in a workspace."""
        return {package.name: package for package in self.members}


class MetadataRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Where to look, and what cargo may do: `locked` keeps the lock file as it is, `offline` keeps cargo off the network.

    `manifest` is read instead of the nearest one; the directory still decides which configuration cargo takes.
    """

    directory: Path
    manifest: Path | None = None
    locked: bool = False
    offline: bool = False
    cargo: Path = Path("cargo")
    env: Mapping[str, str | None] = msgspec.field(default_factory=dict)


def ask_metadata(request: MetadataRequest) -> Command:
    """Return the call of cargo that describes a workspace; all features, and every platform: only so does it cover each cell."""
    argv = [str(request.cargo), "metadata", "--format-version", "1", "--all-features"]
    argv += ["--manifest-path", str(request.manifest)] if request.manifest is not None else []
    argv += ["--locked"] if request.locked else []
    argv += ["--offline"] if request.offline else []
    return Command(argv=tuple(argv), cwd=request.directory, env={**request.env, "CARGO_TERM_COLOR": "never"})


def read_workspace(request: MetadataRequest, *, processes: Runner) -> Workspace:
    """Ask cargo for the workspace at or above the request's directory.

    Raises `UsageError` when there is no workspace, and `ConfigurationError` when a manifest or the lock file is refused.
    """
    done = processes.run(ask_metadata(request))
    if not done.succeeded:
        raise explain_failure(done)
    workspace = parse_metadata(done.stdout)
    return msgspec.structs.replace(workspace, resolver=read_resolver(workspace.root))


def parse_metadata(text: str) -> Workspace:
    """Parse cargo's answer; raises `BuildkitError` where it is not the format of version 1."""
    try:
        document = msgspec.json.decode(text, type=Document, dec_hook=decode_path)
    except msgspec.DecodeError as error:
        raise BuildkitError(f"cargo metadata answered in an unknown format: {error}", hint="cargo --version") from error
    if document.version != 1:
        raise UsageError(f"cargo metadata answered in format {document.version}, and buildkit reads format 1", hint="cargo --version")
    return workspace_of(document)


def workspace_of(document: Document) -> Workspace:
    """Return a workspace as cargo describes it, its resolver left open."""
    packages = {package.id: package for package in document.packages}
    members = sorted((packages[identity] for identity in document.workspace_members), key=lambda package: package.name)
    return Workspace(
        root=document.workspace_root,
        target_directory=document.target_directory,
        members=tuple(members),
        packages=packages,
        edges={node.id: node.deps for node in document.resolve.nodes},
    )

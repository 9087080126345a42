"""Workspaces made up in memory, as cargo would describe them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from buildkit.cargo.metadata import CargoTarget, Dependency, DependencyKind, Package, Workspace

ROOT = Path("/ws")


def package(
    name: str, features: Mapping[str, Sequence[str]] | None = None, *, kind: str = "lib", dependencies: Sequence[Dependency] = ()
) -> Package:
    """Return a member of the workspace with one cargo target of `kind`."""
    folder = ROOT / "crates" / name
    return Package(
        id=f"path+file://{folder}#{name}@0.1.0",
        name=name,
        version="0.1.0",
        manifest_path=folder / "Cargo.toml",
        features={feature: tuple(values) for feature, values in (features or {}).items()},
        dependencies=tuple(dependencies),
        targets=(CargoTarget(name=name, kind=(kind,), crate_types=(kind,), src_path=folder / "src" / "lib.rs"),),
        edition="2024",
    )


def dependency(name: str, *, optional: bool = False, kind: DependencyKind | None = None) -> Dependency:
    """Return a declaration without features of its own."""
    return Dependency(name=name, req="*", kind=kind, optional=optional, uses_default_features=True, features=())


def workspace(*members: Package) -> Workspace:
    """Return a workspace of these members, without any resolved edge."""
    ordered = tuple(sorted(members, key=lambda member: member.name))
    return Workspace(
        root=ROOT, target_directory=ROOT / "target", members=ordered, packages={member.id: member for member in members}, edges={}
    )

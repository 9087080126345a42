"""Which package each declaration of a manifest resolved to."""

from __future__ import annotations

from buildkit.cargo.metadata import Dependency, Package, ResolvedDependency, Workspace
from buildkit.features.requirement import meets


def resolved_package(workspace: Workspace, dependent: Package, declaration: Dependency) -> Package | None:
    """Return the package that `declaration` of `dependent` resolved to, `None` where the graph does not have it.

    A crate may stand in the graph in two versions: the kind, the platform, the name, the requirement and a rename tell them apart.
    """
    for edge in workspace.edges.get(dependent.id, ()):
        package = workspace.packages[edge.pkg]
        if package.name == declaration.name and _used_as(edge, declaration) and _is_meant(package, edge, declaration):
            return package
    return None


def _used_as(edge: ResolvedDependency, declaration: Dependency) -> bool:
    return any(use.kind == declaration.kind and use.target == declaration.target for use in edge.dep_kinds)


def _is_meant(package: Package, edge: ResolvedDependency, declaration: Dependency) -> bool:
    if declaration.rename is not None and edge.name != declaration.rename.replace("-", "_"):
        return False
    if declaration.path is not None:
        return package.manifest_path.parent == declaration.path
    return meets(package.version, declaration.req)

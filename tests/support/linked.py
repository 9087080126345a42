"""Workspaces made up in memory with resolved dependencies, and models of them for made-up machines."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from workspaces import workspace

from buildkit.cargo.cfg import CfgSet
from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import Dependency, DependencyKind, DependencyUse, Package, ResolvedDependency
from buildkit.cargo.resolver import ResolverVersion
from buildkit.features.declarations import Machine, Setting
from buildkit.features.enabled import Clauses
from buildkit.features.explain import Explainer
from buildkit.features.links import Links, link
from buildkit.features.model import Model
from buildkit.features.policy import Policy
from buildkit.features.resolution import Resolution, resolve
from buildkit.features.space import SpaceRequest
from buildkit.model import Denial

WASM = Machine(triple="wasm32-wasip2", cfg=CfgSet.parse('target_family="wasm"\ntarget_os="wasi"\n'))
LINUX = Machine(triple="x86_64-unknown-linux-gnu", cfg=CfgSet.parse('unix\ntarget_os="linux"\n'))


def needs(
    name: str,
    *features: str,
    optional: bool = False,
    default: bool = False,
    kind: DependencyKind | None = None,
    target: str | None = None,
    rename: str | None = None,
    req: str = "*",
) -> Dependency:
    """Return a declaration; it keeps no default features unless told."""
    return Dependency(
        name=name, req=req, kind=kind, rename=rename, optional=optional, uses_default_features=default, features=features, target=target
    )


def link_all(*packages: Package, resolver: ResolverVersion = ResolverVersion.TWO) -> Links:
    """Return a workspace in which each declaration means the package of its name and version."""
    edges = {
        package.id: tuple(
            ResolvedDependency(
                name=declaration.key.replace("-", "_"),
                pkg=other.id,
                dep_kinds=(DependencyUse(kind=declaration.kind, target=declaration.target),),
            )
            for declaration in package.dependencies
            for other in packages
            if other.name == declaration.name and other.has_library and declaration.req in {"*", f"={other.version}"}
        )
        for package in packages
    }
    return link(msgspec.structs.replace(workspace(*packages), edges=edges, resolver=resolver))


def model_of(links: Links, target: Machine = WASM) -> Model:
    """Return the model for one target on a Linux host."""
    return Model(links, links.members, Setting(host=LINUX, targets=(target,)))


def resolved(links: Links, name: str, *features: str, target: Machine = WASM) -> Resolution:
    """Return what a selection of a member builds."""
    return resolve(model_of(links, target), links.workspace.members_by_name[name], features)


def policy_of(
    links: Links, name: str, extra: Sequence[str], *denied: Denial, base: Sequence[str] = (), clauses: Clauses | None = None
) -> Policy:
    """Return what must hold for the selections of a member."""
    request = SpaceRequest(
        root=links.workspace.members_by_name[name], base=frozenset(base), extra=tuple(extra), clauses=clauses or Clauses()
    )
    return Policy(model=model_of(links), request=request, denials=denied)


def explainer_of(links: Links) -> Explainer:
    """Return what explains facts, without any manifest to point at."""
    return Explainer(links=links, manifests=Manifests(root=links.workspace.root))


def built(resolution: Resolution, side: str = "target") -> dict[str, set[str]]:
    """Return the features of what is compiled on a side, by package name."""
    closure = resolution.closure
    packages = resolution.model.links.workspace.packages
    return {packages[identity].name: set(features) for identity, features in getattr(closure, side).items()}

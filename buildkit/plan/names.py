"""Check names that a user typed against those that exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from buildkit.cargo.metadata import Package, Workspace
from buildkit.errors import UsageError


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the nearest of the known names, `None` where none is near."""
    near = get_close_matches(name, tuple(known), n=1, cutoff=0.5)
    return near[0] if near else None


def member_named(workspace: Workspace, name: str) -> Package:
    """Return the member of that name; raises `UsageError` with the nearest right one."""
    member = workspace.members_by_name.get(name)
    if member is None:
        near = nearest(name, workspace.members_by_name)
        raise UsageError(
            f"unknown package {name!r}", hint=f"did you mean {near!r}?" if near else f"one of: {', '.join(workspace.members_by_name)}"
        )
    return member


def check_features(package: Package, features: Iterable[str]) -> None:
    """Refuse a feature that the package does not have; `dependency/feature` needs a dependency of that key."""
    keys = {dependency.key for dependency in package.dependencies}
    for feature in features:
        known = keys if "/" in feature else set(package.features)
        name = feature.partition("/")[0].removesuffix("?")
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near!r}?" if near else f"{package.name} has: {', '.join(sorted(package.features)) or 'no features'}"
            raise UsageError(f"unknown feature {feature!r} of package {package.name!r}", hint=hint)

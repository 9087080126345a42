"""Which version of cargo's feature resolver a workspace uses; `cargo metadata` does not say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any


class ResolverVersion(StrEnum):
    """The versions of the Cargo reference, "Resolver versions". 3 differs from 2 in the versions that it picks, not in features."""

    ONE = "1"
    TWO = "2"
    THREE = "3"


_OF_EDITION: Mapping[str, ResolverVersion] = {"2021": ResolverVersion.TWO, "2024": ResolverVersion.THREE}


def read_resolver(root: Path) -> ResolverVersion:
    """Return what the manifest in `root` says, or what its edition implies; a virtual manifest that says nothing has version 1.

    cargo has read the manifest before, so one that has gone since is taken as empty.
    """
    try:
        manifest = tomllib.loads((root / "Cargo.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    workspace, package = manifest.get("workspace", {}), manifest.get("package", {})
    for table in (workspace, package):
        if table.get("resolver") in tuple(ResolverVersion):
            return ResolverVersion(table["resolver"])
    return _OF_EDITION.get(_edition(workspace, package), ResolverVersion.ONE)


def _edition(workspace: Mapping[str, Any], package: Mapping[str, Any]) -> str:
    edition = package.get("edition", "2015")
    if isinstance(edition, Mapping):
        edition = workspace.get("package", {}).get("edition", "2015")
    return str(edition)

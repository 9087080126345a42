"""Find the root of a Cargo workspace without asking cargo.

Follows the Cargo book, "workspaces": the nearest manifest upwards with a `[workspace]` table that does not exclude the package, or the one
that `package.workspace` names.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Final

from buildkit.errors import ConfigurationError, UsageError

MANIFEST = "Cargo.toml"

_PLACE: Final = re.compile(r" \(at line (?P<line>\d+), column \d+\)$")
"""Where Python's TOML reader found an error."""


def find_workspace(directory: Path) -> Path:
    """Return the root of the workspace at or above a directory.

    A manifest without a workspace above it is its own. Raises `UsageError` where there is none, and `ConfigurationError` for one that is
    no TOML.
    """
    start = directory.resolve()
    if not start.is_dir():
        raise UsageError(f"{directory}: no such directory", hint="-C DIR, a folder that is there")
    manifests = [folder / MANIFEST for folder in (start, *start.parents) if (folder / MANIFEST).is_file()]
    if not manifests:
        raise UsageError(f"no Cargo workspace at or above {directory}", hint="-C DIR, where DIR has a Cargo.toml")
    nearest = manifests[0].parent
    for manifest in manifests:
        document = _read(manifest)
        named = _named_workspace(document)
        if named is not None:
            return (manifest.parent / named).resolve()
        if isinstance(workspace := document.get("workspace"), dict) and not _excludes(workspace, manifest.parent, nearest):
            return manifest.parent
    return nearest


def _read(manifest: Path) -> dict[str, object]:
    try:
        return tomllib.loads(manifest.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", file=manifest) from error
    except RecursionError as error:
        raise ConfigurationError("lists and tables are nested too deeply", file=manifest) from error
    except UnicodeDecodeError as error:
        raise ConfigurationError("is not UTF-8", file=manifest, hint="save the file as UTF-8") from error
    except ValueError as error:
        place = _PLACE.search(str(error))
        message = str(error) if place is None else str(error)[: place.start()]
        line = None if place is None else int(place["line"])
        raise ConfigurationError(f"not valid TOML: {message}", file=manifest, line=line, hint="cargo metadata") from error


def _named_workspace(document: dict[str, object]) -> str | None:
    package = document.get("package")
    named = package.get("workspace") if isinstance(package, dict) else None
    return named if isinstance(named, str) else None


def _excludes(workspace: dict[str, object], root: Path, package: Path) -> bool:
    """Say whether a package is excluded; one that `members` names by its path is not."""
    return _lists(workspace.get("exclude"), root, package) and not _lists(workspace.get("members"), root, package)


def _lists(paths: object, root: Path, package: Path) -> bool:
    return isinstance(paths, list) and any(package.is_relative_to(root / path) for path in paths if isinstance(path, str))

"""Where a manifest or the lock file says what cargo refuses."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from buildkit.cargo.words import causes, error_lines
from buildkit.errors import BuildkitError, ConfigurationError, UsageError
from buildkit.toml_lines import locate_keys

MANIFEST: Final = "Cargo.toml"

_ARROW: Final = re.compile(r"^\s*--> (?P<file>[^\n]*?\.(?:toml|lock)):(?P<line>\d+):\d+", re.MULTILINE)
_NAMED: Final = re.compile(
    r"failed to (?:parse|load|read)[^\n`:]*:? `?(?P<file>[^\n`]+?(?:Cargo\.toml|Cargo\.lock|config\.toml|rust-toolchain\.toml))`?$",
    re.MULTILINE,
)
_LINE: Final = re.compile(r"at line (?P<line>\d+)")
_LOCKED: Final = re.compile(r"lock file (?P<file>[^\n]*?Cargo\.lock)[^\n]*--locked")
_NO_WORKSPACE: Final = re.compile(r"could not find `Cargo\.toml` in `(?P<folder>[^`]+)`")
_NOT_UTF8: Final = re.compile(r"path at `(?P<file>[^`]+)` was not valid utf-8")
_TWICE: Final = re.compile(r"two packages named `(?P<name>[^`]+)` in this workspace:\n- (?P<first>[^\n]+)\n- (?P<second>[^\n]+)")
_ITSELF: Final = re.compile(r"cyclic feature dependency: feature `(?P<feature>[^`]+)` depends on itself")
_REQUIRED: Final = re.compile(r"required by package `\S+ v\S+ \((?P<folder>/[^`]*)\)`")
_LACKS: Final = re.compile(r"package `[^`]+` depends on `(?P<crate>[^`]+)` with feature `(?P<feature>[^`]+)` but [^\n]+")
_ASKED: Final = re.compile(r"failed to get `(?P<name>[^`]+)` as a dependency of package `\S+ v\S+ \((?P<folder>/[^`]*)\)`")
_MEMBER: Final = re.compile(
    r"failed to load manifest for workspace member `(?P<folder>[^`]+)`\nreferenced by workspace at `(?P<root>[^`]+)`"
)
_INNER: Final = re.compile(r"failed to load manifest for dependency `(?P<name>[^`]+)`")
_NAME: Final = re.compile(r"`(?P<name>[\w-]+)")
_FEATURE: Final = re.compile(r"^feature `(?P<name>[^`]+)` includes")
_DEPENDENCY: Final = re.compile(r"for dependency `(?P<name>[^`]+)`")


def manifest_error(said: str, folder: Path) -> BuildkitError | None:
    """Return the error that names the file and, where it can be found, the line; `None` where cargo refuses something else."""
    missing = _NO_WORKSPACE.search(said)
    if missing is not None:
        return UsageError(f"no Cargo workspace at or above {missing['folder']}", hint="buildkit … --workspace DIR")
    if "path contains invalid UTF-8" in said:
        return UsageError(f"the path {str(folder)!r} is not UTF-8, and cargo cannot use it", hint="give its folder another name")
    locked = _LOCKED.search(said)
    if locked is not None:
        hint = "cargo generate-lockfile, or leave --locked out"
        return ConfigurationError("is missing or out of date, and --locked forbids writing it", file=Path(locked["file"]), hint=hint)
    return _member_error(said, folder) or _required_error(said) or _file_error(said, folder)


def _member_error(said: str, folder: Path) -> ConfigurationError | None:
    encoded = _NOT_UTF8.search(said)
    if encoded is not None:
        return ConfigurationError("is not UTF-8", file=Path(encoded["file"]), hint="save the file as UTF-8")
    twice = _TWICE.search(said)
    if twice is not None:
        file = Path(twice["second"])
        message = f"a second package is named {twice['name']!r}; the first is {twice['first']}"
        return ConfigurationError(message, file=file, line=_lines(file).get(("package", "name")))
    cycle = _ITSELF.search(said)
    return None if cycle is None else _itself(folder, cycle["feature"])


def _itself(folder: Path, feature: str) -> ConfigurationError | None:
    """Return the manifest of the workspace in which a feature includes itself: cargo does not name it."""
    for file in _manifests(folder):
        features = _read(file).get("features")
        values = features.get(feature) if isinstance(features, dict) else None
        if isinstance(values, list) and feature in values:
            return ConfigurationError(f"feature {feature!r} includes itself", file=file, line=_lines(file).get(("features", feature)))
    return None


def _manifests(folder: Path) -> Iterator[Path]:
    yield folder / MANIFEST
    workspace = _read(folder / MANIFEST).get("workspace")
    members = workspace.get("members") if isinstance(workspace, dict) else None
    for pattern in members if isinstance(members, list) else ():
        if isinstance(pattern, str) and pattern and not pattern.startswith("/"):
            yield from sorted(folder.glob(f"{pattern}/{MANIFEST}"))


def _required_error(said: str) -> ConfigurationError | None:
    """Return what cargo's resolver could not have, at the dependency that asks for it."""
    required = _REQUIRED.search(said)
    if required is None:
        return None
    file = Path(required["folder"], MANIFEST)
    lacks = _LACKS.search(said)
    if lacks is not None:
        line = _feature_line(file, lacks["crate"], lacks["feature"])
        return ConfigurationError(lacks[0].rstrip("."), file=file, line=line)
    lines = error_lines(said)
    name = _NAME.search(lines[0])
    more = [text for text in lines[1:] if text.startswith(("candidate versions", "location searched", "versions that meet", "the package"))]
    message = "; ".join(text.rstrip(".") for text in (lines[0], *more))
    return ConfigurationError(message, file=file, line=None if name is None else _dependency_line(_lines(file), name["name"]))


def _feature_line(file: Path, crate: str, feature: str) -> int | None:
    """Return the line on which a manifest asks for a dependency's feature: in a feature of its own, or where it declares the dependency."""
    lines, features = _lines(file), _read(file).get("features")
    for name, values in features.items() if isinstance(features, dict) else ():
        if isinstance(values, list) and {f"{crate}/{feature}", f"{crate}?/{feature}"} & {str(value) for value in values}:
            return lines.get(("features", name))
    return _dependency_line(lines, crate)


def _dependency_line(lines: Mapping[tuple[str | int, ...], int], name: str) -> int | None:
    found = (line for path, line in lines.items() if len(path) > 1 and path[-1] == name and str(path[-2]).endswith("dependencies"))
    return min(found, default=None)


def _file_error(said: str, folder: Path) -> ConfigurationError | None:
    arrow = _ARROW.search(said)
    if arrow is not None:
        first = said[: arrow.start()].strip().splitlines()[-1].removeprefix("error: ")
        return ConfigurationError(first, file=folder / arrow["file"], line=int(arrow["line"]))
    named = list(_NAMED.finditer(said))
    if not named:
        return None
    file, line, cause = Path(named[-1]["file"]), _LINE.search(said), _last_cause(said)
    return ConfigurationError(
        f"{cause}{_asking(said, file)}", file=file, line=int(line["line"]) if line is not None else _cause_line(file, said)
    )


def _asking(said: str, file: Path) -> str:
    """Say who asks for a manifest that is not there."""
    if "No such file" not in said:
        return ""
    member, inner, asked = _MEMBER.search(said), _INNER.search(said), _ASKED.search(said)
    if member is not None and Path(member["folder"]) == file.parent:
        return f"; {member['root']} has it as a member"
    if member is not None and inner is not None:
        return _depends(Path(member["folder"], MANIFEST), inner["name"])
    return "" if asked is None else _depends(Path(asked["folder"], MANIFEST), asked["name"])


def _depends(file: Path, name: str) -> str:
    line = _dependency_line(_lines(file), name)
    return f"; {file}{'' if line is None else f':{line}'} depends on it"


def _cause_line(file: Path, said: str) -> int | None:
    """Return the line of the feature or the dependency that the causes name."""
    for cause in reversed(causes(said)):
        feature, dependency = _FEATURE.search(cause), _DEPENDENCY.search(cause)
        if feature is not None:
            return _lines(file).get(("features", feature["name"]))
        if dependency is not None:
            return _dependency_line(_lines(file), dependency["name"])
    return None


def _last_cause(said: str) -> str:
    """Return the innermost reason: cargo puts it last, TOML errors with a picture of the line before it."""
    lines = error_lines(said)
    return lines[-1] if lines else "cannot be read"


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _lines(file: Path) -> Mapping[tuple[str | int, ...], int]:
    try:
        text = file.read_text(encoding="utf-8")
        tomllib.loads(text)
        return locate_keys(text)
    except (OSError, ValueError):
        return {}

"""The flags for rustc that cargo's own configuration files and variables give, as the Cargo book's "Configuration" describes them."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from buildkit.cargo.cfg import CfgError, CfgSet, is_cfg, parse_cfg
from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.toml_lines import locate_keys

NAMES: Final = ("config", "config.toml")
"""The two names of a configuration file; where both exist, cargo reads the first."""

ANY: Final = "*"
"""Stands for every key of a table."""

TABLES: Final = (
    ("build",),
    ("env",),
    ("profile",),
    ("profile", ANY),
    ("profile", ANY, "build-override"),
    ("profile", ANY, "package"),
    ("profile", ANY, "package", ANY),
)
"""What is a table or not there, from the top; cargo reads some of it only where it compiles."""

Table = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ConfiguredFlags:
    """What cargo's configuration says for one triple.

    `target` are the flags of `[target.TRIPLE]` and `matching` those of every `[target.'cfg(..)']` that holds; cargo puts the flags of the
    target's variable between them. `build` are those of `[build]`, which count only where there are none for the target. `linker` is that
    of `[target.TRIPLE]`, `None` where there is none.
    """

    target: tuple[str, ...] = ()
    matching: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    linker: str | None = None


def read_flags(directory: Path, triple: str, *, environment: Mapping[str, str], ask_cfg: Callable[[], CfgSet]) -> ConfiguredFlags:
    """Return what the files for a folder say; `ask_cfg` is called only where a file has an expression.

    Raises `ConfigurationError` for a file that cannot be read as cargo would.
    """
    files = find_files(directory, environment)
    merged = read_configuration(files)
    tables = _table(merged.get("target"))
    own = _table(tables.get(triple))
    matching: tuple[str, ...] = ()
    expressions = {key: table for key, table in sorted(tables.items()) if is_cfg(key) and _table(table).get("rustflags")}
    if expressions:
        known = ask_cfg()
        for key, table in expressions.items():
            matching += as_flags(_table(table).get("rustflags")) if _holds(key, known, files) else ()
    linker = own.get("linker")
    return ConfiguredFlags(
        target=as_flags(own.get("rustflags")),
        matching=matching,
        build=as_flags(_table(merged.get("build")).get("rustflags")),
        linker=linker if isinstance(linker, str) else None,
    )


def find_files(directory: Path, environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Return the configuration files for a folder, the strongest first: its own, those above it, and that of CARGO_HOME."""
    folders = [folder / ".cargo" for folder in (directory.resolve(), *directory.resolve().parents)]
    home = Path(environment.get("CARGO_HOME") or Path(environment.get("HOME", "/")) / ".cargo")
    found: dict[Path, None] = {}
    for folder in (*folders, home):
        file = next((folder / name for name in NAMES if (folder / name).is_file()), None)
        if file is not None:
            found.setdefault(file.resolve())
    return tuple(found)


def read_configuration(files: tuple[Path, ...]) -> Table:
    """Return what files say together, the strongest first; raises `ConfigurationError`."""
    merged: Table = {}
    for file in reversed(files):
        merged = merge(merged, load(file))
    return merged


def load(file: Path) -> Table:
    """Read one file; raises `ConfigurationError`."""
    try:
        text = file.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot be read: {error}", file=file) from error
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", file=file) from error
    for place in TABLES:
        for key, value in _values(values, place):
            if not isinstance(value, dict):
                line = locate_keys(text).get(key)
                raise ConfigurationError(f"`{'.'.join(key)}` is {value!r}, and cargo takes a table there", file=file, line=line)
    return values


def _values(table: Table, place: tuple[str, ...]) -> Sequence[tuple[tuple[str, ...], Any]]:
    """Return what stands at a place, with its own key; above it there are tables only."""
    found: list[tuple[tuple[str, ...], Any]] = [((), table)]
    for part in place:
        found = [((*key, own), value[own]) for key, value in found for own in value if part in {own, ANY}]
    return found


def merge(weaker: Table, stronger: Table) -> Table:
    """Merge two configurations: tables key by key, lists joined with the stronger at the end, of anything else the stronger."""
    merged = dict(weaker)
    for key, value in stronger.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = merge(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[key] = [*before, *value]
        else:
            merged[key] = value
    return merged


def as_flags(value: Any) -> tuple[str, ...]:
    """Return the flags of a list, or of a text with spaces between them."""
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(flag for flag in value if isinstance(flag, str)) if isinstance(value, list) else ()


def _table(value: Any) -> Table:
    return value if isinstance(value, dict) else {}


def _holds(key: str, known: CfgSet, files: tuple[Path, ...]) -> bool:
    try:
        return parse_cfg(key).holds(known)
    except CfgError as error:
        raise ConfigurationError(str(error), file=files[0]) from error

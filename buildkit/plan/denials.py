"""What must not be reached in a cell, from everybody who may deny."""

from __future__ import annotations

from collections.abc import Callable

from buildkit.config.schema import Configuration, Denials, DeniedCrate, PackageTable, PackageTargetTable
from buildkit.model import CompilationTarget, Denial

Place = Callable[[str], str]
"""Says where a key of the configuration stands, such as `buildkit.toml:12`."""


def read_denials(denials: Denials, key: str, place: Place) -> tuple[Denial, ...]:
    """Return the denials that a `deny` key lists, each with its own line."""
    return tuple(_read(entry, place(f"{key}.{index}")) for index, entry in enumerate(denials))


def _read(entry: str | DeniedCrate, source: str) -> Denial:
    if isinstance(entry, str):
        crate, _, feature = entry.partition("/")
        return Denial(crate=crate, features=(feature,) if feature else (), source=source)
    return Denial(crate=entry.crate, features=entry.features, reason=entry.reason, source=source)


def denials_for(configuration: Configuration, package: str, target: CompilationTarget, place: Place) -> tuple[Denial, ...]:
    """Return what the target, the workspace, and the package deny there; each denial once, in that order."""
    table = configuration.package.get(package, PackageTable())
    here = table.target.get(target.name, PackageTargetTable())
    listed = (
        *target.denies,
        *read_denials(configuration.workspace.deny, "workspace.deny", place),
        *read_denials(table.deny, f"package.{package}.deny", place),
        *read_denials(here.deny, f"package.{package}.target.{target.name}.deny", place),
    )
    return tuple(dict.fromkeys(listed))

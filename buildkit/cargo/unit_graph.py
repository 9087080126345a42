"""What cargo would build for one selection, as its unstable `--unit-graph` prints it.

Nothing is compiled and no standard library is needed. The format is that of the Cargo book's "unit-graph", version 1.
"""

from __future__ import annotations

import msgspec

from buildkit.errors import BuildkitError

FORMAT_VERSION = 1


class UnitTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The cargo target that a unit compiles."""

    kind: tuple[str, ...]
    name: str


class UnitDependency(msgspec.Struct, frozen=True, kw_only=True):
    """An edge to another unit, by its index."""

    index: int


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One rustc call, or one run of a build script. `platform` is the target triple, `None` on the host side."""

    pkg_id: str
    target: UnitTarget
    platform: str | None
    mode: str
    features: tuple[str, ...]
    dependencies: tuple[UnitDependency, ...]


class UnitGraph(msgspec.Struct, frozen=True, kw_only=True):
    """All units of one cargo call; `roots` are the indexes of those that were asked for."""

    version: int
    units: tuple[Unit, ...]
    roots: tuple[int, ...]


def parse_unit_graph(text: str) -> UnitGraph:
    """Parse cargo's answer; raises `BuildkitError` where it is not the format that buildkit reads."""
    try:
        graph = msgspec.json.decode(text, type=UnitGraph)
    except msgspec.DecodeError as error:
        raise BuildkitError(f"cargo's unit graph has an unknown format: {error}", hint="cargo --version") from error
    if graph.version != FORMAT_VERSION:
        raise BuildkitError(
            f"cargo's unit graph has format {graph.version}, and buildkit reads format {FORMAT_VERSION}", hint="cargo --version"
        )
    return graph

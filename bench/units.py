"""Recorded compilations as a graph: what each of them waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from bench.recording import Invocation


class Awaits(Enum):
    """How much of another unit must be there before a unit can begin."""

    METADATA = "metadata"
    WHOLE = "whole"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One compilation: `seconds` on a core of its own, its metadata there after `metadata_seconds`, and the units that it waits for."""

    id: str
    seconds: float
    metadata_seconds: float
    awaits: Mapping[str, Awaits]


def units_of(invocations: Iterable[Invocation]) -> tuple[Unit, ...]:
    """Return the units of recorded compilations. What was compiled before the recording is not waited for."""
    recorded = tuple(invocations)
    producers = {stem: one.id for one in recorded for stem in (_product(one),) if stem is not None}
    scripts: dict[tuple[str, frozenset[str]], list[Invocation]] = {}
    for one in recorded:
        if _is_build_script(one):
            scripts.setdefault(_script_key(one), []).append(one)
    return tuple(_unit(one, producers, scripts.get(_script_key(one), ())) for one in recorded)


def _unit(one: Invocation, producers: Mapping[Path, str], scripts: Iterable[Invocation]) -> Unit:
    awaits = {producers[stem]: how for stem, how in _externs(one) if stem in producers}
    # Calls may compile a script with other dependencies each. The package's own is the last of those that had ended.
    earlier = [] if _is_build_script(one) else [script for script in scripts if script.ended <= one.started]
    if earlier:
        awaits[max(earlier, key=lambda script: script.ended).id] = Awaits.WHOLE
    seconds = _alone(one)
    wall = one.ended - one.started
    share = 1.0 if one.metadata is None or wall <= 0 else (one.metadata - one.started) / wall
    return Unit(id=one.id, seconds=seconds, metadata_seconds=seconds * share, awaits=awaits)


def _alone(one: Invocation) -> float:
    """Return what a compilation takes on a core of its own: waiting for a core is in its wall time, other threads are in its CPU time."""
    return min(one.ended - one.started, one.cpu_seconds)


def _externs(one: Invocation) -> Iterator[tuple[Path, Awaits]]:
    for flag, value in zip(one.argv, one.argv[1:], strict=False):
        if flag == "--extern" and "=" in value:
            file = Path(value.rpartition("=")[2])
            yield _real(str(file.parent)) / file.stem, Awaits.METADATA if file.suffix == ".rmeta" else Awaits.WHOLE


def _product(one: Invocation) -> Path | None:
    """Return the path of what a compilation makes, without its suffix."""
    folder, name = one.option("--out-dir"), one.option("--crate-name")
    return None if folder is None or name is None else _real(folder) / f"lib{name}{one.codegen['extra-filename']}"


@cache
def _real(folder: str) -> Path:
    """Return a folder without links: what one cargo makes through one of them, another finds through another."""
    return Path(folder).resolve()


def _is_build_script(one: Invocation) -> bool:
    return (one.option("--crate-name") or "").startswith("build_script_")


def _script_key(one: Invocation) -> tuple[str, frozenset[str]]:
    """Return what a package and its build script have in common: cargo compiles a script for each set of features."""
    flags = zip(one.argv, one.argv[1:], strict=False)
    features = frozenset(value for flag, value in flags if flag == "--cfg" and value.startswith("feature="))
    return one.environment.get("CARGO_MANIFEST_DIR", ""), features

"""What checks leave out or do otherwise because no verdict depends on it. What the user has set himself stays.

Incremental compilation is left out where no edit follows: in CI, and in sweeps over many selections of a package, in which its own units
outnumber all others. Debug information of build scripts and procedural macros is two thirds of what a check writes, and their symbols are a tenth
of the rest; only a backtrace of them shows either. rustc makes their code in up to sixteen parts at once, which together take a tenth more processor
time than one: on few processors nothing is gained for that.

rustc takes its memory in pages of four kilobytes, unless its allocator, jemalloc, is told to ask Linux for huge ones: with those the bench's
each-feature workload takes two to five percent less time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from buildkit.ci import is_ci
from buildkit.model import Cell

INCREMENTAL: Final = "CARGO_INCREMENTAL"

PROFILE_INCREMENTAL: Final = "CARGO_PROFILE_DEV_INCREMENTAL"

HOST_LEAN: Final = {"CARGO_PROFILE_DEV_BUILD_OVERRIDE_DEBUG": "0", "CARGO_PROFILE_DEV_BUILD_OVERRIDE_STRIP": "symbols"}

HOST_KEYS: Final = frozenset({"debug", "strip"})

HOST_WHOLE: Final = {"CARGO_PROFILE_DEV_BUILD_OVERRIDE_CODEGEN_UNITS": "1"}

WHOLE_KEYS: Final = frozenset({"codegen-units"})

FEW_PROCESSORS: Final = 2
"""What was measured: with one part, the bench's each-feature workload takes a twentieth less time on two processors. More of them would wait for it."""

ALLOCATOR: Final = "MALLOC_CONF"

HUGE_PAGES: Final = "thp:always,metadata_thp:auto"
"""What jemalloc calls it (its manual, `opt.thp` and `opt.metadata_thp`). Other allocators have no such variable, and where Linux has no huge pages
to give, nothing changes."""

ONE_ARENA: Final = "narenas:1"
"""One place to take memory from for all threads of a rustc, of which few ever work at once in a check: fewer pages are cleared. Builds were not measured."""

MOST_SELECTIONS: Final = 32
"""A run with more selections of one package on one target is a sweep: nobody repeats it after each edit."""


def incremental_environment(environment: Mapping[str, str], *tables: Mapping[str, Any], cells: Iterable[Cell] = ()) -> Mapping[str, str]:
    """Return what a run of these cells tells cargo; `tables` may have cargo's settings: its configuration, a manifest."""
    is_said = {INCREMENTAL, PROFILE_INCREMENTAL} & environment.keys() or any(
        "incremental" in said for table in tables for said in _places(table)
    )
    return {INCREMENTAL: "0"} if not is_said and (is_ci(environment) or is_sweep(cells)) else {}


def is_sweep(cells: Iterable[Cell]) -> bool:
    """Say whether some package is checked with so many selections on one target that no edit is expected to follow."""
    return max(Counter((cell.package, cell.target) for cell in cells).values(), default=0) > MOST_SELECTIONS


def host_environment(environment: Mapping[str, str], *tables: Mapping[str, Any], processors: int) -> Mapping[str, str]:
    """Return how what runs on the host is compiled on a machine; `tables` may have a cargo profile: a manifest, cargo's configuration."""
    said = {key for table in tables for key in _dev(table).get("build-override", {})}
    savings = [(HOST_LEAN, HOST_KEYS)]
    if processors <= FEW_PROCESSORS:
        savings.append((HOST_WHOLE, WHOLE_KEYS))
    unsaid = (saving for saving, keys in savings if not (saving.keys() & environment.keys() or said.intersection(keys)))
    return {name: value for saving in unsaid for name, value in saving.items()}


def allocator_environment(
    environment: Mapping[str, str], configured: Mapping[str, Any], *, platform: str, processors: int
) -> Mapping[str, str]:
    """Return how rustc is told to take its memory on a platform, by its name in `sys`; `configured` is cargo's configuration.

    An included file of that is not looked into: it may say so, too.
    """
    is_said = ALLOCATOR in environment or ALLOCATOR in configured.get("env", {}) or "include" in configured
    if platform != "linux" or is_said:
        return {}
    return {ALLOCATOR: f"{HUGE_PAGES},{ONE_ARENA}" if processors <= FEW_PROCESSORS else HUGE_PAGES}


def _places(table: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give every table that may set incremental compilation."""
    profile = _dev(table)
    yield from (table.get("build", {}), profile, *profile.get("package", {}).values())


def _dev(table: Mapping[str, Any]) -> Mapping[str, Any]:
    profile: Mapping[str, Any] = table.get("profile", {}).get("dev", {})
    return profile

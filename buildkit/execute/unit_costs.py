"""What units cost, guessed from the size of their sources before any of them is compiled.

The figures were measured on the bench's each-feature workload: 168 units, each as long as its rustc ran. The seconds grow with the root of the
size rather than with the size, since most of a large crate is left out by cfgs; a unit for the host takes longer, since it is made into a program.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from math import sqrt
from typing import Final

from buildkit.cargo.metadata import Package
from buildkit.execute.context import Context
from buildkit.execute.edited import STAMP
from buildkit.execute.source_files import source_files
from buildkit.features.declarations import HOST_PLACE
from buildkit.features.signatures import SCRIPT_PLACE, Signatures, UnitKey
from buildkit.plan.makespan import Costs

LEAST_SECONDS: Final = 0.1
SCRIPT_SECONDS: Final = 0.3
HOST_SECONDS: Final = 2.0
TARGET_SECONDS: Final = 0.6
"""What a megabyte of sources takes where code is made of it, and where it is checked."""

MOST_ENTRIES: Final = 5_000
"""How many entries of folders are looked at for one package; the largest crates that are used much have 2,000."""


def unit_costs(context: Context, target: str, signatures: Signatures) -> Costs:
    """Return the costs of all units of one target that have a signature; looks at the sources of their packages.

    What a registry or a repository has costs nothing in a folder of cargo's in which a check was made before.
    """
    packages = context.models.links.packages
    was_checked = (context.output_of(target) / STAMP).exists()
    megabytes = cache(lambda number: source_bytes(packages[number].package) / 1e6)

    def seconds(key: UnitKey) -> float:
        if was_checked and packages[key.package].package.source is not None:
            return 0.0
        return SCRIPT_SECONDS if key.place == SCRIPT_PLACE else unit_seconds(megabytes(key.package), key.place)

    return Costs(seconds=tuple(map(seconds, signatures.keys)), below=signatures.below, cores=context.jobs)


def unit_seconds(megabytes: float, place: int) -> float:
    """Return what a library of some size takes where it is compiled for a place."""
    return LEAST_SECONDS + sqrt(megabytes) * (HOST_SECONDS if place == HOST_PLACE else TARGET_SECONDS)


def source_bytes(package: Package) -> int:
    """Return the bytes of all Rust files in the folder of a library's source and below it; what cannot be looked at counts as nothing."""
    folders = [os.fspath(target.src_path.parent) for target in package.targets if target.is_library]
    return sum(_rust_bytes(entry) for folder in folders for entry in source_files(folder, most=MOST_ENTRIES))


def _rust_bytes(entry: os.DirEntry[str]) -> int:
    with suppress(OSError):
        return entry.stat(follow_symlinks=False).st_size if entry.name.endswith(".rs") and entry.is_file(follow_symlinks=False) else 0
    return 0

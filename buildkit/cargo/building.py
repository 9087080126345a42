"""What cargo's own configuration says of building, as far as it decides where and in how many processes ("Configuration" in the Cargo book)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from buildkit.cargo.configuration import find_files, read_configuration
from buildkit.errors import ConfigurationError
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Building:
    """Whether `build.build-dir` is set, and what `build.jobs` is: so many processes, or where it is negative, so many less than processors."""

    has_build_dir: bool = False
    jobs: int | None = None


def read_building(directory: Path, environment: Mapping[str, str]) -> Building:
    """Return what the variables say, or else the files for a folder; of files that cannot be read, nothing: cargo itself tells of them."""
    try:
        table = read_configuration(find_files(directory, environment)).get("build")
    except ConfigurationError:
        table = None
    table = table if isinstance(table, dict) else {}
    build_dir = environment.get("CARGO_BUILD_BUILD_DIR") or table.get("build-dir")
    jobs = re.fullmatch("-?[1-9][0-9]*", str(environment.get("CARGO_BUILD_JOBS") or table.get("jobs")))
    return Building(has_build_dir=bool(build_dir), jobs=int(jobs[0]) if jobs else None)

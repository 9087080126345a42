"""How many processors this process has time for, as Rust counts them (`std::thread::available_parallelism`)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

GROUPS: Final = Path("/sys/fs/cgroup")
"""Where Linux shows control groups (its documentation, "Control Group v2"); what the older ones allow is not looked at."""

OWN_GROUP: Final = Path("/proc/self/cgroup")


def affordable(most: int) -> int:
    """Return for how many of so many processors the control groups of this process have time; at least one."""
    return max(1, min((most, *allowed(OWN_GROUP, GROUPS))))


def allowed(own: Path, groups: Path) -> Iterator[int]:
    """Give the whole processors that a process's group and each group above it have time for, where that is limited."""
    with suppress(OSError):
        path = next((line[3:] for line in own.read_text().splitlines() if line.startswith("0::/")), "")
        group = groups / path.lstrip("/")
        for folder in (group, *group.parents) if path else ():
            with suppress(OSError, ValueError):
                quota, period = (folder / "cpu.max").read_text().split()
                yield int(quota) // int(period)
            if folder == groups:
                return

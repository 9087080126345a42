"""What rustc goes on from, around the checks of a run: unpacked for what was edited, and packed again behind cargo's back."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from buildkit.execute.context import Context
from buildkit.execute.disk import tree_name
from buildkit.execute.edited import edited_packages, remember_check
from buildkit.execute.incremental import Tidying, ready_sessions
from buildkit.later import Later

if TYPE_CHECKING:
    from concurrent import futures
else:
    futures = Later("concurrent.futures")

CHECKED: Final = "dev"
"""The cargo profile of checks."""

BEHIND: Final = 10
"""The priority (`nice`) of what may wait."""

PAUSE: Final = 0.5
"""The seconds from one look at what has been left to the next."""

MOST_BYTES: Final = 12_000_000
"""What may lie there for a target until the end: sessions that are packed together take less room than one by one."""


@contextmanager
def resumed_sessions(context: Context, targets: Collection[str]) -> Iterator[None]:
    """Have at hand what rustc goes on from on targets, and tidy up behind checks of them that are made inside."""
    began = time.time_ns()
    trees = tuple(check_tree(context, target) for target in targets)
    for target, tree in zip(targets, trees, strict=True):
        edited = edited_packages(context.output_of(target), context.workspace)
        crates = {made.name.replace("-", "_") for package in edited for made in package.targets}
        ready_sessions(context.output, (tree,), crates)
    ended = threading.Event()
    with futures.ThreadPoolExecutor(max_workers=1, initializer=_stand_back) as aside:
        aside.submit(_tidy_along, Tidying(output=context.output, names=frozenset(trees), since=began), ended)
        try:
            yield
        finally:
            ended.set()
    for target in targets:
        remember_check(context.output_of(target), began)


def _tidy_along(tidying: Tidying, ended: threading.Event) -> None:
    """Tidy up where it is too much, and in the end all there is."""
    while not ended.wait(PAUSE):
        tidying.tidy(MOST_BYTES)
    tidying.tidy()


def check_tree(context: Context, target: str) -> str:
    """Return the name of the tree into which a target is checked."""
    return tree_name(context.output_name(context.supplies[target].supply), CHECKED)


def _stand_back() -> None:
    """Let cargo go first. On Linux each thread has a priority of its own; elsewhere the number would be that of some process."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)

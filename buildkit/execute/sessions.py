"""What rustc goes on from, around the checks of a run: unpacked for what was edited, and packed again behind cargo's back."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from buildkit.execute.context import Context
from buildkit.execute.disk import tree_name
from buildkit.execute.edited import edited_packages, remember_check
from buildkit.execute.incremental import pack_sessions, ready_sessions
from buildkit.later import Later

if TYPE_CHECKING:
    from concurrent import futures
else:
    futures = Later("concurrent.futures")

BEHIND: Final = 10
"""The priority (`nice`) of what may wait."""

Called = Callable[[str], object]
"""Takes the name of a target for which a call of cargo with many cells has ended."""


@contextmanager
def resumed_sessions(context: Context, targets: Collection[str]) -> Iterator[Called]:
    """Have at hand what rustc goes on from on targets; whoever calls cargo says when a call has ended, whose sessions are packed meanwhile."""
    began = time.time_ns()
    for target in targets:
        edited = edited_packages(context.output_of(target), context.workspace)
        crates = {made.name.replace("-", "_") for package in edited for made in package.targets}
        ready_sessions(context.output, (_tree(context, target),), crates)
    with futures.ThreadPoolExecutor(max_workers=1, initializer=_stand_back) as aside:
        yield lambda target: aside.submit(pack_sessions, context.output, (_tree(context, target),), began)
    for target in targets:
        remember_check(context.output_of(target), began)


def _tree(context: Context, target: str) -> str:
    """Return the name of the tree into which a target is checked."""
    return tree_name(context.output_name(context.supplies[target].supply), "dev")


def _stand_back() -> None:
    """Let cargo go first. On Linux each thread has a priority of its own; elsewhere the number would be that of some process."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)

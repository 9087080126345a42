"""Several ways into one folder of cargo's output, so that several cargos compile into it at once.

A cargo locks the folder that it compiles into, so that the next one waits for all that it does. A lane is a folder with a lock of its own, in
which the parts of the real one are links: what one cargo has compiled is there for the next, as it is for one call after another. Whoever
opens lanes has the lock of the real folder, and sees to it that no two cargos compile the same unit.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from buildkit.cargo.waiting import holds_lock
from buildkit.events import Emit, Notice
from buildkit.execute.context import Context
from buildkit.execute.disk import tree_name
from buildkit.execute.scratch import LANE, SCRATCH_FOLDER
from buildkit.execute.sessions import CHECKED, check_tree

LINKED: Final = ("deps", "build", ".fingerprint", "incremental")
"""What cargo writes in a tree when it checks (the Cargo book, "Build Cache")."""

LOCK: Final = ".cargo-lock"
"""What cargo locks in each tree, that of the host first."""

COMPILER_FACTS: Final = ".rustc_info.json"
"""Where cargo keeps what rustc said of itself, beside the trees."""

PAUSE: Final = 0.05
"""The seconds from one try to get a lock to the next."""


def lane_of(context: Context, target: str, folder: Path) -> Path:
    """Return the lane that belongs to the folder of a scratch workspace, for checks of a target; raises `OSError` where there cannot be any."""
    lane = folder / LANE
    open_lane(lane, context.output, trees_of(context, target))
    return lane


def trees_of(context: Context, target: str) -> tuple[str, ...]:
    """Return the trees into which a check of a target compiles, in the order in which cargo locks them."""
    return tree_name(None, CHECKED), check_tree(context, target)


def open_lane(lane: Path, output: Path, trees: Sequence[str]) -> None:
    """Make a folder a way into trees of another one; raises `OSError`."""
    for tree in trees:
        (lane / tree).mkdir(parents=True, exist_ok=True)
        for name in LINKED:
            real, link = output / tree / name, lane / tree / name
            real.mkdir(parents=True, exist_ok=True)
            _link(link, os.path.relpath(real, link.parent))
    if not (lane / COMPILER_FACTS).exists():
        with suppress(OSError):
            known = lane.parent.parent.glob(f"*/{lane.name}/{COMPILER_FACTS}")
            shutil.copyfile(next(known, output / COMPILER_FACTS), lane / COMPILER_FACTS)


@contextmanager
def locked(output: Path, trees: Sequence[str], emit: Emit) -> Iterator[None]:
    """Keep cargo out of trees, after waiting for those that are at work there; raises `OSError` where there are no locks."""
    places = [output / tree for tree in trees]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
    tells = True
    while True:
        with ExitStack() as stack:
            if all(_lock(place, stack) for place in places) and _are_idle(output):
                yield
                return
        if tells:
            tells = False
            emit(Notice(message=holds_lock("build directory")))
        time.sleep(PAUSE)


@contextmanager
def closed(lane: Path) -> Iterator[None]:
    """Let cargo wait in a lane, with the manifests and the lock file read and its unit graph drawn; raises `OSError`."""
    with ExitStack() as stack:
        if not _lock(lane / tree_name(None, CHECKED), stack):
            raise BlockingIOError(f"another cargo is at work in {lane}")
        yield


def is_free(lane: Path) -> bool:
    """Say whether no cargo has locked a lane; raises `OSError`."""
    with ExitStack() as stack:
        return _lock(lane / tree_name(None, CHECKED), stack)


def _are_idle(output: Path) -> bool:
    """Say whether no cargo is at work in a lane: it may be one whose buildkit was killed a moment ago."""
    host = tree_name(None, CHECKED)
    return all(is_free(lane) for lane in output.glob(f"{SCRATCH_FOLDER}/*/{LANE}") if (lane / host / LOCK).exists())


def _lock(place: Path, stack: ExitStack) -> bool:
    try:
        fcntl.flock(stack.enter_context((place / LOCK).open("a+b")), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _link(link: Path, leads_to: str) -> None:
    if link.is_symlink() and link.readlink() == Path(leads_to):
        return
    if link.is_dir() and not link.is_symlink():
        # Somebody has copied the folder without its links.
        shutil.rmtree(link)
    else:
        link.unlink(missing_ok=True)
    link.symlink_to(leads_to)

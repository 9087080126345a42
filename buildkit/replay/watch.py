"""Everything that this process looks at and changes, from when it is told to watch until it is told to stop.

The interpreter tells of every file that is opened, listed, renamed or removed, and of every process and connection (PEP 578). It does not tell
who asks for a file's status: the functions for that are stood in for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from buildkit.replay.page import FOLLOWED, LISTED, UNFOLLOWED, Place, Sight, see

WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING: Final = frozenset({"os.rename", "os.remove", "os.rmdir", "os.chmod", "os.chown", "os.truncate"})
COMPILING: Final = "buildkit.compiling"
"""The event by which buildkit tells that it is about to have something compiled; looking at what it then reads would take time for nothing."""

BEYOND: Final = (
    COMPILING,
    *("subprocess.", "os.fork", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.startfile"),
    *("socket.", "os.link", "os.symlink", "os.chdir", "shutil.", "ctypes."),
)
"""How the names of events begin whose outcome no later look can repeat."""

UNSEEN: Final[Sight] = (None, b"unseen")
"""What nothing is ever seen as."""

STATUS_FUNCTIONS: Final = {"stat": FOLLOWED, "access": FOLLOWED, "lstat": UNFOLLOWED, "readlink": UNFOLLOWED}


class BeyondError(Exception):
    """Something was begun whose outcome no later look can repeat."""


@dataclass(kw_only=True)
class Watched:
    """What was seen.

    `looks` has what each place was when it was first looked at; `changed` are paths that this process wrote, `noted` those whose times it set;
    `beyond` is the first event that no look can repeat, which is not let happen if it `refuses`.
    """

    refuses: bool = False
    looks: dict[Place, Sight] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    beyond: str | None = None
    is_over: bool = False

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take what the interpreter tells of."""
        if self.is_over or (self.beyond is not None and not self.refuses):
            return
        match event:
            case "open" if isinstance(arguments[2], int) and arguments[2] & WRITING:
                self.changed.update(_absolute(arguments[0]))
            case "open" | "os.mkdir":
                self.look(arguments[0], FOLLOWED)
            case "os.listdir" | "os.scandir" if isinstance(arguments[0], int):
                self.go_beyond(event)
            case "os.listdir":
                self.look(arguments[0], LISTED)
            case "os.scandir":
                self._scan(arguments[0])
            case "os.utime":
                self.noted.update(_absolute(arguments[0]))
            case _ if event in CHANGING:
                self.changed.update(path for argument in arguments[:2] for path in _absolute(argument))
            case _ if event.startswith(BEYOND):
                self.go_beyond(event)
            case _:
                pass

    def look(self, path: Any, how: int) -> None:
        """Take that a place is looked at, unless all that was seen is worth nothing by now."""
        if self.is_over or self.beyond is not None:
            return
        for found in _absolute(path):
            if (found, how) in self.looks:
                continue
            # To see may be to open, which is heard as well.
            self.looks[found, how] = UNSEEN
            with suppress(OSError):
                self.looks[found, how] = see(found, how)

    def _scan(self, folder: Any) -> None:
        """Take that a folder is listed by a function that tells the status of what is in it as well."""
        for found in _absolute(folder):
            if (found, LISTED) in self.looks:
                continue
            self.look(found, LISTED)
            with suppress(OSError):
                for name in os.listdir(found):
                    self.look(f"{found}/{name}", UNFOLLOWED)
                    if os.path.islink(f"{found}/{name}"):
                        self.look(f"{found}/{name}", FOLLOWED)

    def go_beyond(self, event: str) -> None:
        """Take that something happens that no look can repeat; raises `BeyondError` where that is refused."""
        self.beyond = event
        if self.refuses:
            raise BeyondError(event)


@contextmanager
def watching(*, refuses: bool = False) -> Iterator[Watched]:
    """Watch this process. With `refuses`, what goes beyond looking raises `BeyondError` instead of being done."""
    watched = Watched(refuses=refuses)
    sys.addaudithook(watched.hear)
    real = {name: getattr(os, name) for name in STATUS_FUNCTIONS}
    for name, how in STATUS_FUNCTIONS.items():
        setattr(os, name, _telling(real[name], how, watched))
    try:
        yield watched
    finally:
        for name, function in real.items():
            setattr(os, name, function)
        # An audit hook stays for as long as the process.
        watched.is_over = True


def _telling(function: Callable[..., Any], how: int, watched: Watched) -> Callable[..., Any]:
    def tell(path: Any, *arguments: Any, **options: Any) -> Any:
        if options.get("dir_fd") is not None:
            watched.go_beyond(f"os.{function.__name__}")
        watched.look(path, how if options.get("follow_symlinks", True) else UNFOLLOWED)
        return function(path, *arguments, **options)

    return tell


def _absolute(path: Any) -> tuple[str, ...]:
    """Return the absolute form of a path, as it is spelled: to shorten it may lead elsewhere; nothing for a file that is open already."""
    if path is None:
        return (os.getcwd(),)
    if not isinstance(path, (str, bytes, os.PathLike)):
        return ()
    spelled = os.fsdecode(path)
    return (spelled if spelled.startswith("/") else os.path.join(os.getcwd(), spelled),)

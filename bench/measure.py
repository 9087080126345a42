"""What a command costs: time and CPU of a plain run, memory and disk of a run that is watched."""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import msgspec
import psutil

Result = TypeVar("Result")

MEMORY_SECONDS: Final = 0.05
DISK_SECONDS: Final = 1.0
RECORDER: Final = "recorder.py"
"""The program that counts, which is no part of what is watched."""

BLOCK: Final = 512
"""The unit of `st_blocks`."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One run: wall seconds, and the CPU seconds of all the processes that it waited for."""

    seconds: float
    cpu_seconds: float


class Peaks(msgspec.Struct, frozen=True, kw_only=True):
    """The most that was seen at one time: resident memory of all processes together, shared pages counted for each, and bytes on disk.

    `left` are the bytes on disk in the end.
    """

    memory: int
    disk: int
    left: int


def measure(action: Callable[[], Result]) -> tuple[Result, Sample]:
    """Do something that starts processes and waits for them; nothing else may wait for a process meanwhile."""
    before, started = _cpu_of_children(), time.monotonic()
    result = action()
    seconds = time.monotonic() - started
    return result, Sample(seconds=seconds, cpu_seconds=_cpu_of_children() - before)


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(kw_only=True)
class Watch:
    """Looks at the processes that this one has started, and at folders, until it is told to stop."""

    folders: tuple[Path, ...]
    memory: int = 0
    disk: int = 0

    def run(self, action: Callable[[], Result]) -> tuple[Result, Peaks]:
        """Do something and return what was the most meanwhile."""
        ended = threading.Event()
        looks = ((self._look_at_memory, MEMORY_SECONDS), (self._look_at_disk, DISK_SECONDS))
        watchers = [threading.Thread(target=_repeat, args=(look, every, ended), daemon=True) for look, every in looks]
        for watcher in watchers:
            watcher.start()
        try:
            result = action()
        finally:
            ended.set()
            for watcher in watchers:
                watcher.join()
        left = self._look_at_disk()
        return result, Peaks(memory=self.memory, disk=self.disk, left=left)

    def _look_at_memory(self) -> None:
        self.memory = max(self.memory, sum(_resident(psutil.Process().children(recursive=True))))

    def _look_at_disk(self) -> int:
        now = sum(disk_use(folder) for folder in self.folders)
        self.disk = max(self.disk, now)
        return now


def _repeat(look: Callable[[], object], every: float, ended: threading.Event) -> None:
    while not ended.wait(every):
        look()


def _resident(processes: Iterable[psutil.Process]) -> Iterator[int]:
    for process in processes:
        with suppress(psutil.Error):
            if not any(word.endswith(RECORDER) for word in process.cmdline()):
                yield process.memory_info().rss


def disk_use(folder: Path) -> int:
    """Return the bytes that a folder takes on disk, each file once however many names it has."""
    sizes: dict[tuple[int, int], int] = {}
    for place, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                status = (Path(place) / name).lstat()
                sizes[status.st_dev, status.st_ino] = status.st_blocks * BLOCK
    return sum(sizes.values())

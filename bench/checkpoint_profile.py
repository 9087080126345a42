"""What the service spends its time on while it stores checkpoints, as samples of its stacks tell; `--help` says how it is asked.

python -m bench.checkpoint_profile
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from bench.checkpoint_load import Load, store
from bench.checkpoints import run
from bench.served import Serving, serving
from buildkit.errors import ExitCode

SAMPLER: Final = "py-spy"
RATE: Final = 200
"""Samples a second of each thread."""

LEAST: Final = 0.01
"""The smallest part of all samples that gets a line."""

THREAD: Final = re.compile(r"thread \(\w+\): (?P<name>.+)")
FRAME: Final = re.compile(r"(?P<function>.+) \((?P<file>[^():]+)(?::\d+)?\)")

COMMIT: Final = "DefaultDialect.do_commit"
WAITING: Final = {"Committer.work": "waits for operations", "Runner.run": "the event loop: sockets, wake-ups"}
THREADS: Final = {"MainThread": "HTTP", "committer": "commits"}


@dataclass(frozen=True, kw_only=True)
class Stack:
    """A stack that was met, the outermost frame first, and how often."""

    thread: str
    frames: tuple[str, ...]
    samples: int


def main(
    *,
    seconds: Annotated[int, typer.Option("--seconds", min=1, help="How long it is looked at.")] = 10,
    workflows: Annotated[int, typer.Option("--workflows", min=1, help="Workflows at once.")] = 64,
) -> None:
    """Load a service on SQLite as `bench.checkpoints` does, and print what its threads do. Needs the right to trace a process."""
    sampler = shutil.which(SAMPLER, path=str(Path(sys.executable).parent)) or shutil.which(SAMPLER)
    if sampler is None:
        print(f"{SAMPLER} is missing; run: python -m pip install {SAMPLER}", file=sys.stderr)
        raise typer.Exit(ExitCode.TOOLCHAIN)
    load = Load(workflows=workflows, state_bytes=1024, seconds=seconds + 1)
    with TemporaryDirectory(prefix="buildkit-bench-") as name:
        samples = Path(name) / "samples"
        with serving(Serving(folder=Path(name), database=f"sqlite:///{Path(name) / 'service.sqlite3'}")) as served:
            how = ("record", "--pid", str(served.process.pid), "--duration", str(seconds), "--rate", str(RATE), "--threads")
            with subprocess.Popen((sampler, *how, "--format", "raw", "--output", str(samples)), stdout=subprocess.DEVNULL) as sampling:
                kept = run(store(served.url, load))
            if sampling.returncode:
                raise typer.Exit(ExitCode.FAILED)
        print(f"{kept.rate:,.0f} checkpoints/s, while it was looked at {RATE} times a second\n")
        print("\n".join(table(stacks_of(samples.read_text(encoding="utf-8").splitlines()))))


def stacks_of(lines: Iterable[str]) -> tuple[Stack, ...]:
    """Read what the sampler wrote: a line for each stack, its frames from the outermost and how often it was met."""
    found = []
    for line in lines:
        frames, _, samples = line.rpartition(" ")
        thread, *inner = frames.split(";")
        named = THREAD.fullmatch(thread)
        if named is not None and inner:
            found.append(Stack(thread=named["name"], frames=tuple(inner), samples=int(samples)))
    return tuple(found)


def table(stacks: Iterable[Stack]) -> list[str]:
    """Return a table of what each thread does, by the library of the innermost frame."""
    known = tuple(stacks)
    total = sum(stack.samples for stack in known)
    parts: Counter[tuple[str, str]] = Counter()
    for stack in known:
        parts[THREADS.get(stack.thread, "others"), doing(stack)] += stack.samples
    shown = [(*what, samples / total) for what, samples in parts.most_common() if samples >= LEAST * total]
    return [
        "| thread | what | % of samples |",
        "| --- | --- | --- |",
        *(f"| {thread} | {what} | {100 * part:.0f} |" for thread, what, part in shown),
    ]


def doing(stack: Stack) -> str:
    """Return what a sample is counted for: the library of its innermost frame, by the name of its package."""
    frame = FRAME.fullmatch(stack.frames[-1])
    if frame is None:
        return stack.frames[-1]
    if frame["function"] in WAITING:
        return WAITING[frame["function"]]
    if frame["function"] == COMMIT:
        return "the commit itself: SQLite and fsync"
    package, slash, _ = frame["file"].partition("/")
    return package if slash else "Python's library"


if __name__ == "__main__":
    typer.run(main)

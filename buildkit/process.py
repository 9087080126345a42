"""The process runner: the only module that starts processes; passed in as an argument wherever one is needed."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path
from typing import IO, Protocol

from buildkit.records import dataclass
from buildkit.watchdog import SCRIPT, Watchdog

NOT_STARTED = 127
"""The return code of a command that could not be started, as a shell reports it."""

GRACE_SECONDS = 0.5
"""How long an interrupted process group may take to end by itself."""

POLL_SECONDS = 0.01

READER_SECONDS = 5.0
"""How long output is waited for after the process has ended."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A program and its arguments. `env` is a patch of the parent's environment; a `None` value unsets the name.

    `inherited` are the parent's open files that the program has, by number, beside the standard ones.
    """

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str | None] = field(default_factory=dict)
    inherited: tuple[int, ...] = ()

    @property
    def shell(self) -> str:
        """Return the command as a line that can be pasted into a POSIX shell, from any folder."""
        unset = [part for name, value in sorted(self.env.items()) if value is None for part in ("-u", name)]
        assigned = [f"{name}={value}" for name, value in sorted(self.env.items()) if value is not None]
        prefix = ["env", *unset, *assigned] if unset or assigned else []
        return f"cd {shlex.quote(str(self.cwd))} && {shlex.join([*prefix, *self.argv])}"


@dataclass(frozen=True, kw_only=True)
class Completed:
    """How a command ended. A negative `returncode` is the number of the signal that ended it.

    `timed_out` says that the time limit ended it, whatever code it then gave.
    """

    command: Command
    returncode: int
    stdout: str
    stderr: str
    seconds: float
    timed_out: bool = False

    @property
    def succeeded(self) -> bool:
        """Say whether the command ended with 0."""
        return self.returncode == 0

    @property
    def ending(self) -> str:
        """Say in words how the command ended."""
        if self.returncode >= 0:
            return f"exit code {self.returncode}"
        try:
            return f"killed by {signal.Signals(-self.returncode).name}"
        except ValueError:
            return f"killed by signal {-self.returncode}"


OnLine = Callable[[str], None]
"""Takes one line of output without its line end; called from a reader thread."""


class Runner(Protocol):
    """Runs commands. A failed command is a result, never an exception."""

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        """Run to the end, or for `timeout` seconds; the output is kept whole and handed on line by line."""
        ...


class ProcessRunner:
    """Runs real processes, each in a group of its own that an interrupt ends as a whole."""

    def __init__(self) -> None:
        """Start with no children."""
        self._children: set[subprocess.Popen[str]] = set()
        # A signal handler may interrupt the very thread that holds it.
        self._lock = threading.RLock()
        self._closing = False
        self._watchdog: Watchdog | None = None

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        """Run to the end. What cannot be started ends with `NOT_STARTED` and says why on `stderr`."""
        started = time.monotonic()
        environment = patched(command.env)
        problem = _obstacle(command, environment)
        if problem is not None:
            return Completed(command=command, returncode=NOT_STARTED, stdout="", stderr=problem, seconds=0.0)
        try:
            with self._child(command, environment) as child:
                out, err, timed_out = _drain(child, on_stdout, on_stderr, timeout)
        except OSError as error:
            return Completed(command=command, returncode=NOT_STARTED, stdout="", stderr=f"{command.argv[0]}: {error.strerror}", seconds=0.0)
        except ValueError as error:
            # A NUL in an argument, or an equals sign in the name of a variable.
            return Completed(command=command, returncode=NOT_STARTED, stdout="", stderr=f"{command.argv[0]}: {error}", seconds=0.0)
        seconds = time.monotonic() - started
        return Completed(command=command, returncode=child.returncode, stdout=out, stderr=err, seconds=seconds, timed_out=timed_out)

    def interrupt(self) -> None:
        """End every process group that is running, and start none any more."""
        with self._lock:
            self._closing = True
            children = tuple(self._children)
        for child in children:
            _signal_group(child, signal.SIGTERM)
        # No child is waited for here: a signal handler may have interrupted the very call that waits, which holds a lock.
        ending = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < ending and any(_is_running(child) for child in children):
            time.sleep(POLL_SECONDS)
        for child in children:
            _signal_group(child, signal.SIGKILL)

    @contextmanager
    def _child(self, command: Command, environment: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
        with self._lock:
            if self._closing:
                raise KeyboardInterrupt
            # Before the child: a kill -9 in between leaves a child that nobody ends.
            self._watchdog = self._watchdog or _start_watchdog()
            child = subprocess.Popen(  # argv comes from buildkit itself, never through a shell
                command.argv,
                cwd=command.cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=command.inherited,
                text=True,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
            self._children.add(child)
            self._watchdog.watch(child.pid)
        try:
            yield child
        finally:
            if child.poll() is None:
                _end_group(child)
            with self._lock:
                self._children.discard(child)
            self._watchdog.release(child.pid)


def _start_watchdog() -> Watchdog:
    """Start the shell that ends the process groups of this process should it be killed; it outlives a signal to this process's group."""
    reading, writing = os.pipe()
    try:
        # The shell itself ends at once: it leaves the one that watches behind.
        subprocess.run(
            ("/bin/sh", "-c", SCRIPT),
            cwd="/",
            env={"PATH": os.defpath},
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )
    except OSError:
        # Without a shell, everything but a kill -9 of this process is as it should be.
        pass
    finally:
        os.close(reading)
    return Watchdog(writing)


def patched(changes: Mapping[str, str | None]) -> dict[str, str]:
    """Return this process's environment with `changes` applied; a `None` value unsets the name."""
    merged: dict[str, str | None] = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def _obstacle(command: Command, environment: Mapping[str, str]) -> str | None:
    """Tell a missing folder from a missing program: both raise the same error when the process is started."""
    if not command.cwd.is_dir():
        return f"{command.cwd}: no such directory"
    if shutil.which(command.argv[0], path=environment.get("PATH")) is None:
        return f"{command.argv[0]}: command not found"
    return None


def _drain(
    child: subprocess.Popen[str], on_stdout: OnLine | None, on_stderr: OnLine | None, timeout: float | None
) -> tuple[str, str, bool]:
    lines: tuple[list[str], list[str]] = ([], [])
    readers = [
        threading.Thread(target=_read, args=(stream, kept, on_line), daemon=True)
        for stream, kept, on_line in ((child.stdout, lines[0], on_stdout), (child.stderr, lines[1], on_stderr))
    ]
    for reader in readers:
        reader.start()
    try:
        with _limited(child, timeout) as timed_out:
            # Without a limit of its own: with one, it looks at the child from time to time, and is late.
            child.wait()
    except BaseException:
        _end_group(child)
        raise
    for reader in readers:
        # A server that the child left behind may hold the pipe open for ever.
        reader.join(READER_SECONDS)
    if timed_out.is_set():
        lines[1].append(f"ended after {timeout:g} s\n")
    return "".join(lines[0]), "".join(lines[1]), timed_out.is_set()


@contextmanager
def _limited(child: subprocess.Popen[str], timeout: float | None) -> Iterator[threading.Event]:
    """End a child's group after so many seconds, and give what is set then."""
    timed_out = threading.Event()

    def end() -> None:
        # It may have ended by itself this very moment.
        if _is_running(child):
            timed_out.set()
            _end_group(child)

    if timeout is None:
        yield timed_out
        return
    timer = threading.Timer(timeout, end)
    timer.daemon = True
    timer.start()
    try:
        yield timed_out
    finally:
        timer.cancel()
        if timed_out.is_set():
            # What is left of the group is ended too.
            timer.join()


def _read(stream: IO[str], kept: list[str], on_line: OnLine | None) -> None:
    with stream:
        for line in stream:
            kept.append(line)
            if on_line is not None:
                on_line(line.rstrip("\n"))


def _end_group(child: subprocess.Popen[str]) -> None:
    """Ask the group to end, then end what is left of it: a program may ignore the first signal, or leave children behind."""
    _signal_group(child, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_SECONDS)
    _signal_group(child, signal.SIGKILL)
    child.wait()


def _is_running(child: subprocess.Popen[str]) -> bool:
    """Look without reaping, and without the lock of `Popen.wait`."""
    try:
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    except ChildProcessError:
        return False


def _signal_group(child: subprocess.Popen[str], number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)

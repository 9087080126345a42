"""Scenarios as programs: compiled once by `buildkit compile`, and run by `buildkit run` as an instance of a tenant."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psutil
from filelock import FileLock

ROOT: Final = Path(__file__).parents[1]
WORKSPACE: Final = ROOT / "fixtures" / "runtara"
MARK: Final = "BUILDKIT_BENCH_RUN"
"""In the environment of every process of one run, so that all of them can be found."""

ENDING_SECONDS: Final = 120
OUTLIVING_SECONDS: Final = 20
POLL_SECONDS: Final = 0.02


class CompileError(Exception):
    """A scenario could not be compiled."""


@dataclass(frozen=True, kw_only=True)
class Programs:
    """Compiled scenarios in one folder, for all who ask at once."""

    folder: Path

    def compiled(self, scenario: Path, target: str, transport: str = "http") -> Path:
        """Return the program of a scenario; raises `CompileError`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{scenario.stem}.{target}.{transport}{'.wasm' if target.startswith('wasm') else ''}"
        with FileLock(f"{file}.lock"):
            done = subprocess.run(
                (
                    *(sys.executable, "-m", "buildkit", "compile", str(scenario), "-C", str(WORKSPACE), "-t", target),
                    *("--transport", transport, "-o", str(file)),
                ),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        if done.returncode != 0:
            raise CompileError(f"{scenario.name} for {target}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        return file


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended. `document` is empty where it was killed before it could tell."""

    code: int
    document: Mapping[str, Any]
    stderr: str
    result: bytes | None

    @property
    def outcome(self) -> str | None:
        """Return `completed`, `paused`, `cancelled` or `failed`, where the run could tell."""
        told = self.document.get("outcome")
        return None if told is None else str(told)

    @property
    def completed(self) -> bool:
        """Say whether it has completed, and nothing speaks against it."""
        return self.code == 0 and self.outcome == "completed"


@dataclass(frozen=True, kw_only=True)
class Errand:
    """How a scenario is run: the same command whenever it is started again. Its files are in `folder`, which is its own."""

    program: Path
    folder: Path
    data: object
    service: str | None = None
    tenant: str = "acme"
    instance: str = "i"
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def output(self) -> Path:
        """Return where the result is written."""
        return self.folder / "result.json"

    def start(self) -> Running:
        """Start it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        data = self.folder / "data.json"
        data.write_text(json.dumps(self.data, ensure_ascii=False), encoding="utf-8")
        mark = uuid.uuid4().hex
        known = () if self.service is None else ("--service", self.service, "--tenant", self.tenant, "--instance", self.instance)
        with (self.folder / "stdout").open("wb") as stdout, (self.folder / "stderr").open("wb") as stderr:
            process = subprocess.Popen(
                (
                    *(sys.executable, "-m", "buildkit", "run", str(self.program), "--input", str(data)),
                    *("--output", str(self.output), "--format", "json", *known, *self.options),
                ),
                cwd=self.folder,
                env={**os.environ, "NO_COLOR": "1", **self.environment, MARK: mark},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
        return Running(errand=self, process=process, mark=mark)

    def run(self) -> Ended:
        """Run it to its end."""
        return self.start().ended()


@dataclass(frozen=True, kw_only=True)
class Running:
    """A run that has been started."""

    errand: Errand
    process: subprocess.Popen[bytes]
    mark: str

    def ended(self, seconds: float = ENDING_SECONDS) -> Ended:
        """Wait for the end; raises `subprocess.TimeoutExpired` after having killed it."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill_all()
            raise
        folder = self.errand.folder
        # What was killed may not have told all of it.
        out = "" if code < 0 else (folder / "stdout").read_text(encoding="utf-8")
        return Ended(
            code=code,
            document=json.loads(out) if out.strip() else {},
            stderr=(folder / "stderr").read_text(encoding="utf-8"),
            result=self.errand.output.read_bytes() if self.errand.output.exists() else None,
        )

    def kill_all(self) -> None:
        """Kill every process of the run at once."""
        self._kill(self._processes())

    def kill_command(self) -> None:
        """Kill `buildkit run` alone; it is up to its watchdog to end the program."""
        self._kill([psutil.Process(self.process.pid)] if self.process.poll() is None else [])

    def kill_program(self) -> bool:
        """Kill the program, or the process that runs it, and leave `buildkit run` to say so. Return whether one ran."""
        found = [process for process in self._processes() if process.pid != self.process.pid]
        for process in found:
            _kill(process)
        return bool(found)

    def _kill(self, processes: list[psutil.Process]) -> None:
        for process in processes:
            _kill(process)
        self.process.wait()
        ending = time.monotonic() + OUTLIVING_SECONDS
        while left := self._processes():
            if time.monotonic() > ending:
                raise OutlivedError(f"{OUTLIVING_SECONDS} s after kill -9 of buildkit run there is still {[_told(each) for each in left]}")
            time.sleep(POLL_SECONDS)

    def _processes(self) -> list[psutil.Process]:
        """Return the processes of this run, parents before their children."""
        return [process for process in psutil.process_iter() if self._owns(_environment(process))]

    def _owns(self, environment: Mapping[str, str]) -> bool:
        """Say whether a process of this environment is of this run: a program sees nothing of its launcher's environment but its instance."""
        told = (environment.get("RUNTARA_INSTANCE_ID"), environment.get("RUNTARA_HTTP_URL"))
        return environment.get(MARK) == self.mark or told == (self.errand.instance, self.errand.service or "")


class OutlivedError(Exception):
    """A program went on although the run was killed."""


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _environment(process: psutil.Process) -> Mapping[str, str]:
    try:
        return process.environ()
    except (psutil.Error, OSError):
        return {}


def _told(process: psutil.Process) -> str:
    try:
        return f"{process.pid} {' '.join(process.cmdline())}"
    except psutil.Error:
        return f"{process.pid}"

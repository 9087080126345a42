"""The isolation stage of a large workspace, as a whole process: with nothing remembered, and again."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from bench.contenders import JUDGED, Site, environment
from bench.measure import Sample, Watch, measure
from bench.results import IsolationResult
from bench.tools import Tools, ask, buildkit_command
from buildkit.errors import BuildkitError
from buildkit.execute.verdicts import GOOD
from buildkit.process import Command, Completed, Runner

NAME: Final = "isolation"
"""What the workload is called on the command line."""

GENERATOR: Final = Path(__file__).with_name("large_workspace.py")


@dataclass(frozen=True, kw_only=True)
class Large:
    """The large workspace, and how buildkit is run on it."""

    site: Site
    tools: Tools
    processes: Runner

    def judge(self) -> Completed:
        """Judge every cell and every allowed selection; raises `BuildkitError` where buildkit gives no verdicts."""
        argv = (*buildkit_command(), "check", "--only", "isolation", "--format", "json", "--locked", "--offline")
        done = self.processes.run(Command(argv=argv, cwd=self.site.workspace, env=environment(self.tools, self.site)))
        if done.returncode not in JUDGED:
            said = done.stderr.strip().splitlines()
            raise BuildkitError(f"buildkit check: {said[-1] if said else done.ending}", hint=done.command.shell)
        return done

    def forget(self) -> None:
        """Remove all that buildkit remembers."""
        for folder in self.site.kept:
            shutil.rmtree(folder, ignore_errors=True)


def measure_isolation(large: Large, rounds: int, say: Callable[[str], None]) -> IsolationResult:
    """Measure it cold and warm, as often as there are rounds."""
    large.forget()
    done, peaks = Watch(folders=()).run(large.judge)
    cold: list[Sample] = []
    warm: list[Sample] = []
    for number in range(rounds):
        large.forget()
        for name, samples in (("cold", cold), ("warm", warm)):
            _, sample = measure(large.judge)
            say(f"{NAME}: round {number + 1}, {name}: {sample.seconds:.2f} s, CPU {sample.cpu_seconds:.2f} s")
            samples.append(sample)
    report = msgspec.json.decode(done.stdout)
    packages = (large.site.workspace / "Cargo.lock").read_text(encoding="utf-8").count("\n[[package]]\n")
    return IsolationResult(
        members=len({cell["package"] for cell in report["cells"]}),
        packages=packages,
        targets=tuple(dict.fromkeys(cell["target"] for cell in report["cells"])),
        cells=len(report["cells"]),
        proofs=len(report["proofs"]),
        selections=sum(proof["selections"] or 0 for proof in report["proofs"]),
        failing=sum(_is_bad(one) for one in (*report["cells"], *report["proofs"])),
        cold=tuple(cold),
        warm=tuple(warm),
        peaks=peaks,
    )


def _is_bad(judged: dict[str, Any]) -> bool:
    return judged["verdict"] not in {verdict.value for verdict in GOOD}


def open_large(folder: Path, tools: Tools, processes: Runner) -> Large:
    """Write the workspace and fetch its packages."""
    site = Site(folder=folder / NAME)
    env = {"PATH": tools.search_path}
    ask((sys.executable, str(GENERATOR), str(site.workspace)), GENERATOR.parents[1], processes, env)
    ask(("cargo", "fetch", "--locked"), site.workspace, processes, env)
    return Large(site=site, tools=tools, processes=processes)

"""A workload made real: the cells that cargo-hack chooses, and a copy of the workspace for every contender."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.cells import FeatureNames, read_command_list
from bench.contenders import CONTENDERS, Contender, Site, Task, environment
from bench.tools import Tools, ask, require_std
from bench.workloads import Workload
from bench.workspace import write_workspace
from buildkit.process import Runner

HOST_TARGET = "native"
"""buildkit's name for this machine's own target."""


@dataclass(frozen=True, kw_only=True)
class Arena:
    """A workload with its contenders. All copies of the workspace are in `folder`."""

    folder: Path
    workload: Workload
    task: Task
    tools: Tools
    processes: Runner

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """Return the tools that the workload is given to."""
        wanted = self.workload.contenders
        return tuple(one for one in CONTENDERS if wanted is None or one.name in wanted)

    def site(self, contender: Contender, purpose: str) -> Site:
        """Return a contender's copy for a purpose, written first where it is not there."""
        site = Site(folder=self.folder / contender.name.replace(", ", "-") / purpose)
        if not site.workspace.exists():
            shutil.copytree(self.folder / "base", site.workspace, ignore=shutil.ignore_patterns("target"))
            contender.prepare(site, self.task)
        return site


def open_arena(folder: Path, workload: Workload, tools: Tools, processes: Runner) -> Arena:
    """Write the workspace anew, fetch its crates, and let cargo-hack say which cells its options choose."""
    place = folder / workload.name
    shutil.rmtree(place, ignore_errors=True)
    base = Site(folder=place)
    write_workspace(place / "base", workload.members, workload.defects)
    known = _prepare(place / "base", tools, processes)
    triple = workload.triple or tools.host
    require_std(tools, triple)
    command = (str(tools.programs / "cargo-hack"), "hack", "check", "--workspace", *workload.hack_options, "--print-command-list")
    listed = ask(command, place / "base", processes, environment(tools, base))
    task = Task(
        cells=read_command_list(listed, known),
        known=known,
        triple=triple,
        target=workload.triple or HOST_TARGET,
        hack_options=workload.hack_options,
    )
    return Arena(folder=place, workload=workload, task=task, tools=tools, processes=processes)


def _prepare(base: Path, tools: Tools, processes: Runner) -> FeatureNames:
    """Take what is not needed out of the lock file, fetch the rest, and return the features of the members."""
    env = {"PATH": tools.search_path}
    text = ask(("cargo", "metadata", "--format-version", "1"), base, processes, env)
    ask(("cargo", "fetch", "--locked"), base, processes, env)
    metadata = json.loads(text)
    members = frozenset(metadata["workspace_members"])
    return {package["name"]: tuple(sorted(package["features"])) for package in metadata["packages"] if package["id"] in members}

"""The cells of a real workspace, put into calls as `buildkit check` does, and what cargo itself says that each call builds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import combinations
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck
from oracle import Refused

from buildkit.cargo.calls import PACKAGE_WISE
from buildkit.cargo.metadata import Package
from buildkit.cargo.wrappers import PREFIX
from buildkit.cli.execution import Execution, Provision
from buildkit.cli.matrix import open_matrix
from buildkit.cli.options import Everywhere
from buildkit.cli.session import open_session
from buildkit.execute.context import Context
from buildkit.execute.graphs import read_graph
from buildkit.execute.grouping import Group, Way
from buildkit.execute.joint import call_of
from buildkit.execute.scratch import scratch_folder
from buildkit.execute.work import Job, Work
from buildkit.model import Cell
from buildkit.plan.cells import cell_of
from buildkit.plan.model import Origin, Plan, PlannedCell
from buildkit.process import Command, ProcessRunner
from buildkit.remembered.runner import RememberingRunner
from buildkit.toolchain.model import StdNeed

HEALTH = tuple(HealthCheck)
"""What hypothesis complains of where examples take seconds."""

Built = dict[str, str]
"""Every unit that cargo builds, known by what it is all the way down, with a line that names it."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A workspace on disk with cells that nothing was done with yet."""

    context: Context
    works: tuple[Work, ...]


def open_cells(root: Path, targets: Sequence[str], *, deepest: int = 2) -> Opened:
    """Take every member with no feature, each set of up to `deepest` features, and all features, on each target."""
    session = open_session(Everywhere(workspace=root, offline=True))
    assert session.remembered is not None
    processes = RememberingRunner(processes=ProcessRunner(), remembered=session.remembered)
    provision = Provision(session=session, processes=processes, emit=lambda _: None)
    matrix = open_matrix(session, provision.reading_toolchain(), processes=processes)
    subjects = [matrix.subject(member, matrix.targets[name]) for member in matrix.workspace.members for name in targets]
    planned = [
        PlannedCell(cell=cell_of(subject, selection), subject=subject, origin=Origin.COMMAND_LINE)
        for subject in subjects
        for selection in selections(subject.package, deepest)
    ]
    execution = Execution(verb="check", need=StdNeed.NONE, job=Job(stages={}))
    # Nothing is remembered: a verdict of another call would be given for this one's.
    context = replace(provision.context(execution, matrix, Plan(cells=tuple(planned))), verdicts=None)
    works = (Work(planned=cell, graph=read_graph(context, cell.subject, cell.cell)) for cell in planned)
    return Opened(context=context, works=tuple(work for work in works if work.graph.obstacle is None))


def selections(package: Package, deepest: int) -> Iterator[frozenset[str]]:
    """Give selections of a package, each once."""
    names = sorted(package.features)
    for size in range(min(deepest, len(names)) + 1):
        yield from map(frozenset, combinations(names, size))
    if len(names) > deepest:
        yield frozenset(names)


def built_together(context: Context, group: Group) -> Built:
    """Return what cargo builds in the call of a group, less the wrappers; raises `Refused`."""
    if group.way is Way.WRAPPED:
        with scratch_folder(context.workspace) as folder:
            return built_by(context, call_of(context, group, folder))
    return built_by(context, call_of(context, group, None))


def built_alone(context: Context, work: Work) -> Built:
    """Return what cargo builds in the plain call of a cell; raises `Refused`."""
    return built_by(context, context.running_command(work.planned))


class Alone:
    """What cargo builds for cells by themselves, asked once for each."""

    def __init__(self, context: Context) -> None:
        """Begin with nothing known."""
        self._context = context
        self._known: dict[Cell, Built] = {}

    def union(self, works: Iterable[Work]) -> Built:
        """Return what the calls of some cells build, one by one."""
        found: Built = {}
        for work in works:
            cell = work.planned.cell
            if cell not in self._known:
                self._known[cell] = built_alone(self._context, work)
            found |= self._known[cell]
        return found


def built_by(context: Context, command: Command) -> Built:
    """Return what cargo builds by one call."""
    program, verb, *rest = command.argv
    # Only where there is a folder does cargo note what rustc says of itself; else every call asks it three times.
    Path(rest[rest.index("--target-dir") + 1]).mkdir(parents=True, exist_ok=True)
    flags = ("-Zunstable-options", "--unit-graph")
    unlocked = {**command.env, "__CARGO_TEST_CHANNEL_OVERRIDE_DO_NOT_USE_THIS": "nightly"}
    assert unlocked.items() >= {key: PACKAGE_WISE[key] for key in unlocked.keys() & PACKAGE_WISE.keys()}.items()
    done = context.processes.run(replace(command, argv=(program, verb, *flags, *rest), env=unlocked))
    if not done.succeeded:
        raise Refused(done.stderr)
    return trees(json.loads(done.stdout)["units"])


def trees(units: list[dict[str, Any]]) -> Built:
    """Return the units of a graph, each with all that is below it, less the wrappers."""
    known: dict[int, str] = {}
    named: Built = {}

    def visit(index: int) -> str:
        if index not in known:
            unit = units[index]
            own = {key: unit[key] for key in ("pkg_id", "platform", "mode", "features", "profile")}
            own["target"] = (unit["target"]["kind"], unit["target"]["name"])
            below = sorted((edge["extern_crate_name"], visit(edge["index"])) for edge in unit["dependencies"])
            known[index] = sha256(json.dumps((own, below), sort_keys=True).encode()).hexdigest()
            if PREFIX not in unit["pkg_id"]:
                names = ", ".join(f"{name}={number[:6]}" for name, number in below)
                named[known[index]] = f"{known[index][:6]} {json.dumps(own, sort_keys=True)} <- {names}"
        return known[index]

    for index in range(len(units)):
        visit(index)
    return named


def facts_of(line: str) -> dict[str, Any]:
    """Return what cargo says of the unit that a line names."""
    facts: dict[str, Any] = json.JSONDecoder().raw_decode(line, line.index("{"))[0]
    return facts


def difference(joint: Built, alone: Built) -> list[str]:
    """Return the units that are only in one of two graphs, `+` for the joint one."""
    added = [f"+ {joint[key]}" for key in joint.keys() - alone.keys()]
    return sorted(added + [f"- {alone[key]}" for key in alone.keys() - joint.keys()])

"""Hold the feature engine against cargo's own unit graph, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from buildkit.cargo.failure import explain_failure
from buildkit.cargo.unit_graph import parse_unit_graph
from buildkit.errors import BuildkitError
from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph
from buildkit.features.closure import Closure, closure_of
from buildkit.later import Later
from buildkit.model import Cell
from buildkit.plan.model import Subject

if TYPE_CHECKING:
    from concurrent import futures
else:
    futures = Later("concurrent.futures")

MOST_DIFFERENCES = 5


def verify_graphs(context: Context, graphs: Mapping[Cell, Graph], subjects: Mapping[Cell, Subject]) -> Mapping[Cell, Graph]:
    """Ask cargo for the unit graph of each cell, several at a time; a cell about which it differs is one that cannot be judged."""
    with futures.ThreadPoolExecutor(max_workers=context.jobs) as pool:
        verified = pool.map(lambda cell: _verified(context, subjects[cell], cell, graphs[cell]), graphs)
        return dict(zip(graphs, verified, strict=True))


def _verified(context: Context, subject: Subject, cell: Cell, graph: Graph) -> Graph:
    done = context.processes.run(context.calls(subject).unit_graph(context.selection(subject, cell)))
    problem = graph.problem
    try:
        if not done.succeeded:
            raise explain_failure(done)
        cargos = closure_of(parse_unit_graph(done.stdout))
    except BuildkitError as error:
        problem = problem or error.message
    else:
        found = [] if graph.resolution is None else list(differences(graph.resolution.closure, cargos))
        if found:
            more = f", and {len(found) - MOST_DIFFERENCES} more" if len(found) > MOST_DIFFERENCES else ""
            problem = f"the feature engine and cargo differ: {'; '.join(found[:MOST_DIFFERENCES])}{more}{_excuse(context)}"
    return replace(graph, problem=problem, seconds=graph.seconds + done.seconds, command=done.command.shell)


def _excuse(context: Context) -> str:
    left_out = context.models.links.left_out
    return f" (cargo's metadata says nothing of {', '.join(left_out)}, which has no library)" if left_out else ""


def differences(own: Closure, cargos: Closure) -> Iterator[str]:
    """Say in which packages and features two closures differ, by package id."""
    for side, ours, theirs in (("target", own.target, cargos.target), ("host", own.host, cargos.host)):
        for package in sorted({*ours, *theirs}):
            if package not in theirs:
                yield f"cargo does not build {package} for the {side}"
            elif package not in ours:
                yield f"only cargo builds {package} for the {side}"
            elif ours[package] != theirs[package]:
                yield f"features of {package} on the {side}: {_plus_minus(ours[package], theirs[package])}"
    for user, used in sorted(own.edges ^ cargos.edges):
        yield f"only {'the engine' if (user, used) in own.edges else 'cargo'} has {user} use {used}"
    if own.roots != cargos.roots:
        yield f"roots: {_plus_minus(own.roots, cargos.roots)}"


def _plus_minus(ours: frozenset[str], theirs: frozenset[str]) -> str:
    return " ".join((*(f"+{name}" for name in sorted(theirs - ours)), *(f"-{name}" for name in sorted(ours - theirs))))

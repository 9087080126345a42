"""Run a plan: all graphs first, then cell by cell through the stages; cells of one closure are compiled once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from buildkit.events import CellFinished, RunStarted
from buildkit.execute.context import Context
from buildkit.execute.graphs import Graph, read_graphs
from buildkit.execute.isolation import prove
from buildkit.execute.pipeline import run_cell, share_result
from buildkit.execute.verdicts import COMPILING, Counts, excuse_proofs, summarize
from buildkit.execute.verification import verify_graphs
from buildkit.execute.work import Job
from buildkit.model import Cell, CellResult, RunReport, Verdict
from buildkit.plan.model import Plan, PlannedCell
from buildkit.process import Command
from buildkit.toolchain.model import Toolchain
from buildkit.version import __version__

ClosureKey = tuple[str, str, tuple[str, ...]]
"""Package id, compilation target and what stands for the closure: what decides a compilation."""


@dataclass(frozen=True, kw_only=True)
class _Compiled:
    results: tuple[CellResult, ...]
    distinct: int
    cargo_calls: int


def execute(context: Context, plan: Plan, job: Job) -> RunReport:
    """Run every stage of `job` for every cell of `plan`, and make the plan's proofs."""
    started = time.monotonic()
    cells = tuple(planned.cell for planned in plan.cells)
    context.emit(RunStarted(workspace=context.workspace.root, cells=cells, stages=tuple(job), assumptions=plan.assumptions))
    verifies = context.verifies or bool(context.models.links.left_out)
    subjects = {planned.cell: planned.subject for planned in plan.cells}
    if verifies:
        # What the engine and cargo agree upon for the largest selection holds for the smaller ones.
        subjects |= {proof.largest: proof.subject for proof in plan.proofs}
    graphs = read_graphs(context, subjects)
    if verifies:
        graphs = verify_graphs(context, graphs, subjects)
    compiled = _run_cells(context, plan, graphs, job)
    proofs = excuse_proofs((prove(context, proof, graphs.get(proof.largest)) for proof in plan.proofs), compiled.results)
    calls = len(graphs) * verifies + compiled.cargo_calls
    counts = Counts(distinct=compiled.distinct, cargo_calls=calls, seconds=time.monotonic() - started)
    return RunReport(
        tool={"name": "buildkit", "version": __version__},
        workspace=context.workspace.root,
        toolchain=_toolchain(context),
        cells=compiled.results,
        proofs=proofs,
        summary=summarize(compiled.results, counts),
    )


def _run_cells(context: Context, plan: Plan, graphs: Mapping[Cell, Graph], job: Job) -> _Compiled:
    known: dict[ClosureKey, CellResult] = {}
    results: list[CellResult] = []
    calls = 0
    for planned in plan.cells:
        key = _closure_key(planned, graphs[planned.cell])
        earlier = None if key is None or _is_put_off(planned) else known.get(key)
        if earlier is not None:
            result = share_result(context, planned, earlier)
        else:
            result = run_cell(context, planned, graphs[planned.cell], job)
            calls += sum(stage.stage in COMPILING and stage.verdict is not Verdict.SKIPPED for stage in result.stages)
            if key is not None and planned.expectation is None and result.verdict is not Verdict.ERROR:
                known[key] = result
        context.emit(CellFinished(result=result))
        results.append(result)
    keys = {_closure_key(planned, graphs[planned.cell]) or planned.cell for planned in plan.cells}
    return _Compiled(results=tuple(results), distinct=len(keys), cargo_calls=calls)


def _is_put_off(planned: PlannedCell) -> bool:
    return planned.expectation is not None and planned.expectation.verdict is Verdict.SKIPPED


def _closure_key(planned: PlannedCell, graph: Graph) -> ClosureKey | None:
    if graph.resolution is None:
        return None
    return planned.subject.package.id, planned.cell.target, graph.resolution.key


def _toolchain(context: Context) -> dict[str, str]:
    toolchains = {supply.supply.toolchain.rustc: supply.supply.toolchain for supply in context.supplies.values()}
    return {
        "rustc": ", ".join(f"{toolchain.release} ({toolchain.commit[:9]})" for toolchain in toolchains.values()),
        "cargo": ", ".join(_cargo_version(context, toolchain) for toolchain in toolchains.values()),
    }


def _cargo_version(context: Context, toolchain: Toolchain) -> str:
    said = context.processes.run(
        Command(argv=(str(toolchain.cargo), "--version"), cwd=context.workspace.root, env={"RUSTUP_TOOLCHAIN": None})
    )
    return said.stdout.strip().removeprefix("cargo ") if said.succeeded else "unknown"

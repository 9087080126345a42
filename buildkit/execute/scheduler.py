"""Run a plan: all graphs first, then the cells, then the proofs."""

from __future__ import annotations

import time

from buildkit.events import RunStarted
from buildkit.execute.context import Context
from buildkit.execute.graphs import read_graphs
from buildkit.execute.isolation import prove
from buildkit.execute.run import Run, distinct
from buildkit.execute.verdicts import Counts, excuse_proofs, summarize
from buildkit.execute.verification import verify_graphs
from buildkit.execute.work import Job
from buildkit.model import RunReport
from buildkit.plan.model import Plan
from buildkit.process import Command
from buildkit.toolchain.model import Toolchain
from buildkit.version import __version__


def execute(context: Context, plan: Plan, job: Job) -> RunReport:
    """Run every stage of `job` for every cell of `plan`, and make the plan's proofs."""
    started = time.monotonic()
    cells = tuple(planned.cell for planned in plan.cells)
    context.emit(RunStarted(workspace=context.workspace.root, cells=cells, stages=job.names, assumptions=plan.assumptions))
    verifies = context.verifies or bool(context.models.links.left_out)
    subjects = {planned.cell: planned.subject for planned in plan.cells}
    if verifies:
        # What the engine and cargo agree upon for the largest selection holds for the smaller ones.
        subjects |= {proof.largest: proof.subject for proof in plan.proofs}
    graphs = read_graphs(context, subjects)
    if verifies:
        graphs = verify_graphs(context, graphs, subjects)
    run = Run(context, graphs, job)
    results = run.cells(plan.cells)
    proofs = excuse_proofs((prove(context, proof, graphs.get(proof.largest)) for proof in plan.proofs), results)
    calls = len(graphs) * verifies + run.cargo_calls
    counts = Counts(distinct=len(distinct(plan.cells, graphs)), cargo_calls=calls, seconds=time.monotonic() - started)
    return RunReport(
        tool={"name": "buildkit", "version": __version__},
        workspace=context.workspace.root,
        toolchain=_toolchain(context),
        cells=results,
        proofs=proofs,
        summary=summarize(results, counts),
    )


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

"""The check stage by another command than `cargo check`: each cell by a call of its own.

Cells that enable the same features of their package are still one build: whatever a call builds follows from those features alone, with
tests and without.
"""

from __future__ import annotations

from dataclasses import replace

from buildkit.cargo.calls import NO_RUN, CargoCommand
from buildkit.cargo.messages import Message
from buildkit.execute.compile import check_cell
from buildkit.execute.context import Context
from buildkit.execute.outcome import StageOutcome, not_judged, skipped
from buildkit.execute.work import Work
from buildkit.features.resolution import resolve
from buildkit.model import Stage, StdKind, Verdict
from buildkit.toolchain.model import Origin, Toolchain

NO_TESTS = "cargo would build no test: the package has no library and no program that is tested with these features"


def command_cell(context: Context, work: Work) -> StageOutcome:
    """Take a cell through the check stage by the command that was asked for."""
    return _test(context, work) if context.options.command is CargoCommand.TEST else compiled_cell(context, work)[0]


def compiled_cell(context: Context, work: Work) -> tuple[StageOutcome, tuple[Message, ...]]:
    """Take a cell through the check stage by a command that only compiles, and return what cargo reported as well."""
    planned = work.planned
    if context.options.command is not CargoCommand.CLIPPY:
        return check_cell(context, work)
    if not context.check_calls(planned.subject).clippy.is_file():
        return not_judged(planned.cell, Stage.CHECK, _missing_clippy(context.supplies[planned.cell.target].supply.toolchain)), ()
    return check_cell(context, work)


def _missing_clippy(toolchain: Toolchain) -> str:
    mends = {
        Origin.RUSTUP: f"rustup component add clippy --toolchain {toolchain.name}",
        Origin.DISTRIBUTION: "apt-get install rust-clippy",
    }
    mend = mends.get(toolchain.origin, "rustup component add clippy, with a toolchain of rustup's")
    return f"{toolchain.title} has no clippy; run: {mend}"


def _test(context: Context, work: Work) -> StageOutcome:
    """Build the tests of a cell, and run them where this machine executes the target's programs."""
    planned = work.planned
    if planned.subject.target.std is StdKind.CORE_ALLOC:
        return skipped(Stage.CHECK, f"tests need std, and {planned.cell.target} has none")
    tested = resolve(context.model(planned.subject, tests=True), planned.subject.package, planned.cell.features)
    if not tested.compiles_root:
        return not_judged(planned.cell, Stage.CHECK, NO_TESTS)
    outcome = check_cell(context, work)[0]
    result = outcome.result
    if not context.runs_tests(planned.subject) and result.verdict is Verdict.PASS:
        triple = context.triple(planned.subject)
        reason = f"tests are built and not run: this machine does not execute programs for {triple} itself"
        return replace(outcome, result=replace(result, reason=reason))
    ran = NO_RUN not in context.options.arguments
    return replace(outcome, result=replace(result, cached=result.cached and not ran))

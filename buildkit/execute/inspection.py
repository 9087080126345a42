"""The artifact stage: the target's extra steps, then inspection, the target's own check and the budgets."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.artifacts.checks import SizeLimit
from buildkit.artifacts.inspection import inspect_artifact
from buildkit.cargo.calls import OUTPUT_FOLDER
from buildkit.config.schema import Budget, PackageTable, PackageTargetTable, TargetTable
from buildkit.execute.context import Context
from buildkit.execute.outcome import StageOutcome, skipped
from buildkit.execute.work import Work
from buildkit.model import Artifact, CheckArtifact, ExtraStep, Finding, Rule, Stage, StageResult, Verdict
from buildkit.plan.model import PlannedCell
from buildkit.process import Command
from buildkit.records import dataclass

ARTIFACTS_FOLDER = "artifacts"
"""Where artifacts are kept, by cell: cargo overwrites what another feature set of the same package made."""


LONGEST_NAME = 150
"""Characters of a selection in a folder's name; file systems allow 255 bytes."""


@dataclass(frozen=True, kw_only=True)
class _Inspected:
    artifact: Artifact | None
    findings: tuple[Finding, ...]


def inspect_cell(context: Context, work: Work) -> StageOutcome:
    """Take a cell through the artifact stage: keep, finish, inspect and judge what cargo made for it."""
    planned, files = work.planned, work.files
    if not files:
        return skipped(Stage.ARTIFACT, "a Rust library: there is no artifact to inspect")
    started = time.monotonic()
    inspected = [_inspect(context, planned, file) for file in files]
    findings = tuple(finding for entry in inspected for finding in entry.findings)
    return StageOutcome(
        result=StageResult(stage=Stage.ARTIFACT, verdict=Verdict.FAIL if findings else Verdict.PASS, seconds=time.monotonic() - started),
        findings=findings,
        artifacts=tuple(entry.artifact for entry in inspected if entry.artifact is not None),
    )


def _inspect(context: Context, planned: PlannedCell, file: Path) -> _Inspected:
    kept = keep(file, artifacts_folder(context, planned))
    for step in planned.subject.target.extra_steps:
        problem = _take_step(context, planned, step, kept)
        if problem is not None:
            return _Inspected(artifact=None, findings=(problem,))
    try:
        artifact = inspect_artifact(kept)
    except BrokenArtifactError as error:
        return _Inspected(artifact=None, findings=(error.finding,))
    return _Inspected(artifact=artifact, findings=tuple(finding for check in _checks(context, planned) for finding in check(artifact)))


def artifacts_folder(context: Context, planned: PlannedCell) -> Path:
    """Return the folder of a cell's artifacts; slashes in the id make its folders, and a long selection is told by its digest."""
    features = planned.cell.id.split("/", 2)[2]
    if len(features) > LONGEST_NAME:
        features = f"{features[:LONGEST_NAME]}-{sha256(features.encode()).hexdigest()[:16]}"
    return context.workspace.target_directory / OUTPUT_FOLDER / ARTIFACTS_FOLDER / planned.cell.package / planned.cell.target / features


def keep(file: Path, folder: Path) -> Path:
    """Copy a file into `folder`, whole or not at all, and return the copy."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{file.name}.{os.getpid()}"
    try:
        shutil.copy2(file, fresh)
        return fresh.rename(folder / file.name)
    finally:
        fresh.unlink(missing_ok=True)


def _take_step(context: Context, planned: PlannedCell, step: ExtraStep, file: Path) -> Finding | None:
    """Run one extra step on a file in place; the result replaces it only when the step succeeded."""
    fresh = file.with_name(f".{file.name}.{step.name}")
    tool = context.supplies[planned.cell.target].supply.tools.get(step.tool)
    argv = tuple(part.format(input=file, output=fresh) for part in step.argv)
    command = Command(
        argv=(str(tool) if tool is not None else argv[0], *argv[1:]), cwd=context.workspace.root, env=dict(planned.subject.target.env)
    )
    done = context.processes.run(command)
    if not done.succeeded:
        fresh.unlink(missing_ok=True)
        said = done.stderr.strip().splitlines()
        message = f"{step.name} ended with {done.ending}: {said[-1] if said else 'no message'}"
        return Finding(rule=Rule.TOOLCHAIN, subject=step.tool, message=message, fix=command.shell)
    fresh.replace(file)
    return None


def _checks(context: Context, planned: PlannedCell) -> Iterator[CheckArtifact]:
    yield planned.subject.target.check_artifact
    budget = _budget(context, planned)
    yield SizeLimit(size=budget.size, gzip_size=budget.gzip_size)


def _budget(context: Context, planned: PlannedCell) -> Budget:
    """Return the package's own budget on the target, else the target's."""
    package = context.configuration.package.get(planned.cell.package, PackageTable())
    own = package.target.get(planned.cell.target, PackageTargetTable()).budget
    return own if own != Budget() else context.configuration.target.get(planned.cell.target, TargetTable()).budget

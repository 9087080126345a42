"""Reports that were written as JSON, read again and put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import msgspec
from msgspec import UNSET

from buildkit.errors import UsageError
from buildkit.execute.verdicts import Counts, summarize
from buildkit.model import Artifact, Cell, CellResult, Finding, Proof, Pruned, RunReport, StageResult, Summary
from buildkit.reports.document import ArtifactEntry, CellEntry, Document, StageEntry

WRITTEN_BY: Final = "buildkit check --format json > report.json"


def read_report(file: Path) -> RunReport:
    """Read the report of a run from its JSON document; raises `UsageError` for what is none."""
    try:
        document = msgspec.json.decode(file.read_bytes(), type=Document)
    except OSError as error:
        raise UsageError(f"{file}: {(error.strerror or str(error)).lower()}", hint=WRITTEN_BY) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file}: this is no report of a run: {error}", hint=WRITTEN_BY) from error
    return restore_run(document)


def restore_run(document: Document) -> RunReport:
    """Return the run that a document describes."""
    workspace = Path(document.workspace)
    return RunReport(
        tool=msgspec.structs.asdict(document.tool),
        workspace=workspace,
        toolchain=msgspec.structs.asdict(document.toolchain),
        cells=tuple(_cell(entry, workspace) for entry in document.cells),
        proofs=msgspec.convert(document.proofs, tuple[Proof, ...], from_attributes=True),
        summary=msgspec.convert(document.summary, Summary, from_attributes=True),
        samples=document.samples or (),
        pruned=msgspec.convert(document.pruned or (), tuple[Pruned, ...], from_attributes=True),
    )


def merge_runs(reports: Sequence[RunReport]) -> RunReport:
    """Return some runs, at least one, as one. What a later one says of a cell or a proof holds.

    Times, calls, and what was asked for and built are added up, so that cells of two runs count twice there.
    """
    cells = {result.cell: result for report in reports for result in report.cells}
    proofs = {(proof.package, proof.target): proof for report in reports for proof in report.proofs}
    summaries = [report.summary for report in reports]
    counts = Counts(
        distinct=sum(summary.distinct for summary in summaries),
        cargo_calls=sum(summary.cargo_calls for summary in summaries),
        seconds=sum(summary.seconds for summary in summaries),
    )
    requested = sum(summary.requested for summary in summaries)
    return RunReport(
        tool=reports[0].tool,
        workspace=reports[0].workspace,
        toolchain=reports[0].toolchain,
        cells=tuple(cells.values()),
        proofs=tuple(proofs.values()),
        summary=replace(summarize(tuple(cells.values()), counts), requested=requested),
        samples=tuple(dict.fromkeys(sample for report in reports for sample in report.samples)),
        pruned=tuple(dict.fromkeys(pruned for report in reports for pruned in report.pruned)),
    )


def _cell(entry: CellEntry, workspace: Path) -> CellResult:
    return CellResult(
        cell=Cell(package=entry.package, target=entry.target, features=entry.features),
        triple=entry.triple,
        verdict=entry.verdict,
        stages=tuple(map(_stage, entry.stages)),
        findings=msgspec.convert(entry.findings, tuple[Finding, ...], from_attributes=True),
        artifacts=tuple(_artifact(artifact, workspace) for artifact in entry.artifacts or ()),
        expectation=entry.expectation or None,
    )


def _stage(entry: StageEntry) -> StageResult:
    return StageResult(
        stage=entry.name,
        verdict=entry.verdict,
        cached=entry.cached,
        seconds=entry.seconds,
        command=entry.command,
        reason=entry.reason or None,
        diagnostics=entry.diagnostics or "",
    )


def _artifact(entry: ArtifactEntry, workspace: Path) -> Artifact:
    return Artifact(
        path=workspace / entry.path,
        kind=entry.kind,
        size=entry.size,
        gzip_size=entry.gzip_size,
        sha256=entry.sha256,
        imports=entry.imports,
        exports=entry.exports,
        static=None if entry.static is UNSET else entry.static,
        machine=entry.machine or None,
    )

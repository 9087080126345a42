"""The JSON report: its typed form, of which the schema is made too, and the conversion of a run into it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType, field

from buildkit.model import (
    Artifact,
    CellResult,
    Finding,
    PathStep,
    Proof,
    PruneReason,
    Rule,
    RunReport,
    Stage,
    StageResult,
    Summary,
    Verdict,
)

SCHEMA_FILE: Final = "buildkit-report.schema.json"
"""Where the schema is kept, from the root of the repository."""


class ToolEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What wrote the report."""

    name: str
    version: str


class ToolchainEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The compilers that judged."""

    rustc: str
    cargo: str


class StageEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One stage of a cell; `reason` and `diagnostics` are present when there is something to say."""

    name: Stage
    verdict: Verdict
    cached: bool
    seconds: float
    command: str | None
    reason: str | UnsetType = UNSET
    diagnostics: str | UnsetType = UNSET


class StepEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One edge of a finding's path; `file` is relative to the workspace where it lies in it, `line` counts from 1."""

    source: str = field(name="from")
    to: str
    because: str
    file: str | None
    line: int | None


class FindingEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One reason for a verdict; `minimal_features` is null where features play no part."""

    rule: Rule
    subject: str
    message: str
    minimal_features: tuple[str, ...] | None
    path: tuple[StepEntry, ...]
    fix: str | None


class ArtifactEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that was made; sizes in bytes, `path` relative to the workspace where it lies in it, `static` and `machine` where known."""

    path: str
    kind: Literal["core-module", "component", "elf", "archive", "other"]
    size: int
    gzip_size: int
    sha256: str
    imports: tuple[str, ...]
    exports: tuple[str, ...]
    static: bool | UnsetType = UNSET
    machine: str | UnsetType = UNSET


class CellEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cell; `artifacts` is present when some were made, `expectation` when an `[[expect]]` entry gives a reason for its verdict."""

    id: str
    package: str
    target: str
    triple: str
    features: tuple[str, ...]
    verdict: Verdict
    stages: tuple[StageEntry, ...]
    findings: tuple[FindingEntry, ...]
    artifacts: tuple[ArtifactEntry, ...] | UnsetType = UNSET
    expectation: str | UnsetType = UNSET


class ProofEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Isolation of a package on a target over all of its allowed `selections`, null where they cannot be counted."""

    package: str
    target: str
    selections: int | None
    verdict: Verdict
    findings: tuple[FindingEntry, ...]


class SummaryEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The accounting; `seconds` is wall-clock time."""

    cells: int
    passed: int
    failed: int
    errors: int
    skipped: int
    requested: int
    distinct: int
    compiled: int
    cached: int
    cargo_calls: int
    seconds: float


class PrunedEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A selection that was asked for and is no cell; with `count`, as many of them that are not listed."""

    id: str
    reason: PruneReason
    because: str
    count: int


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The report of one run of buildkit.

    `samples` say of which selections only a sample was compiled; `pruned` is present with `--show-pruned` when there is something to say.
    """

    version: Literal[1]
    tool: ToolEntry
    workspace: str
    toolchain: ToolchainEntry
    cells: tuple[CellEntry, ...]
    proofs: tuple[ProofEntry, ...]
    summary: SummaryEntry
    samples: tuple[str, ...] | UnsetType = UNSET
    pruned: tuple[PrunedEntry, ...] | UnsetType = UNSET


def describe_run(report: RunReport) -> Document:
    """Return the document of a run."""
    return Document(
        version=1,
        tool=ToolEntry(**report.tool),
        workspace=_readable(report.workspace),
        toolchain=ToolchainEntry(**report.toolchain),
        cells=tuple(_cell(result, report.workspace) for result in report.cells),
        proofs=tuple(_proof(proof) for proof in report.proofs),
        summary=_summary(report.summary),
        samples=report.samples or UNSET,
        pruned=tuple(PrunedEntry(**asdict(pruned)) for pruned in report.pruned) or UNSET,
    )


def encode_run(report: RunReport) -> str:
    """Return the document of a run as indented JSON, with a line end."""
    return msgspec.json.format(msgspec.json.encode(describe_run(report)), indent=2).decode() + "\n"


def describe_schema() -> dict[str, Any]:
    """Return the JSON Schema of the document."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(Document)}


def encode_schema() -> str:
    """Return the JSON Schema as it is kept in its file."""
    return msgspec.json.format(msgspec.json.encode(describe_schema()), indent=2).decode() + "\n"


def _readable(path: Path) -> str:
    """Return a path as text that JSON can hold: bytes that are no UTF-8 are replaced."""
    return path.as_posix().encode(errors="replace").decode()


def _cell(result: CellResult, workspace: Path) -> CellEntry:
    return CellEntry(
        id=result.cell.id,
        package=result.cell.package,
        target=result.cell.target,
        triple=result.triple,
        features=result.cell.features,
        verdict=result.verdict,
        stages=tuple(_stage(stage) for stage in result.stages),
        findings=tuple(_finding(finding) for finding in result.findings),
        artifacts=tuple(_artifact(artifact, workspace) for artifact in result.artifacts) or UNSET,
        expectation=result.expectation or UNSET,
    )


def _stage(stage: StageResult) -> StageEntry:
    return StageEntry(
        name=stage.stage,
        verdict=stage.verdict,
        cached=stage.cached,
        seconds=round(stage.seconds, 3),
        command=stage.command,
        reason=stage.reason or UNSET,
        diagnostics=stage.diagnostics or UNSET,
    )


def _finding(finding: Finding) -> FindingEntry:
    return FindingEntry(
        rule=finding.rule,
        subject=finding.subject,
        message=finding.message,
        minimal_features=finding.minimal_features,
        path=tuple(_step(step) for step in finding.path),
        fix=finding.fix,
    )


def _step(step: PathStep) -> StepEntry:
    return StepEntry(source=step.source, to=step.to, because=step.because, file=step.file, line=step.line)


def _artifact(artifact: Artifact, workspace: Path) -> ArtifactEntry:
    path = artifact.path
    return ArtifactEntry(
        path=_readable(path.relative_to(workspace) if path.is_relative_to(workspace) else path),
        kind=artifact.kind,
        size=artifact.size,
        gzip_size=artifact.gzip_size,
        sha256=artifact.sha256,
        imports=artifact.imports,
        exports=artifact.exports,
        static=UNSET if artifact.static is None else artifact.static,
        machine=artifact.machine or UNSET,
    )


def _proof(proof: Proof) -> ProofEntry:
    findings = tuple(_finding(finding) for finding in proof.findings)
    return ProofEntry(package=proof.package, target=proof.target, selections=proof.selections, verdict=proof.verdict, findings=findings)


def _summary(summary: Summary) -> SummaryEntry:
    return SummaryEntry(**{**asdict(summary), "seconds": round(summary.seconds, 3)})

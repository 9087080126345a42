"""How values read in a report: verdicts, durations, places, counts, and text that came from other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Final

from buildkit.model import Artifact, CellResult, PathStep, Proof, StageResult, Verdict

LABELS: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: "PASS",
    Verdict.FAIL: "FAIL",
    Verdict.ERROR: "ERROR",
    Verdict.SKIPPED: "SKIP",
    Verdict.EXPECTED_FAIL: "XFAIL",
    Verdict.UNEXPECTED_PASS: "XPASS",
}

LABEL_WIDTH: Final = max(len(label) for label in LABELS.values())

DURATION_WIDTH: Final = 7

UNEXPECTED_PASS: Final = "an [[expect]] entry foretells a failure here, and there is none"

UNEXPECTED_PASS_FIX: Final = "remove that entry from the configuration"

SELECTED: Final = "selected"

_TERMINAL_CODES: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    """Return text of another program without terminal codes and control characters; lines end with a line feed, tabs are spaces."""
    plain = _TERMINAL_CODES.sub("", text.replace("\r\n", "\n"))
    return _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", plain.replace("\r", "\n")).expandtabs(4)


def duration(seconds: float) -> str:
    """Return a duration as `0.4s`, `12.3s` or `3m 05s`."""
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h {minutes:02}m" if hours else f"{minutes}m {rest:02}s"


def also_breaks(cells: Sequence[str]) -> str:
    """Say which further cells have a defect."""
    return f"the same in {counted(len(cells), 'more cell')}: {', '.join(map(clean, cells))}"


def cell_duration(result: CellResult) -> str:
    """Return how long a cell took, `cached` when nothing had to be done, and nothing when all of it was skipped."""
    judged = [stage for stage in result.stages if stage.verdict is not Verdict.SKIPPED]
    if not judged:
        return ""
    if all(stage.cached for stage in judged):
        return "cached"
    return duration(sum(stage.seconds for stage in judged if not stage.cached))


def remark(result: CellResult) -> str:
    """Return what a cell's line says after its id: what was expected and why, the reason of each skip, and what a pass leaves open; else nothing."""
    return "; ".join(dict.fromkeys((*_expected(result), *_skips(result))))


def _expected(result: CellResult) -> Iterator[str]:
    """Give the reason of an expectation, unless it is that of a skip and stands there already."""
    reason = result.expectation
    if result.verdict in (Verdict.EXPECTED_FAIL, Verdict.UNEXPECTED_PASS):
        yield str(result.verdict) if reason is None else f"{result.verdict}: {clean(reason)}"
    elif reason is not None and all(stage.reason != reason for stage in result.stages):
        yield expectation_sentence(reason)


def expectation_sentence(reason: str) -> str:
    """Return what the reason of an expectation reads like where the verdict does not tell of it."""
    return f"its [[expect]] entry says: {clean(reason)}"


def _skips(result: CellResult) -> Iterator[str]:
    """Give the reasons of skipped stages; those after a failure have none of their own."""
    judged = any(stage.verdict is not Verdict.SKIPPED for stage in result.stages)
    for stage in takewhile(lambda stage: stage.verdict in (Verdict.PASS, Verdict.SKIPPED), result.stages):
        if stage.verdict is Verdict.PASS and stage.reason:
            yield clean(stage.reason)
        if stage.verdict is Verdict.SKIPPED and stage.reason:
            yield f"{stage.stage} skipped: {clean(stage.reason)}" if judged else clean(stage.reason)


def stage_remark(stage: StageResult) -> str:
    """Return how a stage ended, in a few words."""
    spent = "cached" if stage.cached else "" if stage.verdict is Verdict.SKIPPED else duration(stage.seconds)
    return " ".join(part for part in (str(stage.verdict), spent, f"({clean(stage.reason)})" if stage.reason else "") if part)


def place(step: PathStep) -> str:
    """Return `file:line` of a step, or as much of it as is known."""
    if step.file is None:
        return ""
    return clean(step.file if step.line is None else f"{step.file}:{step.line}")


def selection(features: tuple[str, ...]) -> str:
    """Return a selection as it is typed for cargo."""
    return clean(f"--features {','.join(features)}" if features else "no features at all")


def counted(number: int, noun: str) -> str:
    """Return `1 cell`, `2 cells`, `1,024 cells`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def proof_sentence(proof: Proof) -> str:
    """Say in one sentence what a proof came to."""
    subject = f"{proof.package} on {proof.target}"
    scope = _scope(proof.selections)
    reached = ", ".join(dict.fromkeys(finding.subject for finding in proof.findings))
    match proof.verdict:
        case Verdict.PASS:
            return clean(f"{subject}: isolated for {scope}")
        case Verdict.FAIL:
            return clean(f"{subject}: not isolated within {scope}: {reached}")
        case Verdict.EXPECTED_FAIL:
            return clean(f"{subject}: not isolated within {scope}, as expected: {reached}")
        case Verdict.ERROR:
            return clean(f"{subject}: could not be judged for {scope}")
        case _:
            return clean(f"{subject}: {proof.verdict} for {scope}")


def _scope(selections: int | None) -> str:
    match selections:
        case None:
            return "all allowed selections"
        case 1:
            return "its only selection"
        case number:
            return f"all {counted(number, 'selection')}"


def shown_path(path: Path, workspace: Path) -> str:
    """Return a path relative to the workspace where it lies in it."""
    return clean(path.relative_to(workspace).as_posix() if path.is_relative_to(workspace) else path.as_posix())


def artifact_kind(artifact: Artifact) -> str:
    """Return the kind of an artifact, and for a program whether it is static."""
    return artifact.kind if artifact.static is None else f"{artifact.kind}, {'static' if artifact.static else 'dynamic'}"

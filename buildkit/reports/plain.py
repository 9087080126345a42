"""The report for logs: plain lines in a stable form, no terminal codes, nothing that moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TextIO

from rich.filesize import decimal

from buildkit.events import CellFinished, Event, RunFinished, RunStarted
from buildkit.model import CellResult, Finding, PathStep, RunReport, Verdict
from buildkit.reports.account import artifacts, effort, pruned_lines, tallies, totals
from buildkit.reports.blocks import Block, Blocks, Repeatable
from buildkit.reports.progress import PlainProgress
from buildkit.reports.settings import QUIET
from buildkit.reports.words import (
    LABEL_WIDTH,
    LABELS,
    SELECTED,
    UNEXPECTED_PASS,
    UNEXPECTED_PASS_FIX,
    also_breaks,
    artifact_kind,
    clean,
    expectation_sentence,
    place,
    proof_sentence,
    selection,
    shown_path,
)

BRANCH: Final = "└── "

PLAIN_BRANCH: Final = "`-- "


class PlainReporter:
    """Writes progress lines, and at the end the failures and the summary."""

    def __init__(self, stream: TextIO, verbosity: int) -> None:
        """Write to `stream`."""
        self._stream = stream
        self._branch = branch_for(stream.encoding)
        self._verbosity = verbosity
        self._progress = PlainProgress(stream, verbosity)
        self._started: RunStarted | None = None
        self._results: list[CellResult] = []

    def report(self, event: Event) -> None:
        """Show one event."""
        self._progress.report(event)
        match event:
            case RunStarted():
                self._started = event
            case CellFinished():
                self._results.append(event.result)
            case RunFinished():
                assumptions = () if self._started is None else self._started.assumptions
                self._started = None
                self._write(block_lines(Blocks().of_report(event.report), self._branch))
                self._write(closing_lines(event, assumptions, self._verbosity))
            case _:
                pass

    def close(self) -> None:
        """Write what is known of a run that did not come to its end."""
        if self._started is not None:
            self._write(block_lines(Blocks().of_cells(self._results), self._branch))
            self._write(("", stopped(self._started, len(self._results))))

    def _write(self, lines: Iterable[str]) -> None:
        for text in lines:
            self._stream.write(f"{text.rstrip()}\n")
        self._stream.flush()


def stopped(started: RunStarted, done: int) -> str:
    """Say how far a run came that did not come to its end."""
    return f"stopped after {done} of {len(started.cells)} cells"


def branch_for(encoding: str | None) -> str:
    """Return what draws a branch of a tree in an encoding."""
    try:
        BRANCH.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return PLAIN_BRANCH
    return BRANCH


def block_lines(blocks: Iterable[Block], branch: str = BRANCH) -> Iterator[str]:
    """Give the lines of failing blocks, each after an empty line."""
    for block in blocks:
        yield ""
        yield f"--- {LABELS[block.verdict]}  {clean(block.id)}  {block.spent}"
        if block.others:
            yield f"  {also_breaks(block.others)}"
        if block.verdict is Verdict.UNEXPECTED_PASS:
            yield f"  {UNEXPECTED_PASS}"
            yield f"  fix: {UNEXPECTED_PASS_FIX}"
        if block.expectation is not None:
            yield from (f"  {text}" for text in expectation_sentence(block.expectation).splitlines())
        yield from (f"  {text}" for reason in block.reasons for text in clean(reason).splitlines())
        for finding in block.findings:
            yield from (f"  {text}" for text in finding_lines(finding, branch))
        for diagnostic in block.diagnostics:
            yield ""
            yield from (f"  {text}" for text in diagnostic_lines(diagnostic))
        if block.commands:
            yield ""
            yield "  command:"
        yield from (f"    {clean(command)}" for command in block.commands)


def finding_lines(shown: Repeatable, branch: str = BRANCH) -> Iterator[str]:
    """Give a finding: its rule and message, the path as a tree, the smallest selection, what to edit."""
    finding = shown.content
    if not isinstance(finding, Finding):
        return
    yield f"{finding.rule}: {clean(finding.message)}"
    if shown.seen_in is not None:
        yield f"  as in {clean(shown.seen_in)}"
        return
    yield from (f"  {line}" for line in path_lines(finding.path, branch))
    if finding.minimal_features is not None:
        yield f"  smallest selection: {selection(finding.minimal_features)}"
    if finding.fix is not None:
        yield f"  fix: {clean(finding.fix)}"


def path_lines(path: tuple[PathStep, ...], branch: str = BRANCH) -> Iterator[str]:
    """Give the way from a selection to a subject as a tree, each step with its cause and its place."""
    if path:
        yield f"{clean(path[0].source)} ({SELECTED})"
    for depth, step in enumerate(path):
        where = f" ({place(step)})" if step.file is not None else ""
        yield f"{' ' * len(branch) * depth}{branch}{clean(step.to)}: {clean(step.because)}{where}"


def diagnostic_lines(shown: Repeatable) -> Iterator[str]:
    """Give what a program said, or its first line and where the rest stands already."""
    lines = str(shown.content).splitlines()
    if shown.seen_in is None:
        yield from lines
    else:
        yield lines[0]
        yield f"  as in {clean(shown.seen_in)}"


def closing_lines(finished: RunFinished, assumptions: tuple[str, ...], verbosity: int) -> Iterator[str]:
    """Give the end of a report: the table, what was made and proved, what was assumed, the accounting."""
    report = finished.report
    yield ""
    yield from _table(report)
    if verbosity > QUIET:
        yield from _section("artifacts", _artifact_lines(report))
        yield from _section("proofs", (f"{LABELS[proof.verdict]:<{LABEL_WIDTH}}  {proof_sentence(proof)}" for proof in report.proofs))
        yield from _section("assumptions", (f"- {clean(sentence)}" for sentence in assumptions))
    yield from _section("samples", (clean(sentence) for sentence in report.samples))
    yield from _section("pruned", pruned_lines(report.pruned))
    yield ""
    yield f"{totals(report)} ({effort(report)})"
    if finished.rerun is not None:
        yield f"rerun what failed: {clean(finished.rerun)}"


def _table(report: RunReport) -> Iterator[str]:
    rows = tallies(report)
    width = max((len(row.target) for row in rows), default=0)
    if rows:
        yield f"{'target':<{width}}  pass  fail  error  skipped"
    for row in rows:
        yield f"{row.target:<{width}}  {row.passed:>4}  {row.failed:>4}  {row.errors:>5}  {row.skipped:>7}"


def _artifact_lines(report: RunReport) -> Iterator[str]:
    for artifact in artifacts(report):
        size = f"{decimal(artifact.size)} (gzip {decimal(artifact.gzip_size)})"
        yield f"{shown_path(artifact.path, report.workspace)}  {artifact_kind(artifact)}  {size}  sha256 {artifact.sha256[:12]}"


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    content = tuple(lines)
    if content:
        yield ""
        yield f"{title}:"
        yield from (f"  {text}" for text in content)

"""The summary of a run in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rich.filesize import decimal

from buildkit.events import RunFinished
from buildkit.model import RunReport
from buildkit.reports.account import artifacts, effort, tallies, totals
from buildkit.reports.blocks import Block, Blocks
from buildkit.reports.plain import block_lines
from buildkit.reports.words import LABELS, artifact_kind, clean, proof_sentence, shown_path

LONGEST: Final = 500_000
"""How many characters of failures are kept: GitHub drops a step summary of more than 1 MiB whole."""


def summary_text(finished: RunFinished) -> str:
    """Return the summary: the accounting, a table of targets, the failures folded, artifacts and proofs."""
    report = finished.report
    lines = [
        "### buildkit",
        "",
        f"{escaped(totals(report))} ({effort(report)})",
        "",
        *(line for sentence in report.samples for line in (f"Sample: {escaped(sentence)}", "")),
        *_table(
            ("target", "pass", "fail", "error", "skipped"),
            ((row.target, row.passed, row.failed, row.errors, row.skipped) for row in tallies(report)),
        ),
        *_failures(Blocks().of_report(report)),
        *_table(("artifact", "kind", "size", "gzip", "sha256"), _artifact_rows(report)),
        *_table(("", "proof"), ((LABELS[proof.verdict], proof_sentence(proof)) for proof in report.proofs)),
    ]
    if finished.rerun is not None:
        lines += ["Rerun what failed:", "", *_fenced([clean(finished.rerun)], "sh"), ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Return text in which Markdown and HTML mean nothing."""
    plain = clean(text).replace("&", "&amp;").replace("<", "&lt;").replace("\n", " ")
    return "".join(f"\\{character}" if character in "\\`*_{}[]|~#" else character for character in plain)


def _table(head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> Iterator[str]:
    body = [f"| {' | '.join(escaped(str(value)) for value in row)} |" for row in rows]
    if body:
        yield f"| {' | '.join(head)} |"
        yield f"|{' --- |' * len(head)}"
        yield from body
        yield ""


def _failures(blocks: Iterable[Block]) -> Iterator[str]:
    left = LONGEST
    for block in blocks:
        _, _, *lines = block_lines((block,))
        left -= sum(map(len, lines))
        shown = lines if left > 0 else ["see the log: the summary would be too long"]
        yield f"<details><summary>{LABELS[block.verdict]} <code>{_html(block.id)}</code></summary>"
        yield ""
        yield from _fenced(shown, "text")
        yield ""
        yield "</details>"
        yield ""


def _html(text: str) -> str:
    return clean(text).replace("&", "&amp;").replace("<", "&lt;")


def _fenced(lines: Iterable[str], language: str) -> Iterator[str]:
    """Fence lines with more backquotes than any of them holds in a row."""
    content = list(lines)
    fence = "```"
    while any(fence in line for line in content):
        fence += "`"
    yield f"{fence}{language}"
    yield from content
    yield fence


def _artifact_rows(report: RunReport) -> Iterator[tuple[str, ...]]:
    for artifact in artifacts(report):
        path = shown_path(artifact.path, report.workspace)
        yield path, artifact_kind(artifact), decimal(artifact.size), decimal(artifact.gzip_size), artifact.sha256[:12]

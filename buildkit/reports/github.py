"""The report for a GitHub workflow run: annotations at the lines to edit, and a step summary in Markdown.

Follows "Workflow commands for GitHub Actions" of the GitHub documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, TextIO

from buildkit.events import Event, RunFinished
from buildkit.execute.verdicts import GOOD
from buildkit.model import CellResult, Finding, RunReport, Verdict
from buildkit.records import dataclass
from buildkit.reports.files import append_report
from buildkit.reports.markdown import summary_text
from buildkit.reports.settings import Github
from buildkit.reports.words import UNEXPECTED_PASS, clean

RUSTC_PLACE: Final = re.compile(r"^\s*--> (?P<file>[^\n]+?):(?P<line>\d+):\d+$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """An error for the reader of a change; `file` is relative to the workspace, `None` where no line is to blame."""

    title: str
    message: str
    file: str | None = None
    line: int | None = None


class GithubReporter:
    """Writes annotations to a stream and appends the step summary when the run is over."""

    def __init__(self, stream: TextIO, github: Github) -> None:
        """Write annotations to `stream`: the runner reads commands from standard output and standard error alike."""
        self._stream = stream
        self._github = github

    def report(self, event: Event) -> None:
        """Record one event."""
        if not isinstance(event, RunFinished):
            return
        for annotation in annotate(event.report):
            self._stream.write(f"{workflow_command(annotation, event.report.workspace, self._github.checkout)}\n")
        self._stream.flush()
        if self._github.summary is not None:
            append_report(self._github.summary, summary_text(event))

    def close(self) -> None:
        """Leave things as they are."""


def annotate(report: RunReport) -> tuple[Annotation, ...]:
    """Return one annotation for each different finding of what failed."""
    found = [annotation for result in report.cells if result.verdict not in GOOD for annotation in _of_cell(result)]
    for proof in report.proofs:
        if proof.verdict not in GOOD:
            found.extend(_of_finding(finding, f"{proof.package} on {proof.target}") for finding in proof.findings)
    first: dict[tuple[str | None, int | None, str], Annotation] = {}
    for annotation in found:
        first.setdefault((annotation.file, annotation.line, annotation.message), annotation)
    return tuple(first.values())


def _of_cell(result: CellResult) -> Iterator[Annotation]:
    if result.verdict is Verdict.UNEXPECTED_PASS:
        yield Annotation(title=result.cell.id, message=UNEXPECTED_PASS)
    said = [clean(stage.diagnostics) for stage in result.stages if stage.verdict not in GOOD]
    for finding in result.findings:
        annotation = _of_finding(finding, result.cell.id)
        yield annotation if finding.path else _pointed(annotation, said)


def _of_finding(finding: Finding, where: str) -> Annotation:
    """Point at the last step of the path that lies in a file: that is where the fix is made."""
    last = next((step for step in reversed(finding.path) if step.file is not None), None)
    return Annotation(
        title=f"{finding.rule} in {where}",
        message=f"{finding.message}\n{finding.fix}" if finding.fix else finding.message,
        file=None if last is None else last.file,
        line=None if last is None else last.line,
    )


def _pointed(annotation: Annotation, said: Iterable[str]) -> Annotation:
    """Point at the first line that rustc named."""
    match = next((found for text in said if (found := RUSTC_PLACE.search(text))), None)
    if match is None:
        return annotation
    return Annotation(title=annotation.title, message=annotation.message, file=match["file"], line=int(match["line"]))


def workflow_command(annotation: Annotation, workspace: Path, checkout: Path | None) -> str:
    """Return the command that makes an annotation."""
    file = None if annotation.file is None else _from_checkout(workspace / annotation.file, workspace, checkout)
    line = None if annotation.line is None else str(annotation.line)
    properties = {"file": file, "line": line, "title": annotation.title}
    told = ",".join(f"{name}={_escape_property(clean(value))}" for name, value in properties.items() if value is not None)
    return f"::error {told}::{_escape(clean(annotation.message))}"


def _from_checkout(file: Path, workspace: Path, checkout: Path | None) -> str:
    root = workspace if checkout is None else checkout
    return (file.relative_to(root) if file.is_relative_to(root) else file).as_posix()


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")

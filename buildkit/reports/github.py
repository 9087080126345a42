"""The report for a GitHub workflow run: annotations at the lines to edit, and a step summary in Markdown.

Follows "Workflow commands for GitHub Actions" of the GitHub documentation.
"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from buildkit.events import Event, RunFinished
from buildkit.reports.defects import Defect, defects, from_checkout
from buildkit.reports.files import append_report
from buildkit.reports.markdown import summary_text
from buildkit.reports.settings import Github
from buildkit.reports.words import clean


class GithubReporter:
    """Writes annotations to a stream and appends the step summary when the run is over."""

    def __init__(self, stream: TextIO, github: Github, checkout: Path | None = None) -> None:
        """Write annotations to `stream`: the runner reads commands from standard output and standard error alike."""
        self._stream = stream
        self._github = github
        self._checkout = checkout

    def report(self, event: Event) -> None:
        """Record one event."""
        if not isinstance(event, RunFinished):
            return
        for defect in defects(event.report):
            self._stream.write(f"{workflow_command(defect, event.report.workspace, self._checkout)}\n")
        self._stream.flush()
        if self._github.summary is not None:
            append_report(self._github.summary, summary_text(event))

    def close(self) -> None:
        """Leave things as they are."""


def workflow_command(defect: Defect, workspace: Path, checkout: Path | None) -> str:
    """Return the command that makes an annotation."""
    file = None if defect.file is None else from_checkout(defect.file, workspace, checkout)
    line = None if defect.line is None else str(defect.line)
    properties = {"file": file, "line": line, "title": defect.title}
    told = ",".join(f"{name}={_escape_property(clean(value))}" for name, value in properties.items() if value is not None)
    return f"::error {told}::{_escape(clean(defect.message))}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape(text).replace(":", "%3A").replace(",", "%2C")

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from buildkit.events import Event
from buildkit.model import Finding, Rule
from buildkit.reports.defects import Defect
from buildkit.reports.github import GithubReporter, workflow_command
from buildkit.reports.settings import Github

Golden = Callable[[str, str], None]


def told(events: tuple[Event, ...], github: Github) -> str:
    stream = io.StringIO()
    reporter = GithubReporter(stream, github)
    for event in events:
        reporter.report(event)
    reporter.close()
    return stream.getvalue()


def test_annotations_read_as_the_golden_file(story: tuple[Event, ...], golden: Golden) -> None:
    golden("reports/github.txt", told(story, Github()))


def test_step_summary_reads_as_the_golden_file(story: tuple[Event, ...], golden: Golden, tmp_path: Path) -> None:
    told(story, Github(summary=tmp_path / "summary.md"))
    golden("reports/github-summary.md", (tmp_path / "summary.md").read_text(encoding="utf-8"))


def test_step_summary_is_added_to_what_is_there(story: tuple[Event, ...], tmp_path: Path) -> None:
    file = tmp_path / "summary.md"
    file.write_text("# earlier\n", encoding="utf-8")
    told(story, Github(summary=file))
    assert file.read_text(encoding="utf-8").startswith("# earlier\n### buildkit\n")


def test_characters_that_end_a_command_are_escaped() -> None:
    finding = Finding(rule=Rule.RUN, subject="c", message="100% [red]", fix="second")
    command = workflow_command(Defect(where="a:b,c%", finding=finding, file="x,y.toml", line=3), Path("/shop"), None)
    assert command == "::error file=x%2Cy.toml,line=3,title=run in a%3Ab%2Cc%25::100%25 [red]%0Asecond"


def test_files_are_named_from_the_checkout() -> None:
    defect = Defect(where="t", finding=None, file="Cargo.toml")
    assert "file=fixtures/shop/Cargo.toml," in workflow_command(defect, Path("/checkout/fixtures/shop"), Path("/checkout"))

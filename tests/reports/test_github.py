from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

from buildkit.events import Event
from buildkit.model import RunReport
from buildkit.reports.github import Annotation, GithubReporter, annotate, workflow_command
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


def test_the_same_finding_of_a_cell_and_a_proof_is_told_once(report: RunReport) -> None:
    leaks = [annotation for annotation in annotate(report) if "tempfile is denied" in annotation.message]
    assert [(annotation.title, annotation.file, annotation.line) for annotation in leaks] == [
        ("denied-crate in shop-core/wasm32-wasip2/wasi", "crates/shop-store/Cargo.toml", 9)
    ]


def test_a_compile_error_points_at_the_line_that_rustc_names(report: RunReport) -> None:
    (error,) = [annotation for annotation in annotate(report) if "E0433" in annotation.message]
    assert (error.file, error.line) == ("crates/shop-sync/src/lib.rs", 7)


def test_what_failed_as_expected_is_not_annotated(report: RunReport) -> None:
    assert not any("shop-store/wasm32-unknown-unknown" in annotation.title for annotation in annotate(report))


def test_characters_that_end_a_command_are_escaped() -> None:
    annotation = Annotation(title="a:b,c%", message="100% [red]\nsecond", file="x,y.toml", line=3)
    command = workflow_command(annotation, Path("/shop"), None)
    assert command == "::error file=x%2Cy.toml,line=3,title=a%3Ab%2Cc%25::100%25 [red]%0Asecond"


def test_files_are_named_from_the_checkout() -> None:
    annotation = Annotation(title="t", message="m", file="Cargo.toml")
    assert "file=fixtures/shop/Cargo.toml," in workflow_command(annotation, Path("/checkout/fixtures/shop"), Path("/checkout"))

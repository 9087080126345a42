from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from buildkit.events import RunFinished
from buildkit.model import Cell, CellResult, RunReport, Stage, StageResult, Verdict
from buildkit.reports.markdown import LONGEST, escaped, summary_text


def failing(report: RunReport, diagnostics: tuple[str, ...]) -> RunFinished:
    cells = tuple(
        CellResult(
            cell=Cell(package=f"p{number}", target="native"),
            triple="x",
            verdict=Verdict.FAIL,
            stages=(StageResult(stage=Stage.CHECK, verdict=Verdict.FAIL, diagnostics=text),),
        )
        for number, text in enumerate(diagnostics)
    )
    return RunFinished(report=replace(report, workspace=Path("/shop"), cells=cells, proofs=()))


def test_markdown_and_html_in_values_mean_nothing() -> None:
    assert escaped("a|b <c> *d*\ne") == "a\\|b &lt;c> \\*d\\* e"


def test_a_fence_in_a_diagnostic_does_not_end_the_block(report: RunReport) -> None:
    text = summary_text(failing(report, ("before\n```\nafter",)))
    assert "````text\n" in text
    assert text.count("````") == 2


def test_a_summary_stays_below_the_limit(report: RunReport) -> None:
    text = summary_text(failing(report, tuple(f"{number}{'x' * 300_000}" for number in range(6))))
    assert len(text) < 2 * LONGEST
    assert text.count("see the log") == 5

"""The end of a run on the rich console: the table, what was made and proved, what was assumed, the accounting."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import RenderableType
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from buildkit.events import RunFinished
from buildkit.execute.verdicts import GOOD
from buildkit.model import RunReport, Verdict
from buildkit.reports.account import Tally, artifacts, effort, pruned_lines, tallies, totals
from buildkit.reports.page import INDENT, Page
from buildkit.reports.settings import QUIET
from buildkit.reports.styles import HEADING_STYLE, PLACE_STYLE, QUIET_STYLE, STYLES
from buildkit.reports.words import LABEL_WIDTH, LABELS, artifact_kind, clean, proof_sentence, shown_path

COLUMNS = (("pass", Verdict.PASS), ("fail", Verdict.FAIL), ("error", Verdict.ERROR), ("skipped", Verdict.SKIPPED))


def print_closing(page: Page, finished: RunFinished, assumptions: tuple[str, ...], verbosity: int) -> None:
    """Print the end of a run; a verbosity of -1 leaves out what is not about failures."""
    report = finished.report
    page.blank()
    if report.cells:
        page.print(_summary_table(report), INDENT)
        page.blank()
    if verbosity > QUIET:
        _print_artifacts(page, report)
        _print_section(page, "Proofs", [_proof_list(report)] if report.proofs else [])
        _print_section(page, "Assumed", [Text(clean(sentence)) for sentence in assumptions])
    _print_section(page, "Samples", [Text(clean(sentence)) for sentence in report.samples])
    _print_section(page, "Pruned", [Text(line) for line in pruned_lines(report.pruned)])
    page.print(_accounting(report))
    page.print(Text(effort(report), style=QUIET_STYLE))
    if finished.rerun is not None:
        page.print(Text("Rerun what failed:"))
        page.verbatim(Text(clean(finished.rerun), style=HEADING_STYLE))


def _summary_table(report: RunReport) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, header_style=QUIET_STYLE, border_style=QUIET_STYLE, pad_edge=False, padding=(0, 1))
    table.add_column("target", overflow="fold")
    for name, _ in COLUMNS:
        table.add_column(name, justify="right", no_wrap=True)
    for tally in tallies(report):
        table.add_row(Text(clean(tally.target), style=PLACE_STYLE), *_figures(tally))
    return table


def _figures(tally: Tally) -> Iterable[Text]:
    numbers = (tally.passed, tally.failed, tally.errors, tally.skipped)
    for number, (_, verdict) in zip(numbers, COLUMNS, strict=True):
        yield Text(f"{number:,}", style=STYLES[verdict]) if number else Text("-", style=QUIET_STYLE)


def _print_artifacts(page: Page, report: RunReport) -> None:
    made = artifacts(report)
    if not made:
        return
    page.print(Text("Artifacts", style=HEADING_STYLE))
    rows = [
        (decimal(artifact.size), f"gzip {decimal(artifact.gzip_size)}", artifact_kind(artifact), artifact.sha256[:12]) for artifact in made
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for artifact, row in zip(made, rows, strict=True):
        size, gzip, kind, digest = (
            f"{cell:>{width}}" if index < 2 else f"{cell:<{width}}" for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        details = Text.assemble(size, (f"  {gzip}  {kind}  {digest}  ", QUIET_STYLE), shown_path(artifact.path, report.workspace))
        page.verbatim(details)
    page.blank()


def _proof_list(report: RunReport) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=LABEL_WIDTH)
    grid.add_column()
    for proof in report.proofs:
        grid.add_row(Text(LABELS[proof.verdict], style=STYLES[proof.verdict]), Text(proof_sentence(proof)))
    return grid


def _print_section(page: Page, title: str, content: Iterable[RenderableType]) -> None:
    shown = tuple(content)
    if not shown:
        return
    page.print(Text(title, style=HEADING_STYLE))
    for item in shown:
        page.print(item, INDENT)
    page.blank()


def _accounting(report: RunReport) -> Text:
    good = all(cell.verdict in GOOD for cell in report.cells) and all(proof.verdict in GOOD for proof in report.proofs)
    style = STYLES[Verdict.PASS if good else Verdict.FAIL]
    return Text(totals(report), style=style)

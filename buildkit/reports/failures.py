"""One block for each failing cell on the rich console: why, by which way, what to edit, what was run."""

from __future__ import annotations

from collections.abc import Iterable

from rich.rule import Rule as Line
from rich.text import Text
from rich.tree import Tree

from buildkit.model import Finding, PathStep, Verdict
from buildkit.reports.blocks import Block, Repeatable
from buildkit.reports.page import INDENT, Page
from buildkit.reports.styles import PLACE_STYLE, QUIET_STYLE, STYLES, cell_text, diagnostic_text, rule_text
from buildkit.reports.words import (
    LABELS,
    SELECTED,
    UNEXPECTED_PASS,
    UNEXPECTED_PASS_FIX,
    also_breaks,
    clean,
    expectation_sentence,
    place,
    selection,
)


def print_blocks(page: Page, blocks: Iterable[Block]) -> None:
    """Print the blocks one under the other."""
    for block in blocks:
        page.blank()
        _print_title(page, block)
        _print_reasons(page, block)
        for finding in block.findings:
            _print_finding(page, finding)
        for diagnostic in block.diagnostics:
            _print_diagnostic(page, diagnostic)
        if block.commands:
            page.blank()
            page.print(Text("command", style=QUIET_STYLE), INDENT)
        for command in block.commands:
            page.command(clean(command))


def _print_title(page: Page, block: Block) -> None:
    style = STYLES[block.verdict]
    title = Text.assemble((LABELS[block.verdict], style), "  ", cell_text(block.id), (f"  {block.spent}".rstrip(), QUIET_STYLE))
    page.print(Line(title, align="left", style=f"{style} not bold", characters="─"))


def _print_reasons(page: Page, block: Block) -> None:
    if block.others:
        page.print(Text(also_breaks(block.others), style=QUIET_STYLE), INDENT)
    if block.verdict is Verdict.UNEXPECTED_PASS:
        page.blank()
        page.print(Text(UNEXPECTED_PASS), INDENT)
        page.fields((("fix", Text(UNEXPECTED_PASS_FIX)),))
    if block.expectation is not None:
        page.blank()
        page.print(Text(expectation_sentence(block.expectation)), INDENT)
    for reason in block.reasons:
        page.blank()
        page.print(Text(clean(reason)), INDENT)


def _print_finding(page: Page, shown: Repeatable) -> None:
    finding = shown.content
    if not isinstance(finding, Finding):
        return
    page.blank()
    page.print(Text.assemble(rule_text(finding.rule), "  ", clean(finding.message)), INDENT)
    if shown.seen_in is not None:
        page.print(_seen(shown.seen_in), INDENT)
        return
    if finding.path:
        page.blank()
        page.print(path_tree(finding.path), INDENT)
    fields = tuple(_finding_fields(finding))
    if fields:
        page.blank()
        page.fields(fields)


def path_tree(path: tuple[PathStep, ...]) -> Tree:
    """Draw the way from a selection to the subject of a finding, each step with its cause and its place."""
    tree = Tree(Text.assemble(clean(path[0].source), (f"  {SELECTED}", QUIET_STYLE)), guide_style=QUIET_STYLE)
    node = tree
    for step in path:
        last = step is path[-1]
        label = Text.assemble((clean(step.to), STYLES[Verdict.FAIL] if last else ""), "\n", (clean(step.because), QUIET_STYLE))
        if step.file is not None:
            label.append("  ").append(place(step), PLACE_STYLE)
        node = node.add(label)
    return tree


def _finding_fields(finding: Finding) -> Iterable[tuple[str, Text]]:
    if finding.minimal_features is not None:
        yield "smallest selection", Text(selection(finding.minimal_features))
    if finding.fix is not None:
        yield "fix", Text(clean(finding.fix))


def _print_diagnostic(page: Page, shown: Repeatable) -> None:
    page.blank()
    text = str(shown.content)
    if shown.seen_in is None:
        page.verbatim(diagnostic_text(text))
    else:
        page.verbatim(diagnostic_text(text.splitlines()[0]))
        page.print(_seen(shown.seen_in), INDENT)


def _seen(where: str) -> Text:
    return Text.assemble(("as in ", QUIET_STYLE), cell_text(where))

"""The HTML report: one page that stands alone, for people who look at a run afterwards; it loads nothing, and runs no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from rich.filesize import decimal

from buildkit.model import NO_FEATURES, CellResult, RunReport, Verdict
from buildkit.reports.account import artifacts, effort, pruned_lines, totals
from buildkit.reports.blocks import Block, Blocks
from buildkit.reports.plain import block_lines
from buildkit.reports.words import LABELS, artifact_kind, cell_duration, clean, proof_sentence, remark, shown_path

STYLE: Final = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border-bottom: 1px solid #8884; padding: .25rem .75rem; text-align: left; vertical-align: top; }
thead th { border-bottom-width: 2px; white-space: nowrap; }
tbody th, code, pre { font: .9rem/1.4 ui-monospace, monospace; font-weight: normal; }
pre { background: #8882; overflow-x: auto; padding: .75rem; }
small { opacity: .7; }
.pass, .expected-fail { color: light-dark(#176f2c, #6fdc8c); }
.fail, .error, .unexpected-pass { color: light-dark(#b3261e, #ff8a80); font-weight: bold; }
.skipped { opacity: .7; }
"""

DOCTYPE: Final = "<!doctype html>\n"


def html_text(report: RunReport) -> str:
    """Return the report as a page, with a line end."""
    page = Element("html", lang="en")
    title = f"buildkit: {clean(report.workspace.name)}"
    _head(page, title)
    body = SubElement(page, "body")
    _add(body, "h1", title)
    _add(body, "p", f"{totals(report)} ({effort(report)})")
    _add(body, "p", clean(", ".join((f"{report.tool['name']} {report.tool['version']}", *map(" ".join, report.toolchain.items())))))
    blocks = Blocks().of_report(report)
    places = {name: f"defect-{number}" for number, block in enumerate(blocks, 1) for name in (block.id, *block.others)}
    _cells(body, report.cells, places)
    _defects(body, blocks, places)
    _list(body, "Proofs", ((proof.verdict, proof_sentence(proof)) for proof in report.proofs))
    _artifacts(body, report)
    _list(body, "Samples", ((None, clean(sentence)) for sentence in report.samples))
    _list(body, "Without a cell", ((None, line) for line in pruned_lines(report.pruned)))
    return DOCTYPE + tostring(page, encoding="unicode", method="html") + "\n"


def _head(page: Element, title: str) -> None:
    head = SubElement(page, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", name="viewport", content="width=device-width")
    _add(head, "title", title)
    _add(head, "style", STYLE)


def _cells(body: Element, results: Iterable[CellResult], places: Mapping[str, str]) -> None:
    """Add a table for each package: a row for each selection, a column for each target."""
    packages: dict[str, list[CellResult]] = {}
    for result in results:
        packages.setdefault(result.cell.package, []).append(result)
    for package, members in packages.items():
        _add(body, "h2", clean(package))
        targets = tuple(dict.fromkeys(result.cell.target for result in members))
        rows: dict[tuple[str, ...], dict[str, CellResult]] = {}
        for result in members:
            rows.setdefault(result.cell.features, {})[result.cell.target] = result
        table = _table(body, "features", *targets)
        for features, found in rows.items():
            row = SubElement(table, "tr")
            _add(row, "th", clean(", ".join(features) or NO_FEATURES), scope="row")
            for target in targets:
                _cell(SubElement(row, "td"), found.get(target), places)


def _cell(place: Element, result: CellResult | None, places: Mapping[str, str]) -> None:
    if result is None:
        return
    label = LABELS[result.verdict]
    defect = places.get(result.cell.id)
    if defect is None:
        _add(place, "span", label, **{"class": str(result.verdict)})
    else:
        _add(place, "a", label, href=f"#{defect}", **{"class": str(result.verdict)})
    said = " ".join(part for part in (cell_duration(result), remark(result)) if part)
    if said:
        _add(place, "small", f" {said}")


def _defects(body: Element, blocks: Iterable[Block], places: Mapping[str, str]) -> None:
    """Add what a reader needs to mend each defect, in the words of the plain report."""
    for number, block in enumerate(blocks):
        if number == 0:
            _add(body, "h2", "Defects")
        heading = SubElement(body, "h3", id=places[block.id])
        _add(heading, "span", LABELS[block.verdict], **{"class": str(block.verdict)})
        heading[-1].tail = f" {clean(block.id)} {block.spent}".rstrip()
        # The first two lines are what separates blocks, and the heading.
        _, _, *lines = block_lines((block,))
        _add(body, "pre", "\n".join(line.removeprefix("  ") for line in lines))


def _artifacts(body: Element, report: RunReport) -> None:
    found = artifacts(report)
    if found:
        _add(body, "h2", "Artifacts")
        table = _table(body, "file", "kind", "size", "gzip", "sha256")
        for artifact in found:
            row = SubElement(table, "tr")
            _add(row, "th", shown_path(artifact.path, report.workspace), scope="row")
            for text in (artifact_kind(artifact), decimal(artifact.size), decimal(artifact.gzip_size)):
                _add(row, "td", text)
            _add(SubElement(row, "td"), "code", artifact.sha256)


def _list(body: Element, title: str, entries: Iterable[tuple[Verdict | None, str]]) -> None:
    content = tuple(entries)
    if not content:
        return
    _add(body, "h2", title)
    points = SubElement(body, "ul")
    for verdict, text in content:
        point = SubElement(points, "li")
        if verdict is None:
            point.text = text
        else:
            _add(point, "span", LABELS[verdict], **{"class": str(verdict)})
            point[-1].tail = f" {text}"


def _table(body: Element, *columns: str) -> Element:
    """Add a table, and return where its rows go."""
    table = SubElement(body, "table")
    row = SubElement(SubElement(table, "thead"), "tr")
    for column in columns:
        _add(row, "th", clean(column), scope="col")
    return SubElement(table, "tbody")


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text

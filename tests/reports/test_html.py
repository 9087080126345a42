"""The HTML report of a run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from html.parser import HTMLParser

from buildkit.model import RunReport
from buildkit.reports.html import html_text

Golden = Callable[[str, str], None]

VOID = frozenset({"meta"})


class Page(HTMLParser):
    """Reads a page as a browser does: every element is closed in order, and what leads within the page leads somewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.words = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in ("href", "src"):
                self.links.add(value or "")
            if name == "id":
                self.ids.add(f"#{value}")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_it_reads_as_the_golden_file(report: RunReport, golden: Golden) -> None:
    golden("reports/report.html", html_text(report))


def test_every_defect_is_led_to_and_nothing_is_loaded(report: RunReport) -> None:
    page = Page(html_text(report))
    assert page.links
    assert page.links <= page.ids
    assert not page.tags & {"script", "link", "img", "iframe"}


def test_what_programs_say_stays_text(report: RunReport) -> None:
    first, *others = report.cells
    said = "<script>alert(1)</script>\x1b[31m&amp;\x00"
    stages = tuple(dataclasses.replace(stage, reason=said) for stage in first.stages)
    changed = dataclasses.replace(first, stages=stages, expectation=said)
    page = Page(html_text(dataclasses.replace(report, cells=(changed, *others))))
    assert "script" not in page.tags
    assert "<script>alert(1)</script>&amp;\N{REPLACEMENT CHARACTER}" in page.words

"""The few colors of the rich report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.text import Text

from buildkit.model import Rule, Verdict
from buildkit.reports.words import clean

STYLES: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.ERROR: "bold magenta",
    Verdict.SKIPPED: "dim",
    Verdict.EXPECTED_FAIL: "yellow",
    Verdict.UNEXPECTED_PASS: "bold red",
}

QUIET_STYLE: Final = "dim"

PLACE_STYLE: Final = "cyan"

HEADING_STYLE: Final = "bold"

RULE_STYLE: Final = "bold"

ERROR_PATTERN: Final = r"(?m)^error(\[\w+\])?:"

WARNING_PATTERN: Final = r"(?m)^warning(\[\w+\])?:"


def cell_text(identifier: str) -> Text:
    """Return a cell id whose target stands out a little."""
    package, slash, rest = clean(identifier).partition("/")
    target, second_slash, features = rest.partition("/")
    return Text.assemble(package, (slash, QUIET_STYLE), (target, PLACE_STYLE), (second_slash, QUIET_STYLE), features)


def rule_text(rule: Rule) -> Text:
    """Return the word of a rule."""
    return Text(str(rule), style=RULE_STYLE)


def diagnostic_text(text: str) -> Text:
    """Return what a compiler said, its first words colored."""
    shown = Text(text)
    shown.highlight_regex(ERROR_PATTERN, STYLES[Verdict.FAIL])
    shown.highlight_regex(WARNING_PATTERN, STYLES[Verdict.EXPECTED_FAIL])
    return shown

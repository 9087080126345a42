"""The rich console: how it is made for a stream, and text that is never wrapped so that it can be pasted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TextIO

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from buildkit.reports.settings import Reporting

INDENT: Final = 2

NARROWEST: Final = 12
"""The width that is never gone below, however narrow the terminal is."""

SIDE_BY_SIDE: Final = 72
"""The width from which names stand beside their values."""


def open_console(settings: Reporting, stream: TextIO) -> Console:
    """Return a console on `stream`; without color it writes no terminal codes at all."""
    return Console(
        file=stream,
        width=settings.width,
        force_terminal=settings.colored,
        force_interactive=settings.colored and settings.stdout.isatty(),
        color_system="auto" if settings.colored else None,
        no_color=not settings.colored,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )


class Trimmed:
    """Renders something indented, without the spaces with which rich fills each line."""

    def __init__(self, shown: RenderableType, indent: int) -> None:
        """Indent by so many columns."""
        self._shown = shown
        self._indent = indent

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        inner = options.update_width(max(options.max_width - self._indent, NARROWEST))
        for line in console.render_lines(self._shown, inner, pad=False):
            kept = _without_trailing_spaces(line)
            if kept:
                yield Segment(" " * self._indent)
                yield from kept
            yield Segment.line()


def _without_trailing_spaces(line: Sequence[Segment]) -> list[Segment]:
    kept = list(line)
    while kept and not kept[-1].text.strip():
        kept.pop()
    if kept:
        text, style, control = kept[-1]
        kept[-1] = Segment(text.rstrip(), style, control)
    return kept


class Page:
    """Prints on a console, indented, either folded at its width or exactly as given."""

    def __init__(self, console: Console) -> None:
        """Print on `console`."""
        self.console = console

    def print(self, shown: RenderableType, indent: int = 0) -> None:
        """Print something, folded where it is too wide."""
        self.console.print(Trimmed(shown, indent), end="")

    def verbatim(self, text: Text, indent: int = INDENT) -> None:
        """Print lines exactly as they are; only a recording, which would cut them, folds them."""
        for line in text.split(allow_blank=True):
            if self.console.record:
                self.print(line, indent)
            else:
                self.console.print(Text.assemble(" " * indent, line) if line.plain else line, soft_wrap=True)

    def command(self, command: str, indent: int = 2 * INDENT) -> None:
        """Print a command on a line of its own, so that it can be pasted."""
        self.verbatim(Text(command, style="dim"), indent)

    def fields(self, fields: Iterable[tuple[str, Text]]) -> None:
        """Print names and values, side by side where there is room for it."""
        if self.console.width < SIDE_BY_SIDE:
            for name, value in fields:
                self.print(Text.assemble((f"{name}: ", "dim"), value), INDENT)
            return
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for name, value in fields:
            grid.add_row(name, value)
        self.print(grid, INDENT)

    def blank(self) -> None:
        """Leave a line empty."""
        self.console.print()

"""A picture of a run, as it looks in a terminal."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.console import Console

from buildkit.events import Event
from buildkit.reports.console import RichReporter
from buildkit.reports.files import write_report

UNIQUE_ID: Final = "buildkit"

_FONT_FACES: Final = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def export_svg(events: Iterable[Event], path: Path, *, width: int = 100, title: str = "buildkit") -> None:
    """Write the picture of a run to `path`; the same events give the same bytes.

    It names no font file, so it needs no network and is shown in the reader's own fixed-width font.
    """
    write_report(path, svg_text(events, width=width, title=title))


def svg_text(events: Iterable[Event], *, width: int, title: str) -> str:
    """Return the picture of a run."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=width,
        force_terminal=True,
        force_interactive=False,
        color_system="truecolor",
        no_color=False,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    reporter = RichReporter(console, 0)
    for event in events:
        reporter.report(event)
    reporter.close()
    return _FONT_FACES.sub("", console.export_svg(title=title, unique_id=UNIQUE_ID))

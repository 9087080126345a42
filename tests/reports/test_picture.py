from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from buildkit.events import Event
from buildkit.reports.picture import export_svg


def test_the_same_events_give_the_same_picture(story: tuple[Event, ...], tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    export_svg(story, first, title="buildkit check")
    export_svg(story, second, title="buildkit check")
    assert first.read_bytes() == second.read_bytes()


def test_the_picture_is_whole_and_asks_for_nothing_from_a_network(story: tuple[Event, ...], tmp_path: Path) -> None:
    file = tmp_path / "run.svg"
    export_svg(story, file, width=80, title="buildkit <check>")
    text = file.read_text(encoding="utf-8")
    shown = "".join(ET.fromstring(text).itertext()).replace("\N{NO-BREAK SPACE}", " ")  # noqa: S314  # our own file
    assert "buildkit <check>" in shown
    assert "[red],wasi" in shown
    assert "Rerun what failed:" in shown
    assert "url(http" not in text
    assert not re.search(r"""(?:href|src)=["']?http""", text)

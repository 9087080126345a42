from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from buildkit.events import Event, Notice, RunFinished
from buildkit.reports.open import open_reporter
from buildkit.reports.settings import Color, Format, Github, Reporting


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def forsaken_pipe() -> Iterator[io.TextIOWrapper]:
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w", encoding="utf-8")
    yield stream
    stream.close()


@pytest.mark.parametrize(("stream", "chosen"), [(Terminal(), Format.RICH), (io.StringIO(), Format.PLAIN)], ids=["terminal", "pipe"])
def test_the_format_suits_standard_output(stream: io.StringIO, chosen: Format) -> None:
    assert Reporting(stdout=stream, stderr=io.StringIO()).chosen_format is chosen


@pytest.mark.parametrize(
    ("stream", "color", "colored"),
    [
        (Terminal(), Color.AUTO, True),
        (io.StringIO(), Color.AUTO, False),
        (Terminal(), Color.NEVER, False),
        (io.StringIO(), Color.ALWAYS, True),
    ],
)
def test_color_suits_standard_output_unless_it_was_decided(stream: io.StringIO, color: Color, *, colored: bool) -> None:
    assert Reporting(stdout=stream, stderr=io.StringIO(), color=color).colored is colored


@pytest.mark.parametrize("form", list(Format))
def test_every_format_reports_a_whole_run_beside_its_files(story: tuple[Event, ...], tmp_path: Path, form: Format) -> None:
    out, err = io.StringIO(), io.StringIO()
    settings = Reporting(
        stdout=out, stderr=err, format=form, width=100, junit=tmp_path / "junit.xml", github=Github(summary=tmp_path / "summary.md")
    )
    with open_reporter(settings) as emit:
        for event in story:
            emit(event)
    assert (tmp_path / "junit.xml").is_file()
    assert (tmp_path / "summary.md").is_file()
    assert "::error " in (err if form is Format.JSON else out).getvalue()
    assert "\x1b" not in out.getvalue() + err.getvalue()
    if form is Format.JSON:
        assert json.loads(out.getvalue())["summary"]["cells"] == 9


def test_events_from_many_threads_do_not_mix(tmp_path: Path) -> None:
    out = io.StringIO()
    with open_reporter(Reporting(stdout=out, stderr=io.StringIO(), format=Format.PLAIN)) as emit:
        threads = [threading.Thread(target=lambda: [emit(Notice(message="m", detail="d")) for _ in range(50)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert out.getvalue() == "note: m\n  d\n" * 400


def test_a_reader_that_left_ends_the_run_quietly(forsaken_pipe: io.TextIOWrapper) -> None:
    with pytest.raises(BrokenPipeError), open_reporter(Reporting(stdout=forsaken_pipe, stderr=io.StringIO())) as emit:
        emit(Notice(message="m"))


def test_a_reader_that_left_is_not_raised_in_other_threads(forsaken_pipe: io.TextIOWrapper) -> None:
    raised: list[BaseException] = []

    def tell() -> None:
        try:
            emit(Notice(message="m"))
        except OSError as error:
            raised.append(error)

    with open_reporter(Reporting(stdout=forsaken_pipe, stderr=io.StringIO())) as emit:
        thread = threading.Thread(target=tell)
        thread.start()
        thread.join()
    assert raised == []


@pytest.mark.parametrize("form", list(Format))
def test_a_reader_that_left_at_the_end_does_not_change_the_outcome(
    story: tuple[Event, ...], forsaken_pipe: io.TextIOWrapper, tmp_path: Path, form: Format
) -> None:
    finished = story[-1]
    assert isinstance(finished, RunFinished)
    settings = Reporting(stdout=forsaken_pipe, stderr=io.StringIO(), format=form, junit=tmp_path / "junit.xml")
    with open_reporter(settings) as emit:
        emit(finished)
    assert (tmp_path / "junit.xml").is_file()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_report_that_is_lost_is_an_error(story: tuple[Event, ...]) -> None:
    with (
        Path("/dev/full").open("w", encoding="utf-8") as full,
        pytest.raises(OSError, match="No space left"),
        open_reporter(Reporting(stdout=full, stderr=io.StringIO(), format=Format.JSON)) as emit,
    ):
        emit(story[-1])


def test_an_ascii_terminal_gets_trees_in_ascii(story: tuple[Event, ...]) -> None:
    raw = io.BytesIO()
    with open_reporter(
        Reporting(stdout=io.TextIOWrapper(raw, encoding="ascii"), stderr=io.StringIO(), format=Format.RICH, width=100)
    ) as emit:
        emit(story[-1])
    text = raw.getvalue().decode("ascii")
    assert "`-- shop-store" in text

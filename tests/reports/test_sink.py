from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from buildkit.reports.sink import Sink


@pytest.fixture
def forsaken_pipe() -> Iterator[io.TextIOWrapper]:
    """A pipe whose reader has left."""
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w", encoding="utf-8")
    yield stream
    stream.close()


def test_a_reader_that_left_is_remembered_and_nothing_is_raised(forsaken_pipe: io.TextIOWrapper) -> None:
    sink = Sink(forsaken_pipe)
    sink.write("one\n")
    sink.flush()
    assert isinstance(sink.failure, BrokenPipeError)
    sink.write("two\n")
    sink.flush()


def test_after_a_broken_pipe_the_stream_can_be_flushed_at_exit(forsaken_pipe: io.TextIOWrapper) -> None:
    sink = Sink(forsaken_pipe)
    sink.write("one\n")
    sink.flush()
    forsaken_pipe.flush()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_remembered() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as stream:
        sink = Sink(stream)
        sink.write("one\n")
        sink.flush()
    assert sink.failure is not None
    assert sink.failure.errno == errno.ENOSPC


def test_characters_that_the_encoding_lacks_are_replaced() -> None:
    raw = io.BytesIO()
    sink = Sink(io.TextIOWrapper(raw, encoding="ascii"))
    sink.write("└── tempfile \udce9\n")
    sink.flush()
    assert raw.getvalue() == b"??? tempfile ?\n"

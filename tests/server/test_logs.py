"""Logs are JSON lines."""

from __future__ import annotations

import json
import logging
from io import StringIO

from buildkit.server.logs import logging_to


def test_a_record_is_one_line_with_what_it_carries() -> None:
    stream = StringIO()
    with logging_to(stream, logging.INFO):
        logging.getLogger("buildkit.server").info("first\nsecond", extra={"tenant": "acme\u2028", "path": "/a"})
        logging.getLogger("buildkit.server").debug("not shown")
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    record = json.loads(lines[0])
    assert record.pop("time").endswith("Z")
    expected = {"level": "info", "logger": "buildkit.server", "event": "first\nsecond", "tenant": "acme\u2028", "path": "/a"}
    assert record == expected


def test_a_failure_carries_its_traceback_on_the_same_line() -> None:
    stream = StringIO()
    with logging_to(stream, logging.INFO):
        try:
            raise ZeroDivisionError  # noqa: TRY301  # what is logged
        except ZeroDivisionError:
            logging.getLogger("buildkit.server").exception("failed")
    assert "ZeroDivisionError" in json.loads(stream.getvalue())["traceback"]


def test_libraries_say_only_what_is_wrong() -> None:
    stream = StringIO()
    with logging_to(stream, logging.DEBUG):
        logging.getLogger("uvicorn.error").info("started")
        logging.getLogger("alembic.runtime").warning("odd")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["odd"]


def test_nothing_is_written_afterwards() -> None:
    stream = StringIO()
    with logging_to(stream, logging.INFO):
        pass
    logging.getLogger("buildkit.server").error("late")
    assert stream.getvalue() == ""

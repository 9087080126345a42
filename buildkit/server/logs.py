"""Structured logs: one JSON object per line."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Final, TextIO

OF_EVERY_RECORD: Final = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message", "taskName"}
LOGGERS: Final = ("buildkit.server", "uvicorn", "alembic")


class JsonLines(logging.Formatter):
    """Writes a record as one JSON object, with whatever else it carries."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in OF_EVERY_RECORD}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


@contextmanager
def logging_to(stream: TextIO, level: int) -> Iterator[None]:
    """Write what the service and its libraries log to a stream; from the libraries, only warnings and worse."""
    sink = logging.StreamHandler(stream)
    sink.setFormatter(JsonLines())
    with ExitStack() as after:
        for name in LOGGERS:
            logger = logging.getLogger(name)
            after.callback(_restore, logger, logger.level, logger.propagate)
            after.callback(logger.removeHandler, sink)
            logger.addHandler(sink)
            logger.propagate = False
            logger.setLevel(level if name == LOGGERS[0] else logging.WARNING)
        yield


def _restore(logger: logging.Logger, level: int, propagate: bool) -> None:  # noqa: FBT001  # what the logger calls it
    logger.setLevel(level)
    logger.propagate = propagate

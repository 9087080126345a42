"""What this process says, written down."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TextIO


@dataclass(frozen=True, kw_only=True)
class Speech:
    """What was written to standard output and standard error, in order."""

    said: list[tuple[int, bytes]] = field(default_factory=list)


class _Listened(io.BufferedIOBase):
    """A stream of bytes that is written down, and passed on unless it is muffled."""

    def __init__(self, number: int, stream: Any, speech: Speech, *, muffled: bool) -> None:
        self._number, self._stream, self._speech, self._muffled = number, stream, speech, muffled

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._speech.said.append((self._number, bytes(content)))
        return len(content) if self._muffled else self._stream.write(content)

    def flush(self) -> None:
        if not self._muffled:
            self._stream.flush()

    def isatty(self) -> bool:
        return bool(self._stream.isatty())

    def fileno(self) -> int:
        return int(self._stream.fileno())


@contextmanager
def listening(*, muffled: bool = False) -> Iterator[Speech]:
    """Write down what this process says; where it is `muffled`, nobody else hears it."""
    speech = Speech()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_listened(number, stream, speech, muffled=muffled) for number, stream in enumerate(before, start=1))
    try:
        yield speech
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        sys.stdout, sys.stderr = before


def _listened(number: int, stream: TextIO, speech: Speech, *, muffled: bool) -> TextIO:
    stream.flush()
    bytes_stream = _Listened(number, stream.buffer, speech, muffled=muffled)
    return io.TextIOWrapper(bytes_stream, encoding=stream.encoding, errors=stream.errors, newline="\n", line_buffering=True)  # type: ignore[type-var]

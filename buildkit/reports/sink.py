"""A standard stream that can be written to in safety: any text, any encoding, from any thread, and a reader that may leave."""

from __future__ import annotations

import io
import os
from typing import TextIO


class Sink(io.TextIOBase):
    """A text stream around `stream`; characters that its encoding lacks become `?`.

    Writing raises nothing. When the stream fails, `failure` keeps the error (`BrokenPipeError` where the reader of a pipe has
    left) and what follows is dropped: the error is for the caller to raise, in its own thread and at a good moment.
    """

    def __init__(self, stream: TextIO) -> None:
        """Wrap a stream that stays open when this one is closed."""
        super().__init__()
        self._stream = stream
        self.failure: OSError | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only here
        """Return the encoding of the stream, UTF-8 where it has none."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Say whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor of the stream; raises `OSError` where it has none."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Return true."""
        return True

    def write(self, text: str, /) -> int:
        """Write text, or drop it once the stream has failed."""
        if self.failure is None:
            try:
                self._stream.write(text.encode(self.encoding, "replace").decode(self.encoding))
            except OSError as error:
                self._divert(error)
        return len(text)

    def flush(self) -> None:
        """Hand on what was written."""
        if self.failure is None:
            try:
                self._stream.flush()
            except OSError as error:
                self._divert(error)

    def _divert(self, failure: OSError) -> None:
        """Point the descriptor elsewhere: the interpreter flushes once more at exit and would complain (Python manual, "Note on SIGPIPE")."""
        self.failure = failure
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, self.fileno())
        except OSError:
            return
        finally:
            os.close(nowhere)

"""Send the head and the body of an answer together: each by itself is a system call of its own, and wakes up the client twice."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class GatheringTransport:
    """A transport that takes what is written within one turn of the event loop, and hands it on at once; in all else it is that transport."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Stand before a transport."""
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> None:
        """Keep a piece until the loop comes around."""
        if not self._pieces:
            self._loop.call_soon(self._hand_on)
        self._pieces.append(piece)

    def close(self) -> None:
        """Close after what was written."""
        self._hand_on()
        self._transport.close()

    def _hand_on(self) -> None:
        if self._pieces:
            self._transport.write(b"".join(self._pieces))
            self._pieces.clear()

    def __getattr__(self, name: str) -> Any:
        """Do as the transport does."""
        return getattr(self._transport, name)


class GatheringProtocol(HttpToolsProtocol):
    """Speaks HTTP through such a transport."""

    def connection_made(self, transport: Any) -> None:
        """Begin a connection."""
        super().connection_made(GatheringTransport(transport, self.loop))  # type: ignore[arg-type]  # it is one in all that is asked of it

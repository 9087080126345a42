"""A client that asks one thing after another over one connection, and costs the machine next to nothing."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

HEADERS_END = b"\r\n\r\n"
LENGTH = b"content-length:"


class ConnectionGoneError(Exception):
    """The service ended the connection before it had answered."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A status and a body."""

    status: int
    body: bytes

    @property
    def document(self) -> Any:
        """Return the JSON document."""
        return json.loads(self.body)


class Connection(asyncio.Protocol):
    """One connection, which is asked one thing at a time."""

    def __init__(self) -> None:
        """Wait for nothing yet."""
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self._gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport; uvloop's is of no class of asyncio."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer once the whole body is here."""
        self._received += data
        end = self._received.find(HEADERS_END)
        if end < 0 or self._waiting is None:
            return
        head = bytes(self._received[:end])
        lower = head.lower()
        start = lower.index(LENGTH) + len(LENGTH)
        length = int(lower[start:].split(b"\r\n", 1)[0])
        whole = end + len(HEADERS_END) + length
        if len(self._received) >= whole:
            body = bytes(self._received[end + len(HEADERS_END) : whole])
            del self._received[:whole]
            waiting, self._waiting = self._waiting, None
            if not waiting.done():
                waiting.set_result(Answer(status=int(head[9:12]), body=body))

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell whoever waits that no answer comes."""
        self._gone = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionGoneError())

    async def ask(self, request: bytes) -> Answer:
        """Send a request and return the answer; raises `ConnectionGoneError`."""
        if self._gone or self._transport is None:
            raise ConnectionGoneError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """End the connection."""
        if self._transport is not None:
            self._transport.close()


async def connect(url: str) -> Connection:
    """Connect to a service; raises `ConnectionGoneError`."""
    parts = urlsplit(url)
    try:
        _, connection = await asyncio.get_running_loop().create_connection(Connection, parts.hostname or "127.0.0.1", parts.port or 80)
    except OSError:
        raise ConnectionGoneError from None
    return connection


def post(path: str, body: str, *, tenant: str) -> bytes:
    """Return a request that posts a JSON document."""
    head = f"POST {path} HTTP/1.1\r\nHost: service\r\nX-Runtara-Tenant-Id: {tenant}\r\nContent-Type: application/json\r\n"
    content = body.encode("utf-8")
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode("ascii") + content

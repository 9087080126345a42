"""Stands between workflows and the checkpoint service, and remembers everything in the order in which it happened.

What is asked of `/api/` is handed on to the service. Everything else that is asked is an effect of a step: `/effects/TENANT/INSTANCE/STEP`.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Final
from urllib.parse import quote, unquote, urlsplit

TENANT: Final = "X-Runtara-Tenant-Id"
EFFECT: Final = "effect"
HANDED_ON: Final = (TENANT, "Authorization", "Content-Type")
PATIENCE_SECONDS: Final = 30


@dataclass(frozen=True, kw_only=True)
class Request:
    """What was asked. `verb` is `effect`, or the last part of the service's path, such as `checkpoint`."""

    tenant: str
    instance: str
    verb: str
    step: str
    """The step whose effect or whose checkpoint this is; empty where it is none of them."""

    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer."""

    status: int
    document: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """What was asked, and what was answered. Effects stand where they arrived, everything else where the service had answered."""

    request: Request
    reply: Reply


class GoneError(Exception):
    """The connection ends without an answer."""


Before = Callable[[Request], Reply | None]
"""Called before anything is handed on or answered: may wait, answer instead, or raise `GoneError`."""

After = Callable[[Request], None]
"""Called when the answer is known, and before it is given: may wait, or raise `GoneError`."""


class Witness:
    """What was seen. `service`, `before` and `after` may be changed at any time."""

    def __init__(self, service: str = "") -> None:
        """Begin with nothing seen."""
        self.service = service
        self.before: Before | None = None
        self.after: After | None = None
        self.url = ""
        self._exchanges: list[Exchange] = []
        self._counted: Counter[tuple[str, str]] = Counter()
        self._changed = threading.Condition()

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Return everything until now."""
        with self._changed:
            return tuple(self._exchanges)

    def note(self, request: Request, reply: Reply) -> None:
        """Remember one more."""
        with self._changed:
            self._exchanges.append(Exchange(request=request, reply=reply))
            self._counted[request.instance, request.verb] += 1
            self._changed.notify_all()

    def count(self, instance: str, verb: str) -> int:
        """Say how often something was asked of an instance, whoever's it is."""
        with self._changed:
            return self._counted[instance, verb]

    def wait(self, wanted: Callable[[Exchange], bool], seconds: float = PATIENCE_SECONDS) -> bool:
        """Wait until something is seen, and say whether it was."""
        with self._changed:
            return self._changed.wait_for(lambda: any(map(wanted, self._exchanges)), seconds)

    def effects(self, tenant: str, instance: str) -> str:
        """Return the address below which the steps of an instance have theirs."""
        return f"{self.url}/effects/{quote(tenant, safe='')}/{quote(instance, safe='')}"


@contextmanager
def witnessing(service: str = "") -> Iterator[Witness]:
    """Stand before a service, on a port of this machine that is free."""
    witness = Witness(service)
    server = _Server(("127.0.0.1", 0), _bound(witness))
    witness.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield witness
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asked was killed."""


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection. What a workflow sees of it is that of the service."""

    witness: ClassVar[Witness]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that the library gives it
        """Say nothing."""

    def do_GET(self) -> None:  # the name that the library asks for
        """Answer."""
        self._answer()

    def do_POST(self) -> None:  # the name that the library asks for
        """Answer."""
        self._answer()

    def _answer(self) -> None:
        content = self._content()
        request = self._request(content)
        try:
            reply = self.witness.before(request) if self.witness.before is not None else None
            if reply is None:
                reply = self._effect(request) if request.verb == EFFECT else self._handed_on(content)
            if request.verb != EFFECT:
                self.witness.note(request, reply)
            if self.witness.after is not None:
                self.witness.after(request)
        except (GoneError, OSError, http.client.HTTPException):
            # The service is dead: whoever asked sees what it would see without anybody in between.
            self.close_connection = True
            return
        self._send(reply)

    def _content(self) -> bytes:
        """Return the body, which may come in chunks (RFC 9112, section 7.1)."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(chunks)

    def _request(self, content: bytes) -> Request:
        parts = [unquote(part) for part in urlsplit(self.path).path.split("/")]
        if parts[1] == "effects":
            return Request(tenant=parts[2], instance=parts[3], verb=EFFECT, step=parts[4])
        with_instance = len(parts) > 4
        body = json.loads(content) if content else {}
        return Request(
            tenant=self.headers.get(TENANT, ""),
            instance=parts[4] if with_instance else "",
            verb=parts[5] if len(parts) > 5 else "",
            step=body.get("checkpoint_id") or "",
            body=body,
        )

    def _effect(self, request: Request) -> Reply:
        reply = Reply(status=200, document={"applied": request.step})
        self.witness.note(request, reply)
        return reply

    def _handed_on(self, content: bytes) -> Reply:
        place = urlsplit(self.witness.service)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_SECONDS)
        try:
            headers = {name: self.headers[name] for name in HANDED_ON if name in self.headers}
            connection.request(self.command, self.path, body=content or None, headers=headers)
            answer = connection.getresponse()
            return Reply(status=answer.status, document=json.loads(answer.read()))
        finally:
            connection.close()

    def _send(self, reply: Reply) -> None:
        content = json.dumps(reply.document).encode()
        with suppress(ConnectionError):
            self.send_response(reply.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()


def _bound(witness: Witness) -> type[_Handler]:
    """Return handlers of one witness; the library makes one for each connection."""
    return type("Bound", (_Handler,), {"witness": witness})

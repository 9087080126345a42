"""What happens to every request before and after the application: limits, tokens, figures, logs, and the last resort."""

from __future__ import annotations

import logging
import time
from http import HTTPMethod, HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from buildkit.server.envelope import error_answer
from buildkit.server.metrics import LOGGER
from buildkit.server.refusals import RefusalError
from buildkit.server.service import Service

GUARDED: Final = "/api/"
TENANT: Final = "x-runtara-tenant-id"
METHODS: Final = frozenset(HTTPMethod)


class Edge:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, *, service: Service, largest_body: int) -> None:
        """Keep what is needed."""
        self._app = app
        self._service = service
        self._largest_body = largest_body
        self._log = logging.getLogger(LOGGER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens in it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        statuses: list[int] = []

        async def observe(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
            await send(message)

        with self._service.metrics.open_request():
            try:
                await self._answer(scope, receive, observe)
            except RefusalError as refusal:
                await error_answer(refusal)(scope, receive, observe)
            except Exception:  # noqa: BLE001  # whatever it is, it gets an answer and a line in the log
                self._log.exception("a request failed", extra={"method": scope["method"], "path": scope["path"]})
                if not statuses:
                    await error_answer(broken())(scope, receive, observe)
        self._record(scope, statuses[0] if statuses else 0, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if scope["path"].startswith(GUARDED) and not self._service.tokens.admit(headers.get(TENANT, ""), headers.get("authorization")):
            self._log.warning(
                "unauthorized", extra={"tenant": headers.get(TENANT), "path": scope["path"], "client": (scope.get("client") or ("", 0))[0]}
            )
            raise RefusalError(HTTPStatus.UNAUTHORIZED, "unauthorized", "the tenant's bearer token is needed")
        if scope["method"] in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        body = await read_body(headers, receive, self._largest_body)
        if body is not None:
            await self._app(scope, replay(body, receive), send)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        # Whoever asks may make up a method: it must not make up a figure.
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._service.metrics.answered(method=method, route=route, status=status, seconds=seconds)
        if self._log.isEnabledFor(logging.DEBUG):
            self._log.debug(
                "request",
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "milliseconds": round(seconds * 1000, 3),
                    "tenant": Headers(scope=scope).get(TENANT),
                },
            )


async def read_body(headers: Headers, receive: Receive, limit: int) -> bytes | None:
    """Return a body, `None` where the client has gone; raises `RefusalError` for one that is larger than `limit` bytes."""
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > limit:
        raise too_large(limit)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """Give a body that has been read once more, and then whatever comes."""
    left = [body]

    async def receive_again() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return receive_again


def too_large(limit: int) -> RefusalError:
    """Say how large a body may be."""
    return RefusalError(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body-too-large", f"a request may have {limit} bytes at most", {"largest_bytes": limit}
    )


def broken() -> RefusalError:
    """Say that the service is at fault; the log says how."""
    return RefusalError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", "the service failed to answer this request; its log says why")

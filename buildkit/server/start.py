"""Listen until told to stop, then drain."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from buildkit.errors import UsageError
from buildkit.server.app import create_app
from buildkit.server.gathered import GatheringProtocol
from buildkit.server.metrics import LOGGER
from buildkit.server.service import Service, open_service
from buildkit.server.settings import ServeSettings

SIGNALS = (signal.SIGINT, signal.SIGTERM)
BACKLOG = 1024
SWITCH_SECONDS = 0.001
"""How long the thread that answers may keep the one that commits waiting, whenever that one comes back from the disk."""


class DrainingServer(uvicorn.Server):
    """Ends by itself when told to: what is being asked is answered first. A second signal ends it without waiting."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals for as long as the server runs, and swallow them: the end of the drain is a success."""
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._end, number)
        try:
            yield
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)

    def _end(self, number: signal.Signals) -> None:
        logging.getLogger(LOGGER).info("draining", extra={"signal": number.name})
        self.force_exit = self.should_exit
        self.should_exit = True


def serve(settings: ServeSettings, *, listening: Callable[[str], None]) -> None:
    """Serve until a signal ends it; `listening` is given the address as soon as requests are taken."""
    log = logging.getLogger(LOGGER)
    sys.setswitchinterval(SWITCH_SECONDS)
    with listener(settings.host, settings.port) as sockets, open_service(settings) as service:
        address = shown_address(sockets[0])
        log.info("listening", extra={"address": address, "database": service.database.shown, "tokens": bool(settings.tokens)})
        listening(address)
        DrainingServer(configured(service, settings)).run(sockets=sockets)
    log.info("stopped")


def configured(service: Service, settings: ServeSettings) -> uvicorn.Config:
    """Return how the application is served."""
    return uvicorn.Config(
        create_app(service, largest_body=settings.largest_body),
        http=GatheringProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=max(1, round(settings.drain_seconds)),
    )


@contextmanager
def listener(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Listen at an address; raises `UsageError` where that cannot be."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise UsageError(f"{host}:{port}: {reason}", hint="buildkit serve --port 0 takes any port that is free") from None
        listening.listen(BACKLOG)
        yield [listening]


def shown_address(listening: socket.socket) -> str:
    """Return the address for a browser."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

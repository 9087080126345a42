"""A service within another command, for as long as that one needs it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from buildkit.server.service import open_service
from buildkit.server.settings import ServeSettings
from buildkit.server.start import configured, listener, shown_address


@contextmanager
def embedded(settings: ServeSettings) -> Iterator[str]:
    """Serve from a thread, and give the address; at the end everything that was asked is committed."""
    with listener(settings.host, settings.port) as sockets, open_service(settings) as service:
        server = uvicorn.Server(configured(service, settings))
        # What is asked before the thread has begun waits in the backlog of the socket.
        thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, name="service", daemon=True)
        thread.start()
        try:
            yield shown_address(sockets[0])
        finally:
            server.should_exit = True
            thread.join()

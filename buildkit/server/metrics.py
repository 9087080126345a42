"""What Prometheus may ask for. No figure names a tenant."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

LOGGER: Final = "buildkit.server"
SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The figures of one service."""

    def __init__(self) -> None:
        """Start from zero, in a registry of its own."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "buildkit_requests", "Answers, by route and status.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "buildkit_request_seconds",
            "From the first byte asked to the last answered.",
            ("route",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._open = Gauge("buildkit_requests_open", "Requests that are being answered.", registry=self._registry)
        self._checkpoints = Counter(
            "buildkit_checkpoints", "Checkpoints that were stored, and those that were there.", ("outcome",), registry=self._registry
        )
        self._commits = Histogram("buildkit_commit_seconds", "Time until a batch is durable.", buckets=SECONDS, registry=self._registry)
        self._batches = Histogram("buildkit_commit_operations", "Operations in a batch.", buckets=SIZES, registry=self._registry)
        self._failures = Counter("buildkit_database_failures", "Batches that the database did not take.", registry=self._registry)

    def text(self) -> bytes:
        """Return the figures in Prometheus' text format."""
        return generate_latest(self._registry)

    @contextmanager
    def open_request(self) -> Iterator[None]:
        """Count a request for as long as it is open."""
        self._open.inc()
        try:
            yield
        finally:
            self._open.dec()

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def checkpointed(self, outcome: str) -> None:
        """Count a checkpoint: `stored`, or `existing`."""
        self._checkpoints.labels(outcome).inc()

    @contextmanager
    def commit(self, operations: int) -> Iterator[None]:
        """Measure a batch that is committed."""
        started = time.perf_counter()
        yield
        self._commits.observe(time.perf_counter() - started)
        self._batches.observe(operations)

    def lost_database(self, error: Exception) -> None:
        """Count and log that the database did not take a batch."""
        self._failures.inc()
        logging.getLogger(LOGGER).error("database unavailable", extra={"reason": str(getattr(error, "orig", None) or error)})

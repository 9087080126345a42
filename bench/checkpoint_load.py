"""Workflows that do nothing but store checkpoints, and remember every one that was acknowledged."""

from __future__ import annotations

import asyncio
import base64
import random
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count

from bench.http_client import Connection, ConnectionGoneError, connect, post

API = "/api/v1/instances"
TENANT = "bench"
OK = 200


@dataclass(frozen=True, kw_only=True)
class Load:
    """How many workflows at once, how large their states, and how long."""

    workflows: int
    state_bytes: int
    seconds: float
    round_number: int = 0


@dataclass(kw_only=True)
class Acknowledged:
    """What the service has promised to keep, and how long it took to promise it."""

    states: dict[tuple[str, str], str] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return checkpoints per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, part: float) -> float:
        """Return the latency that this part of the checkpoints did not exceed, in seconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


class UnexpectedAnswerError(Exception):
    """The service answered what no workflow can make sense of."""


async def store(url: str, load: Load, begun: threading.Event | None = None) -> Acknowledged:
    """Store checkpoints until the time is over, or the service has gone; `begun` is set once every workflow is registered."""
    kept = Acknowledged()
    connections = [await connect(url) for _ in range(load.workflows)]
    names = [f"r{load.round_number}-w{number}" for number in range(load.workflows)]
    for connection, name in zip(connections, names, strict=True):
        await asked(connection, f"{API}/{name}/register", "{}")
    if begun is not None:
        begun.set()
    started = time.perf_counter()
    ending = started + load.seconds
    await asyncio.gather(*(_work(connection, name, load, ending, kept) for connection, name in zip(connections, names, strict=True)))
    kept.seconds = time.perf_counter() - started
    for connection in connections:
        connection.close()
    return kept


async def missing(url: str, states: Mapping[tuple[str, str], str], *, connections: int = 16) -> list[tuple[str, str]]:
    """Ask for every acknowledged checkpoint and return those that are not there, or are not what they were."""
    queue = iter(states.items())
    lost: list[tuple[str, str]] = []

    async def look(connection: Connection) -> None:
        for (name, checkpoint_id), state in queue:
            answer = await asked(connection, f"{API}/{name}/checkpoint", f'{{"checkpoint_id":"{checkpoint_id}","state":""}}')
            if answer["existing_state"] != state:
                lost.append((name, checkpoint_id))

    opened = [await connect(url) for _ in range(connections)]
    await asyncio.gather(*map(look, opened))
    for connection in opened:
        connection.close()
    return lost


async def asked(connection: Connection, path: str, body: str) -> dict[str, object]:
    """Post and return the document; raises `UnexpectedAnswerError` where there is none."""
    answer = await connection.ask(post(path, body, tenant=TENANT))
    if answer.status != OK:
        raise UnexpectedAnswerError(f"{path}: {answer.status} {answer.body.decode('utf-8', 'replace')}")
    document: dict[str, object] = answer.document
    return document


def made_states(size: int, seed: str) -> Iterator[str]:
    """Give states in base64, no two of them equal."""
    generator = random.Random(seed)  # noqa: S311  # no secret
    filling = generator.randbytes(size)
    for number in count():
        yield base64.b64encode(f"{seed} {number} ".encode() + filling[: max(0, size - 32)]).decode("ascii")


async def _work(connection: Connection, name: str, load: Load, ending: float, kept: Acknowledged) -> None:
    path = f"{API}/{name}/checkpoint"
    for number, state in enumerate(made_states(load.state_bytes, name)):
        if time.perf_counter() >= ending:
            return
        request = post(path, f'{{"checkpoint_id":"step-{number}","state":"{state}"}}', tenant=TENANT)
        before = time.perf_counter()
        try:
            answer = await connection.ask(request)
        except ConnectionGoneError:
            return
        if answer.status != OK:
            raise UnexpectedAnswerError(f"{path}: {answer.status} {answer.body.decode('utf-8', 'replace')}")
        kept.latencies.append(time.perf_counter() - before)
        kept.states[name, f"step-{number}"] = state

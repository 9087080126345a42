"""The figures of the load script."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice
from typing import TypeVar

import pytest

from bench.checkpoint_load import Acknowledged, made_states
from bench.checkpoints import Kind, Measured, Round, row, summary
from bench.http_client import Answer, Connection, ConnectionGoneError, connect, post

ANSWER = b'HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\n{"a":"b"}'

Result = TypeVar("Result")


def test_a_round_is_told_by_its_rate_and_its_slow_answers() -> None:
    kept = Acknowledged(latencies=[number / 1000 for number in range(1, 101)], seconds=2.0)
    assert summary(kept) == Round(checkpoints=100, per_second=50.0, p50=51.0, p99=100.0)


def test_a_row_has_medians_and_what_was_lost() -> None:
    rounds = tuple(Round(checkpoints=1, per_second=rate, p50=1.0, p99=rate) for rate in (3000.0, 1000.0, 2000.0))
    result = Measured(database=Kind.SQLITE, workflows=64, state_bytes=1024, rounds=rounds, kills=11, acknowledged=12345, lost=1)
    assert row(result) == "| sqlite | 64 | 1,024 | 2,000 (1,000\u20133,000) | 1.0 | 2000.0 | 11 | 12,345 | 1 |"


def test_no_two_states_are_equal() -> None:
    states = [*islice(made_states(100, "a"), 50), *islice(made_states(100, "b"), 50)]
    assert len(set(states)) == len(states)


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_an_answer_is_read_in_whatever_pieces_it_comes(step: int) -> None:
    pieces = [ANSWER[start : start + step] for start in range(0, len(ANSWER), step)]

    async def ask(connection: Connection) -> list[Answer]:
        return [await connection.ask(post("/a", "{}", tenant="t")) for _ in range(2)]

    assert asyncio.run(talk(pieces, ask)) == [Answer(status=201, body=b'{"a":"b"}')] * 2


def test_a_connection_that_ends_is_told_from_an_answer() -> None:
    async def ask(connection: Connection) -> None:
        for _ in range(2):
            with pytest.raises(ConnectionGoneError):
                await connection.ask(post("/a", "{}", tenant="t"))

    asyncio.run(talk([ANSWER[:-1]], ask, times=1))


async def talk(pieces: list[bytes], ask: Callable[[Connection], Awaitable[Result]], *, times: int = 2) -> Result:
    """Ask a server in this process that answers so often in pieces, and then ends the connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(times):
            await reader.readuntil(b"\r\n\r\n{}")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        connection = await connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        result = await ask(connection)
        connection.close()
    return result

"""An answer leaves in one piece, and before its connection is closed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from unittest.mock import Mock

from buildkit.server.gathered import GatheringTransport


class Kept(asyncio.Transport):
    """Keeps what is done to it."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.done: list[bytes | str] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.done.append(bytes(data))

    def close(self) -> None:
        self.done.append("closed")


class Turns:
    """A loop of which the turns are taken by hand."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []
        self.loop = Mock(spec=asyncio.AbstractEventLoop)
        self.loop.call_soon.side_effect = self.waiting.append

    def turn(self) -> None:
        waiting, self.waiting[:] = list(self.waiting), []
        for call in waiting:
            call()


def test_what_is_written_in_one_turn_leaves_together_and_in_order() -> None:
    kept, turns = Kept(), Turns()
    transport = GatheringTransport(kept, turns.loop)
    transport.write(b"head ")
    transport.write(b"body")
    assert kept.done == []
    turns.turn()
    assert kept.done == [b"head body"]
    turns.turn()
    transport.write(b"next")
    turns.turn()
    assert kept.done == [b"head body", b"next"]


def test_what_was_written_leaves_before_the_connection_is_closed() -> None:
    kept, turns = Kept(), Turns()
    transport = GatheringTransport(kept, turns.loop)
    transport.write(b"last")
    transport.close()
    turns.turn()
    assert kept.done == [b"last", "closed"]


def test_all_else_is_asked_of_the_transport() -> None:
    assert GatheringTransport(Kept(), Turns().loop).get_extra_info("peername") == ("127.0.0.1", 1)

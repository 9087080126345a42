"""A job server as cargo understands it: slots on a pipe."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from buildkit.cargo.jobserver import JobServer, is_served
from buildkit.process import Command


@pytest.fixture
def server() -> Iterator[JobServer]:
    server = JobServer(2)
    yield server
    server.close()


def test_there_are_as_many_slots_as_were_asked_for_and_none_is_waited_for(server: JobServer) -> None:
    assert [server.take() for _ in range(3)] == [True, True, False]
    server.give_back()
    assert [server.take() for _ in range(2)] == [True, False]


def test_a_call_of_cargo_is_told_of_the_pipe_and_has_it(server: JobServer) -> None:
    handed = server.hand_to(Command(argv=("cargo",), cwd=Path("/"), env={"A": "b"}))
    reading, writing = handed.inherited
    assert handed.env == {"A": "b", "CARGO_MAKEFLAGS": f"-j --jobserver-fds={reading},{writing} --jobserver-auth={reading},{writing}"}
    assert server.take()
    assert server.take()
    # What cargo gives back is there again, and cargo's own read waits as it should.
    os.write(writing, b"+")
    assert server.take()
    assert os.get_blocking(reading)


@pytest.mark.parametrize(
    ("environment", "served"),
    [
        ({}, False),
        ({"MAKEFLAGS": "k"}, False),
        ({"MAKEFLAGS": " -j8 --jobserver-auth=3,4"}, True),
        ({"MFLAGS": "-j --jobserver-fds=3,4"}, True),
        ({"CARGO_MAKEFLAGS": "--jobserver-auth=fifo:/tmp/GMfifo7"}, True),
    ],
)
def test_a_server_of_whoever_started_this_is_seen(environment: dict[str, str], *, served: bool) -> None:
    assert is_served(environment) is served


def test_the_options_are_spelled_as_cargo_spells_them(server: JobServer) -> None:
    told = server.hand_to(Command(argv=("cargo",), cwd=Path("/"))).env["CARGO_MAKEFLAGS"]
    assert re.fullmatch(r"-j --jobserver-fds=\d+,\d+ --jobserver-auth=\d+,\d+", told or "")

from __future__ import annotations

import pytest
from wasmtime import WasmtimeError

from buildkit.runners.model import Ending
from buildkit.runners.wasmtime_traps import judge
from buildkit.runners.wasmtime_wire import GuestRequest

REQUEST = GuestRequest(
    parent=1,
    artifact="app.wasm",
    outcome="outcome.json",
    arguments=(),
    environment={},
    directories=(),
    seconds=2,
    fuel=1000,
    memory=65536,
    network=False,
    cache=None,
)
RUNNING = "error while executing at wasm backtrace:\n    0:   0x48f5 - app.wasm!main\n    1:   0x39dc - app.wasm!_start\n\nCaused by:\n    "
WRONG_TYPE = "component imports instance `a:b/c@1.0.0`, but a matching implementation was not found in the linker\n\nCaused by:\n    "


@pytest.mark.parametrize(
    ("text", "ended", "message"),
    [
        pytest.param(
            f"{RUNNING}wasm trap: wasm `unreachable` instruction executed\n",
            "trapped",
            "wasm `unreachable` instruction executed",
            id="trap",
        ),
        pytest.param(f"{RUNNING}wasm trap: interrupt\n", "timed-out", "ended after 2 s", id="time"),
        pytest.param(f"{RUNNING}wasm trap: all fuel consumed by WebAssembly\n", "out-of-fuel", "the limit is 1000", id="fuel"),
        pytest.param(
            f"{RUNNING}0: memory fault at 0x9\n    1: wasm trap: out of bounds\n",
            "trapped",
            "memory fault at 0x9: out of bounds",
            id="causes",
        ),
        pytest.param(
            "memory minimum size of 17 pages exceeds memory limits",
            "out-of-memory",
            "memory minimum size of 17 pages exceeds memory limits: the limit is 65536 bytes",
            id="memory",
        ),
        pytest.param(
            f"{WRONG_TYPE}0: instance export `d` has the wrong type\n    1: function implementation is missing\n",
            "not-started",
            "it imports a:b/c@1.0.0, which this runtime does not provide",
            id="missing interface",
        ),
        pytest.param(
            f"{WRONG_TYPE}0: instance export `d` has the wrong type\n    1: expected 2 cases, found 1\n",
            "not-started",
            "it imports a:b/c@1.0.0, which this runtime provides otherwise: instance export `d` has the wrong type: expected 2 cases, found 1",
            id="interface of another shape",
        ),
        pytest.param(
            "unknown import: `env::f` has not been defined",
            "not-started",
            "it imports env::f, which this runtime does not provide",
            id="missing function",
        ),
        pytest.param("incompatible thing", "not-started", "incompatible thing", id="anything else before the program ran"),
    ],
)
def test_what_wasmtime_says_becomes_an_ending(text: str, ended: str, message: str) -> None:
    outcome = judge(WasmtimeError(text), REQUEST)
    assert (outcome.ended, outcome.message) == (Ending(ended), message)


def test_the_backtrace_is_kept_apart_from_the_message() -> None:
    assert judge(WasmtimeError(f"{RUNNING}wasm trap: interrupt\n"), REQUEST).backtrace.splitlines() == [
        "    0:   0x48f5 - app.wasm!main",
        "    1:   0x39dc - app.wasm!_start",
    ]

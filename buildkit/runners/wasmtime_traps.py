"""Say in words how wasmtime ended a program."""

from __future__ import annotations

import re
from typing import Final

from wasmtime import ExitTrap, Trap, WasmtimeError

from buildkit.runners.model import Ending
from buildkit.runners.wasmtime_wire import GuestOutcome, GuestRequest

CAUSES: Final = "Caused by:"
NUMBERED: Final = re.compile(r"^[0-9]+: ")
MISSING_INSTANCE: Final = re.compile(r"component imports \w+ `(?P<name>[^`]+)`, but a matching implementation was not found")
MISSING_ITEM: Final = re.compile(r"unknown import: `(?P<name>[^`]+)` has not been defined")
RAN: Final = ("wasm trap:", "wasm backtrace:")
"""What a message holds when the program's own code was running."""


def judge(error: Trap | WasmtimeError, request: GuestRequest) -> GuestOutcome:
    """Return how a program ended that was stopped by `error`."""
    if isinstance(error, ExitTrap):
        return GuestOutcome(ended=Ending.EXITED, exit_code=error.code)
    text = str(error)
    head, _, causes = text.partition(CAUSES)
    reason = _joined(causes) if causes else _joined(head.partition("wasm backtrace:")[0])
    if "all fuel consumed" in text:
        return GuestOutcome(ended=Ending.OUT_OF_FUEL, message=f"the limit is {request.fuel}", backtrace=_backtrace(head))
    if "wasm trap: interrupt" in text:
        return GuestOutcome(ended=Ending.TIMED_OUT, message=f"ended after {request.seconds:g} s", backtrace=_backtrace(head))
    if "exceeds memory limits" in text:
        return GuestOutcome(ended=Ending.OUT_OF_MEMORY, message=f"{reason}: the limit is {request.memory} bytes")
    if any(mark in text for mark in RAN):
        return GuestOutcome(ended=Ending.TRAPPED, message=reason.replace("wasm trap: ", ""), backtrace=_backtrace(head))
    return GuestOutcome(ended=Ending.NOT_STARTED, message=_unlinked(text, reason) or reason)


def _joined(text: str) -> str:
    """Return wasmtime's lines as one, without the numbers that it gives to causes."""
    return ": ".join(NUMBERED.sub("", line.strip()) for line in text.splitlines() if line.strip())


def _backtrace(head: str) -> str:
    return head.partition("wasm backtrace:")[2].strip("\n")


def _unlinked(text: str, reason: str) -> str | None:
    missing = MISSING_INSTANCE.search(text) or MISSING_ITEM.search(text)
    if missing is None:
        return None
    absent = CAUSES not in text or "implementation is missing" in reason
    return f"it imports {missing['name']}, which this runtime {'does not provide' if absent else f'provides otherwise: {reason}'}"

"""Orders that are given when a workflow is at a certain step, and not a moment earlier or later."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from bench.orders import Operator
from bench.promises import STORING
from bench.witness import Request

AT_ONCE = 2


@dataclass(frozen=True, kw_only=True)
class Signals:
    """Gives each instance one order, when its checkpoint of one step is asked for."""

    operator: Operator
    order: str
    steps: dict[str, str] = field(default_factory=dict)
    """The step by the instance."""

    given: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, step: str) -> str:
        """Return an instance that gets the order at a step."""
        instance = f"{self.order}-{step}"
        self.steps[instance] = step
        return instance

    def give(self, request: Request) -> None:
        """Give the order, if this is the moment."""
        with self.lock:
            if request.verb not in STORING or self.steps.get(request.instance) != request.step or request.instance in self.given:
                return
            self.given.add(request.instance)
        self.operator.order(request.instance, self.order)


@dataclass(frozen=True, kw_only=True)
class EveryStep:
    """Gives an order at every step, when its checkpoint is asked for the first time."""

    operator: Operator
    order: str
    given: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, request: Request) -> None:
        """Give the order, if this is the moment."""
        with self.lock:
            if request.verb not in STORING or request.step in self.given:
                return
            self.given.add(request.step)
        self.operator.order(request.instance, self.order)


def failures(act: Callable[[str], None], steps: Iterable[str]) -> dict[str, str]:
    """Do something for every step, some at once, and return what went wrong by the step."""
    failed: dict[str, str] = {}

    def attempt(step: str) -> None:
        try:
            act(step)
        except AssertionError as error:
            failed[step] = f"{error}"

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done in [threads.submit(attempt, step) for step in steps]:
            done.result()
    return failed


def read(result: bytes | None) -> Any:
    """Read a result."""
    assert result is not None
    return json.loads(result)

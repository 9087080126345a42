"""What checkpoints promise, held against what a witness saw.

The first checkpoint of a step that the service acknowledges holds: from then on the step never runs again, and what was done before never gets lost.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bench.witness import EFFECT, Exchange

STORING: Final = frozenset({"checkpoint", "durable-sleep"})
OK: Final = 200

Instance = tuple[str, str]
"""A tenant, and an instance of it."""


@dataclass(frozen=True, kw_only=True)
class Acknowledged:
    """A checkpoint that the service has promised to keep. `state` is in base64."""

    instance: Instance
    step: str
    state: str


def acknowledged(exchanges: Iterable[Exchange]) -> tuple[Acknowledged, ...]:
    """Return every checkpoint once, with the state that holds, in the order of their first acknowledgements."""
    found: dict[tuple[Instance, str], Acknowledged] = {}
    for exchange in filter(is_acknowledgement, exchanges):
        instance, step = instance_of(exchange), exchange.request.step
        state = exchange.reply.document["existing_state"] or exchange.request.body["state"]
        found.setdefault((instance, step), Acknowledged(instance=instance, step=step, state=state))
    return tuple(found.values())


def repeated_after_acknowledgement(exchanges: Iterable[Exchange]) -> list[tuple[Instance, str]]:
    """Return the effects that came although the checkpoint of their step was acknowledged: there must be none."""
    settled: set[tuple[Instance, str]] = set()
    broken = []
    for exchange in exchanges:
        key = (instance_of(exchange), exchange.request.step)
        if exchange.request.verb == EFFECT and key in settled:
            broken.append(key)
        elif is_acknowledgement(exchange):
            settled |= {(key[0], step) for step in done(exchange)} | {key}
    return broken


def forgotten(exchanges: Iterable[Exchange]) -> list[tuple[Instance, str, frozenset[str]]]:
    """Return the checkpoints whose state lacks steps that an earlier one had: there must be none."""
    known: dict[Instance, frozenset[str]] = {}
    broken = []
    for exchange in filter(is_acknowledgement, exchanges):
        if exchange.reply.document["existing_state"] is not None:
            continue
        instance, steps = instance_of(exchange), done(exchange)
        lacking = known.get(instance, frozenset()) - steps
        if lacking:
            broken.append((instance, exchange.request.step, lacking))
        known[instance] = known.get(instance, frozenset()) | steps
    return broken


def moved_wakes(exchanges: Iterable[Exchange]) -> list[tuple[Instance, str]]:
    """Return the sleeps that were told two different times to wake: there must be none."""
    wakes: dict[tuple[Instance, str], set[str]] = {}
    for exchange in exchanges:
        if exchange.request.verb == "durable-sleep" and exchange.reply.status == OK:
            wakes.setdefault((instance_of(exchange), exchange.request.step), set()).add(exchange.reply.document["wake_at"])
    return [key for key, times in wakes.items() if len(times) > 1]


def not_applied(exchanges: Iterable[Exchange], instances: Iterable[Instance], steps: Collection[str]) -> list[tuple[Instance, str]]:
    """Return the effects that never came: of completed instances there must be none."""
    counted = effects(exchanges)
    return [(instance, step) for instance in instances for step in steps if not counted[instance, step]]


def effects(exchanges: Iterable[Exchange]) -> Counter[tuple[Instance, str]]:
    """Count how often the effect of each step came."""
    return Counter((instance_of(exchange), exchange.request.step) for exchange in exchanges if exchange.request.verb == EFFECT)


def is_acknowledgement(exchange: Exchange) -> bool:
    """Say whether the service promised to keep a checkpoint."""
    return exchange.request.verb in STORING and exchange.reply.status == OK


def instance_of(exchange: Exchange) -> Instance:
    """Return whose exchange it is."""
    return exchange.request.tenant, exchange.request.instance


def done(exchange: Exchange) -> frozenset[str]:
    """Return the steps that the acknowledged state has results of."""
    return frozenset(state_of(exchange.reply.document["existing_state"] or exchange.request.body["state"])["done"])


def state_of(packed: str) -> Mapping[str, Any]:
    """Read a state."""
    state: Mapping[str, Any] = json.loads(base64.b64decode(packed))
    return state


def by_instance(exchanges: Iterable[Exchange], instance: Instance) -> Iterator[Exchange]:
    """Give what was seen of one instance."""
    return (exchange for exchange in exchanges if instance_of(exchange) == instance)

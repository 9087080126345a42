"""Which features of a dependency can stay when the one that leads to something denied goes."""

from __future__ import annotations

from buildkit.features.derivation import Step
from buildkit.features.links import Linked
from buildkit.features.values import parse_value
from buildkit.remedies.leak import Leak


def kept_features(leak: Leak, step: Step) -> tuple[str, ...]:
    """Return what a requested feature brings and what does not lead to the denied subject, as names to ask for, in the table's order.

    A feature that leads there is looked into: those that it enables may stay. What it asks of its own dependencies cannot be named
    from outside, and goes.
    """
    return _Keeping(leak, step).run()


class _Keeping:
    def __init__(self, leak: Leak, step: Step) -> None:
        self._leak = leak
        self._step = step
        link = step.cause.link
        self._cut = leak.rules_of(step.cause)
        self._package: Linked | None = None if link is None else leak.resolution.model.links.packages[link.package]
        self._facts: frozenset[int] = frozenset()
        self._seen: set[str] = set()
        self._names: list[str] = []

    def run(self) -> tuple[str, ...]:
        if self._package is not None and self._step.cause.requested is not None:
            self._look_into(self._package, self._step.cause.requested)
        return tuple(self._names)

    def _look_into(self, package: Linked, feature: str) -> None:
        for value in package.package.features.get(feature, ()):
            if value in self._seen or parse_value(value).key or value not in package.package.features:
                continue
            self._seen.add(value)
            # Sides, and the places of one target, are numbered alike.
            fact = self._leak.resolution.model.feature(package.number, self._step.reached.where, value)
            if fact is None or self._leak.reached_without(self._cut, self._facts | {fact}):
                self._look_into(package, value)
            else:
                self._facts |= {fact}
                self._names.append(value)

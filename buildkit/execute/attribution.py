"""Which parts of a joint call passed, as its messages tell."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

from buildkit.cargo.messages import CompilerArtifact, Message, MessageTarget
from buildkit.cargo.metadata import CargoTarget, Package
from buildkit.features.closure import Closure
from buildkit.records import dataclass

BUILD_SCRIPT = "custom-build"

Item = TypeVar("Item", bound=Hashable)


class Made(NamedTuple):
    """What cargo reports as compiled: a package, by id, with its features; one cargo target of it; or a cargo target of any package.

    `target` is the kind and the name of a cargo target: a library and a program may have one name.
    """

    package: str = ""
    features: frozenset[str] = frozenset()
    target: str = ""


_NEVER = Made(target="never")


def units_of(closure: Closure) -> frozenset[Made]:
    """Return what cargo reports for a closure."""
    return frozenset(Made(package, features) for side in (closure.target, closure.host) for package, features in side.items())


def roots_of(package: Package, enabled: frozenset[str]) -> frozenset[Made]:
    """Return what cargo reports for a selected package with its enabled features: its library, and programs whose features are on."""
    built = (target for target in package.targets if target.is_library or "bin" in target.kind)
    return frozenset(Made(package.id, enabled, label(target)) for target in built if enabled.issuperset(target.required_features))


def label(target: CargoTarget | MessageTarget) -> str:
    """Return a cargo target as `Made` names it."""
    return f"{target.kind[0]} {target.name}"


@dataclass(frozen=True, kw_only=True)
class Awaited(Generic[Item]):
    """A part of a call. It has passed once everything in `made` has been reported."""

    item: Item
    made: frozenset[Made]


class Attribution(Generic[Item]):
    """Follows the messages of one call. What nobody awaits shows that the call is not what it was taken for."""

    def __init__(self, parts: Iterable[Awaited[Item]]) -> None:
        """Wait for some parts."""
        self._missing = {part.item: set(part.made) for part in parts}
        self._cached = dict.fromkeys(self._missing, True)
        self._waiting: dict[Made, list[Item]] = {}
        for item, missing in self._missing.items():
            for made in missing:
                self._waiting.setdefault(made, []).append(item)
        self.stranger: Made | None = None

    def passed_by(self, message: Message) -> tuple[Item, ...]:
        """Return the parts that a message completes."""
        if not isinstance(message, CompilerArtifact) or BUILD_SCRIPT in message.target.kind:
            return ()
        unit = Made(message.package_id, frozenset(message.features))
        target = label(message.target)
        known = [made for made in (unit, unit._replace(target=target), Made(target=target)) if made in self._waiting]
        if not known:
            self.stranger = unit
        return tuple(item for made in known for item in self._count(made, fresh=message.fresh))

    def doubt(self, made: Made) -> None:
        """Let no part pass that awaits a unit, or where only a package is named, any unit of it."""
        for known, items in self._waiting.items():
            if known == made or (known.package == made.package and made == Made(made.package)):
                for item in items:
                    self._missing[item].add(_NEVER)

    def cached(self, item: Item) -> bool:
        """Say whether nothing had to be compiled for a part."""
        return self._cached[item]

    @property
    def left(self) -> tuple[Item, ...]:
        """Return the parts that are not complete."""
        return tuple(item for item, missing in self._missing.items() if missing)

    def _count(self, made: Made, *, fresh: bool) -> Iterator[Item]:
        for item in self._waiting[made]:
            self._cached[item] &= fresh
            missing = self._missing[item]
            if made in missing:
                missing.discard(made)
                if not missing:
                    yield item

"""Which units of a call cargo has not reported yet: until then, no call beside it may need them."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.cargo.messages import CompilerArtifact, Message
from buildkit.execute.attribution import BUILD_SCRIPT
from buildkit.features.lattice import ones, union
from buildkit.features.links import Links
from buildkit.features.signatures import SCRIPT_PLACE, Signatures
from buildkit.records import dataclass

Words = tuple[str, frozenset[str]]
"""How cargo reports a library: by the id of its package and its features, whether it is for the target or for the host."""


@dataclass(frozen=True, kw_only=True)
class CallUnits:
    """The units that a call compiles: a set of the numbers of `signatures`, as an integer with one bit per unit."""

    links: Links
    signatures: Signatures
    numbers: int

    def libraries(self) -> Iterator[tuple[Words, int]]:
        """Give each library, and the set of it and its build script: that has run once cargo reports the library."""
        keys, below = self.signatures.keys, self.signatures.below
        for number in ones(self.numbers):
            key = keys[number]
            if key.place != SCRIPT_PLACE:
                scripts = (1 << other for other in below[number] if keys[other].place == SCRIPT_PLACE)
                yield (self.links.packages[key.package].package.id, key.features), union(1 << number, *scripts)


class Unfinished:
    """Follows the messages of one call."""

    def __init__(self, units: CallUnits) -> None:
        """Wait for all units of a call."""
        self._left: dict[Words, tuple[int, int]] = {}
        """How often cargo will still report a library in these words, and the units that are done after the last time."""
        for words, numbers in units.libraries():
            times, others = self._left.get(words, (0, 0))
            self._left[words] = times + 1, others | numbers

    def note(self, message: Message) -> None:
        """Take a message of the call."""
        if isinstance(message, CompilerArtifact) and BUILD_SCRIPT not in message.target.kind:
            words = (message.package_id, frozenset(message.features))
            times, numbers = self._left.pop(words, (0, 0))
            if times > 1:
                self._left[words] = times - 1, numbers

    @property
    def numbers(self) -> int:
        """Return the units that are left. A build script is left for as long as anything is that waits for it."""
        return union(*(numbers for _, numbers in self._left.values()))

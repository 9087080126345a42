"""What can be active in a cargo call, and what makes it so."""

from __future__ import annotations

from collections import deque
from enum import IntEnum, StrEnum
from typing import Final, NamedTuple

from buildkit.features.horn import Horn
from buildkit.features.links import Link


class Side(IntEnum):
    """Where cargo's feature resolver keeps a package: build scripts, procedural macros and what they use have features of their own."""

    HOST = 0
    TARGET = 1


class AtomKind(StrEnum):
    """What an atom says of its package."""

    SELECTED = "selected"
    """It is named by `--package`."""
    TESTED = "tested"
    """It is named by `--package`, and its tests are built."""
    DEVELOPED = "developed"
    """It is named by `--package`, and its dev-dependencies take part in features."""
    GIVEN = "given"
    """The feature `name`, or `dependency/feature`, is named by `--features`."""
    PACKAGE = "package"
    """It is activated on a side, for the feature resolver."""
    FEATURE = "feature"
    """Its feature `name` is on, on a side."""
    DEPENDENCY = "dependency"
    """Its optional dependency of the key `name` is on, on a side."""
    COMPILED = "compiled"
    """It is compiled for a place: 0 is the host, 1 the first target."""


class Atom(NamedTuple):
    """A fact of a cargo call. `where` is a `Side`, or for `COMPILED` a place; 0 where neither applies."""

    kind: AtomKind
    package: int
    where: int
    name: str


class Cause(NamedTuple):
    """What stands in whose manifest: a feature value or a declaration. Neither is there for what the command line selects."""

    owner: int
    """The number of the package whose manifest it is."""
    feature: str | None = None
    """The key under `[features]`, or `None` where a declaration is the cause."""
    value: str = ""
    """The value of that feature."""
    link: Link | None = None
    requested: str | None = None
    """The feature that the declaration asks for; `None` where it brings in the package itself."""


GROWING: Final = frozenset({AtomKind.PACKAGE, AtomKind.DEPENDENCY, AtomKind.FEATURE})
"""What has consequences of its own in a manifest."""


class Facts:
    """The numbers of atoms in a set of Horn clauses; an atom gets one when it is first asked for."""

    def __init__(self) -> None:
        """Start with no atom."""
        self.horn: Horn[Atom, Cause] = Horn()
        self.fresh: deque[Atom] = deque()
        """Atoms whose consequences in their manifests have not been added yet."""
        self._numbers: dict[tuple[AtomKind, int, int, str], int] = {}

    def number(self, kind: AtomKind, package: int, where: int = 0, name: str = "") -> int:
        """Return the number of an atom."""
        key = (kind, package, where, name)
        number = self._numbers.get(key)
        if number is None:
            atom = Atom(*key)
            number = self._numbers[key] = self.horn.fact(atom)
            if kind in GROWING:
                self.fresh.append(atom)
        return number

    def known(self, kind: AtomKind, package: int, where: int = 0, name: str = "") -> int | None:
        """Return the number of an atom, `None` where no rule speaks of it."""
        return self._numbers.get((kind, package, where, name))

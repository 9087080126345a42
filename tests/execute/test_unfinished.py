"""What is left of a call, as its messages tell."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from buildkit.cargo.messages import CompilerArtifact, MessageTarget
from buildkit.execute.unfinished import CallUnits, Unfinished
from buildkit.features.declarations import HOST_PLACE
from buildkit.features.links import Links
from buildkit.features.signatures import SCRIPT_PLACE, Signatures, UnitKey

TARGET_PLACE = 1 - HOST_PLACE
NONE: frozenset[str] = frozenset()
PLAIN, SCRIPTED, USER = range(3)

UNITS = (
    (UnitKey(PLAIN, TARGET_PLACE, NONE), frozenset[int]()),
    (UnitKey(PLAIN, HOST_PLACE, NONE), frozenset[int]()),
    (UnitKey(SCRIPTED, SCRIPT_PLACE, NONE), frozenset({1})),
    (UnitKey(SCRIPTED, TARGET_PLACE, NONE), frozenset({0, 2})),
    (UnitKey(USER, TARGET_PLACE, frozenset({"on"})), frozenset({3})),
    (UnitKey(USER, TARGET_PLACE, NONE), frozenset({3})),
)


def unfinished(*numbers: int) -> Unfinished:
    """Wait for some of the units."""
    packages = tuple(SimpleNamespace(package=SimpleNamespace(id=str(number))) for number in range(3))
    links = cast("Links", SimpleNamespace(packages=packages))
    signatures = Signatures()
    signatures._numbers = {unit: number for number, unit in enumerate(UNITS)}  # as a walk would fill it
    return Unfinished(CallUnits(links=links, signatures=signatures, numbers=sum(1 << number for number in numbers)))


def artifact(package: int, *features: str, kind: str = "lib", fresh: bool = False) -> CompilerArtifact:
    """Return the report of a compilation."""
    target = MessageTarget(name="x", kind=(kind,))
    return CompilerArtifact(
        package_id=str(package), target=target, features=features, filenames=(Path("/out/deps/libx-1.rmeta"),), fresh=fresh
    )


def left(waiting: Unfinished) -> set[int]:
    """Return the numbers that are left."""
    return {number for number in range(len(UNITS)) if waiting.numbers >> number & 1}


def test_what_is_reported_is_done_and_nothing_else() -> None:
    waiting = unfinished(0, 2, 3, 4)
    assert left(waiting) == {0, 2, 3, 4}
    waiting.note(artifact(PLAIN))
    assert left(waiting) == {2, 3, 4}
    waiting.note(artifact(USER))
    assert left(waiting) == {2, 3, 4}
    waiting.note(artifact(USER, "on", fresh=True))
    assert left(waiting) == {2, 3}


def test_a_build_script_is_done_when_what_waits_for_it_is() -> None:
    waiting = unfinished(2, 3)
    waiting.note(artifact(SCRIPTED, kind="custom-build"))
    assert left(waiting) == {2, 3}
    waiting.note(artifact(SCRIPTED))
    assert left(waiting) == set()


def test_one_library_for_two_places_is_done_when_both_were_reported() -> None:
    waiting = unfinished(0, 1)
    waiting.note(artifact(PLAIN))
    assert left(waiting) == {0, 1}
    waiting.note(artifact(PLAIN))
    assert left(waiting) == set()
    waiting.note(artifact(PLAIN))
    assert left(waiting) == set()

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

import msgspec
import pytest

from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class Noun:
    """Something with every kind of field."""

    name: str
    parts: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    place: str = field(default="", compare=False)
    secret: str = field(default="-", repr=False)

    @cached_property
    def length(self) -> int:
        return len(self.name)


@dataclass(frozen=True, kw_only=True)
class LongNoun(Noun):
    """Something with a field more."""

    size: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Usual:
    """The same as the library makes it."""

    name: str
    parts: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    place: str = field(default="", compare=False)
    secret: str = field(default="-", repr=False)


def test_a_value_has_its_fields_and_its_defaults() -> None:
    noun = LongNoun(name="a", parts=("b",))
    assert (noun.name, noun.parts, noun.notes, noun.place, noun.secret, noun.size) == ("a", ("b",), {}, "", "-", 0)
    assert noun.notes is not LongNoun(name="a").notes


def test_it_looks_as_the_library_would_show_it() -> None:
    assert repr(Noun(name="a")) == repr(Usual(name="a")).replace("Usual", "Noun")


def test_values_are_equal_by_the_fields_that_count() -> None:
    assert Noun(name="a", place="x") == Noun(name="a", place="y")
    assert Noun(name="a") != Noun(name="b")
    assert Noun(name="a") != LongNoun(name="a")


def test_equal_values_have_one_hash() -> None:
    one, other = Noun(name="a", notes=MappingKey()), Noun(name="a", notes=MappingKey())
    assert hash(one) == hash(other)
    with pytest.raises(TypeError, match="unhashable"):
        hash(Noun(name="a"))


class MappingKey(dict[str, str]):
    """A mapping that can be hashed."""

    def __hash__(self) -> int:  # type: ignore[override]
        return 1


def test_a_computed_property_is_no_part_of_a_value() -> None:
    noun = Noun(name="abc")
    assert noun.length == 3
    assert noun == Noun(name="abc")
    assert dataclasses.replace(noun, name="ab").length == 2


@pytest.mark.parametrize("kind", [Noun, Usual])
@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(lambda kind: kind(), id="missing"),
        pytest.param(lambda kind: kind(name="a", colour="red"), id="unknown"),
        pytest.param(lambda kind: kind("a"), id="by position"),
    ],
)
def test_a_wrong_argument_is_refused(kind: type, mistake: Callable[[type], object]) -> None:
    with pytest.raises(TypeError, match=kind.__name__):
        mistake(kind)


@pytest.mark.parametrize("kind", [Noun, Usual])
def test_a_value_cannot_be_changed(kind: Any) -> None:
    noun = kind(name="a")
    for name in ("name", "other"):
        with pytest.raises(dataclasses.FrozenInstanceError, match=f"cannot assign to field '{name}'"):
            setattr(noun, name, "b")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del noun.name


def test_the_library_knows_the_fields() -> None:
    assert dataclasses.is_dataclass(LongNoun)
    assert [found.name for found in dataclasses.fields(LongNoun)] == ["name", "parts", "notes", "place", "secret", "size"]
    assert dataclasses.asdict(Noun(name="a")) == dataclasses.asdict(Usual(name="a"))
    assert dataclasses.replace(LongNoun(name="a", size=3), name="b") == LongNoun(name="b", size=3)


def test_a_value_can_be_copied_kept_and_written() -> None:
    noun = LongNoun(name="a", notes={"b": "c"})
    assert copy.deepcopy(noun) == noun
    assert msgspec.json.decode(msgspec.json.encode(noun), type=LongNoun) == noun


def test_a_value_that_holds_itself_can_be_shown() -> None:
    notes: dict[str, Any] = {}
    noun = Noun(name="a", notes=notes)
    notes["self"] = noun
    assert "..." in repr(noun)


def test_what_follows_the_fields_is_called() -> None:
    seen: list[str] = []

    @dataclass(frozen=True, kw_only=True)
    class Checked:
        name: str

        def __post_init__(self) -> None:
            seen.append(self.name)

    Checked(name="a")
    assert seen == ["a"]


def test_a_default_that_can_change_is_refused() -> None:
    with pytest.raises(ValueError, match="mutable default"):

        @dataclass(frozen=True, kw_only=True)
        class Wrong:
            parts: list[str] = []  # noqa: RUF012  # what is refused


def test_other_kinds_are_the_librarys() -> None:
    @dataclass
    class Bare:
        name: str

    @dataclass(kw_only=True)
    class Growing:
        name: str

    @dataclass(frozen=True, kw_only=True, slots=True)
    class Slim:
        name: str

    growing = Growing(name="a")
    growing.name = "b"
    assert Bare("a") == Bare("a")
    assert growing == Growing(name="b")
    assert not hasattr(Slim(name="a"), "__dict__")

"""The types of values in a scenario, and which may stand where another is asked for."""

from __future__ import annotations

from enum import StrEnum


class ValueType(StrEnum):
    """A type of JSON, or `any` where nothing is known. An integer is a number without a fraction."""

    ANY = "any"
    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    ARRAY = "array"
    OBJECT = "object"
    NULL = "null"

    @property
    def has_parts(self) -> bool:
        """Say whether a reference may go further into a value of this type."""
        return self in (ValueType.ANY, ValueType.ARRAY, ValueType.OBJECT)


def type_of(value: object) -> ValueType:  # noqa: PLR0911  # one for each type of JSON
    """Return the type of a JSON value."""
    match value:
        case None:
            return ValueType.NULL
        case bool():
            return ValueType.BOOLEAN
        case int():
            return ValueType.INTEGER
        case float():
            return ValueType.NUMBER
        case str():
            return ValueType.STRING
        case list():
            return ValueType.ARRAY
        case _:
            return ValueType.OBJECT


def fits(given: ValueType, wanted: ValueType) -> bool:
    """Say whether a value may stand where another type is wanted; what is not known may."""
    return given is wanted or ValueType.ANY in (given, wanted) or (given, wanted) == (ValueType.INTEGER, ValueType.NUMBER)


def article(kind: ValueType) -> str:
    """Return a type as a sentence has it."""
    return "null" if kind is ValueType.NULL else f"an {kind}" if kind[0] in "aio" else f"a {kind}"

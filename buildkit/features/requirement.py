"""Whether a version meets a requirement, as the Cargo book's "Specifying dependencies" defines it."""

from __future__ import annotations

import re
from typing import Final

Version = tuple[int, int, int]

_COMPARATOR: Final = re.compile(r"^(?P<operator>[\^~=]|[<>]=?)?\s*(?P<version>[0-9][0-9A-Za-z.+*-]*)$")


def meets(version: str, requirement: str) -> bool:
    """Say whether `version` meets every comparator of `requirement`; a pre-release is compared by its numbers."""
    numbers = _numbers(version)
    return all(_meets_one(numbers, comparator.strip()) for comparator in requirement.split(",") if comparator.strip() not in {"", "*"})


def _numbers(text: str) -> Version:
    parts = [int(part) for part in re.split(r"[-+]", text)[0].split(".") if part.isdigit()]
    first, second, third = [*parts, 0, 0, 0][:3]
    return first, second, third


def _given(text: str) -> tuple[int, ...]:
    """Return the numbers that a requirement writes out, up to the first wildcard."""
    given: list[int] = []
    for part in re.split(r"[-+]", text)[0].split("."):
        if not part.isdigit():
            break
        given.append(int(part))
    return tuple(given)


def _meets_one(version: Version, comparator: str) -> bool:
    match = _COMPARATOR.match(comparator)
    if match is None:
        return False
    operator, given = match["operator"] or ("*" if "*" in match["version"] else "^"), _given(match["version"])
    floor = _numbers(match["version"])
    prefix = version[: len(given)]
    judged = {
        "^": version >= floor and version < _caret_ceiling(given),
        "~": version >= floor and version[: min(2, len(given))] == given[:2],
        "=": prefix == given,
        "*": prefix == given,
        ">": prefix > given,
        ">=": version >= floor,
        "<": version < floor,
        "<=": prefix <= given,
    }
    return judged[operator]


def _caret_ceiling(given: tuple[int, ...]) -> tuple[int, ...]:
    """Return the first version that is not compatible: one more in the leftmost number that is not zero, or the last one given."""
    for place, number in enumerate(given):
        if number or place == len(given) - 1:
            return (*given[:place], number + 1)
    return (1,)

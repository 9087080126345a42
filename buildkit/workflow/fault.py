"""One thing that is wrong with a scenario."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from buildkit.config.check import LONGEST_SHOWN, nearest
from buildkit.records import dataclass


class FaultRule(StrEnum):
    """The stable words for what a fault is about."""

    WRONG_TYPE = "wrong-type"
    UNKNOWN_KEY = "unknown-key"
    MISSING_KEY = "missing-key"
    OUT_OF_RANGE = "out-of-range"
    BAD_NAME = "bad-name"
    BAD_TEXT = "bad-text"
    DUPLICATE_ID = "duplicate-id"
    UNKNOWN_STEP = "unknown-step"
    UNREACHABLE_STEP = "unreachable-step"
    CYCLE = "cycle"
    SPLIT = "split"
    NO_ELSE = "no-else"
    REFERENCE = "reference"
    UNKNOWN_AGENT = "unknown-agent"
    UNKNOWN_CAPABILITY = "unknown-capability"
    UNKNOWN_INPUT = "unknown-input"
    MISSING_INPUT = "missing-input"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault at a JSON pointer; `value` is what stands there as a message shows it, `suggestion` the nearest right word."""

    rule: FaultRule
    pointer: str
    message: str
    value: str | None = None
    suggestion: str | None = None

    @property
    def sentence(self) -> str:
        """Return what is wrong, with the nearest right word."""
        return f"{self.message}; did you mean {shown(self.suggestion)}?" if self.suggestion else self.message


class Huge(float):
    """A number of a document that no 64 bits hold; `text` is how it is written there."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Keep the text beside a value that is larger than every other."""
        made = super().__new__(cls, "inf")
        made.text = text
        return made


def shown(value: object) -> str:
    """Return a value as a message shows it: short, on one line, without what a terminal would obey."""
    if isinstance(value, dict):
        return "an object"
    text = value.text if isinstance(value, Huge) else json.dumps(value, ensure_ascii=False, default=str)
    return printable(text) if len(text) <= LONGEST_SHOWN else f"{printable(text[:LONGEST_SHOWN])}…"


def printable(text: str) -> str:
    """Return a text in which everything that a terminal would obey, or not show, is an escape of JSON."""
    return "".join(letter if letter.isprintable() else _escape(letter) for letter in text)


def _escape(letter: str) -> str:
    return json.dumps(letter)[1:-1] if letter != "\x7f" else "\\u007f"


def token(name: str) -> str:
    """Return a key as a JSON pointer has it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def near(name: str, known: Iterable[str]) -> str | None:
    """Return the nearest of the known names, `None` where none is near."""
    return nearest(name[: LONGEST_SHOWN * 4], known)

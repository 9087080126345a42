"""The parts of what cargo says when it gives up: its error, and the causes that it gives for it."""

from __future__ import annotations

import re
from typing import Final

LONGEST: Final = 8
"""How many lines of an error go into a sentence."""

_ERROR: Final = re.compile(r"^error", re.MULTILINE)
_PICTURE: Final = re.compile(r"^(?:\d+ )?\||^-->|^help:|^Caused by:")
_PASSED_OVER: Final = ("warning", "note", "Updating", "Blocking", "Locking", "Compiling", "Checking", "Downloading", "As a reminder")


def error_lines(said: str) -> tuple[str, ...]:
    """Return the lines from cargo's first error on, without indentation, pictures and what is no part of it."""
    lines = [line for line in said.splitlines() if line.strip() and not line.lstrip().startswith(_PASSED_OVER)]
    start = next((number for number, line in enumerate(lines) if line.startswith("error")), 0)
    stripped = (line.strip() for line in lines[start:])
    return tuple(line.removeprefix("error: ") for line in stripped if line and not _PICTURE.match(line))


def first_error(said: str) -> str:
    """Return cargo's first error with its causes as one line."""
    kept = error_lines(said)[:LONGEST]
    return ": ".join(line.rstrip(":.") for line in kept) if kept else "cargo failed without a word"


def causes(said: str) -> tuple[str, ...]:
    """Return the error and the causes that cargo gives for it, the innermost last; of each its first line."""
    found: list[str] = []
    expects = True
    start = _ERROR.search(said)
    for line in said[0 if start is None else start.start() :].splitlines():
        if expects and line.strip():
            found.append(line.strip().removeprefix("error: "))
        expects = line.strip() == "Caused by:"
    return tuple(found) or ("cargo failed without a word",)

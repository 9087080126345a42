"""Text of a scenario as Rust: every piece of it that comes into a source goes through `escaped` or `literal`.

Letters, digits, punctuation and symbols stay as they are where they stand for themselves. What is invisible, changes its neighbours
(combining marks, joiners) or the direction of what follows is an escape.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, east_asian_width

_SPECIAL: Final = re.compile(r"[^ !#-\[\]-~]")
_BLENDING: Final = re.compile(
    "["
    "\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff"  # parts of Korean syllables
    "\u3164\uffa0"  # letters that look like a space
    "\u2800"  # a sign of Braille without a dot
    "\ua4f8-\ua4fd"  # tones that join with each other
    "\U0001f1e6-\U0001f1ff"  # letters that make flags
    "\U0001f3fb-\U0001f3ff"  # colours of the sign before
    "]"
)


def escaped(text: str) -> str:
    """Return a text as it may stand between double quotes, or on the line of a comment.

    Raises `UnicodeEncodeError` for half a character, which no Rust source can have.
    """
    text.encode()
    return _SPECIAL.sub(_escape, text)


def literal(text: str) -> str:
    """Return the string literal of a text: raw where that spares escapes and the text has nothing but plain characters.

    Raises `UnicodeEncodeError` as `escaped` does.
    """
    inside = escaped(text)
    is_plain = len(inside) == len(text) + text.count('"') + text.count("\\")
    if is_plain and len(inside) > len(text) and '"#' not in text:
        return f'r#"{text}"#'
    return f'"{inside}"'


def columns(text: str) -> int:
    """Return how wide a text of `escaped` is where every letter has one column and those of East Asia have two."""
    return len(text) if text.isascii() else len(text) + sum(east_asian_width(letter) in "WF" for letter in text)


def _escape(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in '"\\':
        return f"\\{letter}"
    return letter if _stands_for_itself(letter) else f"\\u{{{ord(letter):x}}}"


def _stands_for_itself(letter: str) -> bool:
    return category(letter)[0] in "LNPS" and not letter.isascii() and _BLENDING.match(letter) is None

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
    "\u0d4e\u17a4\u17d8\ua8fa\uff9e\uff9f\U000111c2\U000111c3"  # letters that are drawn on others, or as several
    "\U0001193f\U00011941\U00011a3a\U00011a84-\U00011a89\U00011d46"
    "\u3164\uffa0"  # letters that look like a space
    "\u2800"  # a sign of Braille without a dot
    "\ua4f8-\ua4fd"  # tones that join with each other
    "\U0001f1e6-\U0001f1ff"  # letters that make flags
    "\U0001f3fb-\U0001f3ff"  # colours of the sign before
    "]"
)
_JOINED: Final = re.compile("[\u0644\u06b5-\u06b8\u076a\u08a6\u08c7][\u0622\u0623\u0625\u0627\u0671-\u0673\u0675\u0773\u0774]")
"""Lam and alef, which are drawn as one letter."""


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
    """Return how many columns a text of `escaped` or `literal` has: letters of East Asia have two, others one."""
    if text.isascii():
        return len(text)
    return len(text) + sum(east_asian_width(letter) in "WF" for letter in text) - len(_JOINED.findall(text))


def _escape(match: re.Match[str]) -> str:
    letter = match[0]
    if letter in '"\\':
        return f"\\{letter}"
    return letter if _stands_for_itself(letter) else f"\\u{{{ord(letter):x}}}"


def _stands_for_itself(letter: str) -> bool:
    return category(letter)[0] in "LNPS" and not letter.isascii() and _BLENDING.match(letter) is None

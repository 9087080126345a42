"""Edit a text and keep every line that means the same, to the byte: its line ending, a byte order mark, a missing last newline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher

MARK = "\ufeff"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


def edit_lines(text: str, edit: Callable[[str], str]) -> str:
    """Apply an edit that knows only line feeds; lines that it adds end as most of the others do."""
    mark, body = (MARK, text[len(MARK) :]) if text.startswith(MARK) else ("", text)
    plain = body.replace("\r\n", "\n")
    ending = "\r\n" if body.count("\r\n") * 2 > body.count("\n") else "\n"
    return mark + "".join(_merged(split_lines(body), split_lines(plain), split_lines(edit(plain)), ending))


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their endings; only a line feed ends a line."""
    return _LINE.findall(text)


def _merged(kept: list[str], before: list[str], after: list[str], ending: str) -> Iterator[str]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            yield from kept[start:end]
        else:
            # A line that is replaced ends as it did.
            own = ending if start == end else "\r\n" if kept[start].endswith("\r\n") else "\n"
            yield from (line.replace("\n", own) for line in after[first:last])


def changed_lines(before: str, after: str) -> int:
    """Return how many lines a difference removes and adds."""
    matcher = SequenceMatcher(None, split_lines(before), split_lines(after), autojunk=False)
    return sum((end - start) + (last - first) for tag, start, end, first, last in matcher.get_opcodes() if tag != "equal")

"""The unified diff between two sets of texts, as `git apply` and `patch -p1` take it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from pathlib import Path

from buildkit.remedies.lines import split_lines
from buildkit.remedies.mirror import Texts

NO_LAST_NEWLINE = "\n\\ No newline at end of file\n"


def difference(before: Texts, after: Texts) -> str:
    """Return the difference, file by file in order."""
    return "".join(line for file in sorted(after) if before[file] != after[file] for line in _lines(file, before[file], after[file]))


def _lines(file: Path, before: bytes, after: bytes) -> Iterator[str]:
    old, new = (split_lines(text.decode("utf-8", errors="replace")) for text in (before, after))
    name = file.as_posix()
    for line in unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}{NO_LAST_NEWLINE}"

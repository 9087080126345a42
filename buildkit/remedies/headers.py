"""Headers of TOML tables."""

from __future__ import annotations

import re
from contextlib import suppress

from buildkit.remedies.edits import Keys
from buildkit.remedies.lines import split_lines
from buildkit.toml_lines import locate_keys, split_key

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def header_text(keys: Keys) -> str:
    """Return keys as a header spells them."""
    return ".".join(_spelled(key) for key in keys)


def renamed_header(text: str, keys: Keys, others: Keys) -> str | None:
    """Return a text with the header of a table renamed, its comment kept; `None` where the table has no header of its own."""
    line = locate_keys(text).get(keys)
    if line is None:
        return None
    lines = split_lines(text)
    header = lines[line - 1]
    start = header.index("[") if header.lstrip().startswith("[") else -1
    for end in (place for place, character in enumerate(header) if character == "]"):
        with suppress(ValueError):
            if start >= 0 and split_key(header[start + 1 : end].strip()) == keys:
                lines[line - 1] = f"{header[: start + 1]}{header_text(others)}{header[end:]}"
                return "".join(lines)
    return None


def _spelled(key: str) -> str:
    if _BARE.fullmatch(key):
        return key
    return f"'{key}'" if "'" not in key else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'

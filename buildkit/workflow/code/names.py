"""Names of Rust for what a scenario names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

KEYWORDS: Final = frozenset(
    [
        "abstract",
        "as",
        "async",
        "await",
        "become",
        "box",
        "break",
        "const",
        "continue",
        "crate",
        "do",
        "dyn",
        "else",
        "enum",
        "extern",
        "false",
        "final",
        "fn",
        "for",
        "gen",
        "if",
        "impl",
        "in",
        "let",
        "loop",
        "macro",
        "match",
        "mod",
        "move",
        "mut",
        "override",
        "priv",
        "pub",
        "ref",
        "return",
        "self",
        "static",
        "struct",
        "super",
        "trait",
        "true",
        "try",
        "type",
        "typeof",
        "unsafe",
        "unsized",
        "use",
        "virtual",
        "where",
        "while",
        "yield",
    ]
)
"""The words that no function of Rust 2024 may have as its name (The Rust Reference, Keywords)."""

_BREAK: Final = re.compile(r"[^a-z0-9]+")


def snake_names(identities: Iterable[str]) -> Mapping[str, str]:
    """Return an ending for the name of a function by each id, no two the same.

    Only together with something before it is it a name: it may be a keyword.
    """
    return _distinct({identity: "_".join(_words(identity)) for identity in identities}, "_")


def camel_names(identities: Iterable[str]) -> Mapping[str, str]:
    """Return the name of a variant by each id, no two the same."""
    names = {identity: "".join(word.capitalize() for word in _words(identity)) for identity in identities}
    return _distinct({identity: f"{name}_" if name == "Self" else name for identity, name in names.items()}, "N")


def capability_path(agent: str, capability: str) -> str:
    """Return where a capability stands below the library's `agents`."""
    module = "_".join(_words(agent))
    return f"{module}{'_' * (module in KEYWORDS)}::{'_'.join(_words(capability)).upper()}"


def _words(name: str) -> list[str]:
    return [word for word in _BREAK.split(name.lower()) if word]


def _distinct(wanted: Mapping[str, str], between: str) -> Mapping[str, str]:
    """Return names that differ: the first of a name has it, the others a number after it."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for identity, name in wanted.items():
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}{between}{number}"
        taken.add(free)
        names[identity] = free
    return names

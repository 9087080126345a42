"""What each field of a target's declaration must be, and how a message says it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from buildkit.model import Denial, ExtraStep, StdKind

NAME: Final = re.compile(r"[^\s/,*?\[\]]+")
"""What a target may be called: names stand in cell ids, in patterns and in file names."""


def is_text(value: object) -> bool:
    """Say whether a value is a text that is not empty."""
    return isinstance(value, str) and value != ""


def _are_texts(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(entry, str) for entry in value)


def _are_tags(value: object) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str) and all(isinstance(entry, str) for entry in value)


def _is_mapping(value: object, kinds: type | tuple[type, ...]) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) and isinstance(entry, kinds) for key, entry in value.items())


def _is_denial(value: object) -> bool:
    return isinstance(value, Denial) and is_text(value.crate) and _are_texts(value.features) and isinstance(value.reason, str | type(None))


def _is_step(value: object) -> bool:
    return isinstance(value, ExtraStep) and is_text(value.name) and _are_texts(value.argv) and len(value.argv) > 0 and is_text(value.tool)


TEXTS: Final = "a tuple of texts"
DEMANDS: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = MappingProxyType(
    {
        "name": (lambda value: isinstance(value, str) and NAME.fullmatch(value) is not None, "a name without spaces and / , * ? [ ]"),
        "triple": (lambda value: is_text(value) or callable(value), "a text or a function of the host"),
        "summary": (lambda value: isinstance(value, str), "a text"),
        "stdlib_feature": (is_text, "the name of a feature"),
        "tags": (_are_tags, "a frozenset of texts"),
        "file_extension": (lambda value: isinstance(value, str), "a text"),
        "std": (lambda value: isinstance(value, StdKind), "a StdKind"),
        "rustflags": (_are_texts, TEXTS),
        "cargo_profile": (lambda value: _is_mapping(value, (str, int)), "a mapping of texts to texts, numbers or booleans"),
        "env": (lambda value: _is_mapping(value, str), "a mapping of texts to texts"),
        "required_tools": (_are_texts, TEXTS),
        "denies": (lambda value: isinstance(value, Sequence) and all(map(_is_denial, value)), "a tuple of Denial with a tuple of features"),
        "runner": (lambda value: value is None or isinstance(value, str), "a text or None"),
        "extra_steps": (lambda value: isinstance(value, Sequence) and all(map(_is_step, value)), "a tuple of ExtraStep with a tuple argv"),
        "check_artifact": (callable, "a function of an artifact"),
        "target_spec": (lambda value: isinstance(value, Path | None), "a path or None"),
    }
)
"""What each field of a declaration must be, and how a message says it."""

"""Compare a TOML tree with the declaration, and say everything that is wrong with it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from msgspec import inspect

from buildkit.config.declaration import bare, declared_type, options_of
from buildkit.records import dataclass

LONGEST_SHOWN: Final = 60
"""How many characters of a wrong value a message shows."""

LARGEST_NUMBER: Final = 2**63 - 1
"""The largest integer of TOML."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong at a key, by its dotted text; `suggestion` is the nearest right word."""

    key: str
    message: str
    suggestion: str | None = None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the nearest of the known names, `None` where none is near."""
    near = get_close_matches(name, tuple(known), n=1, cutoff=0.6)
    return near[0] if near else None


def find_problems(tree: object, kind: inspect.Type | None = None, key: str = "") -> Iterator[Problem]:
    """Give every problem of a tree, or of the value at one key, in the order of the document."""
    kind = kind or declared_type()
    options = options_of(kind)
    option = next((option for option in options if _has_shape(tree, bare(option))), None)
    words = allowed_words(kind) or tuple(word for option in options for word in allowed_words(option))
    if option is None or (words and isinstance(tree, str) and tree not in words and not _takes_text(options)):
        suggestion = nearest(tree, words) if isinstance(tree, str) else None
        yield Problem(key=key, message=f"{key} is {show(tree)}, expected {_expected(kind)}", suggestion=suggestion)
    else:
        yield from _inside(tree, option, key)


def show(value: object) -> str:
    """Return a value as a message shows it."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, str | bool | int | float | list):
        text = json.dumps(value, ensure_ascii=False, default=str)
        return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"
    return str(value)


def _inside(tree: object, option: inspect.Type, key: str) -> Iterator[Problem]:
    match bare(option), tree:
        case inspect.StructType() as table, dict():
            yield from _table_problems(tree, table, key)
        case inspect.DictType(value_type=value_type), dict():
            for name, value in tree.items():
                if name:
                    yield from find_problems(value, value_type, f"{key}.{name}")
                else:
                    yield Problem(key=f"{key}.", message=f"an empty name in [{key}]")
        case inspect.VarTupleType(item_type=item), list():
            for index, value in enumerate(tree):
                yield from (_in_list(problem, key, index) for problem in find_problems(value, item, f"{key}.{index}"))
        case _:
            return


def _in_list(problem: Problem, key: str, index: int) -> Problem:
    """Say which element is meant as TOML readers count them: from 1."""
    return replace(problem, message=problem.message.replace(f"{key}.{index}", f"{key} (element {index + 1})", 1))


def _table_problems(tree: dict[str, object], table: inspect.StructType, key: str) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in table.fields}
    place = f"in [{key}]" if key else "at the top"
    for name, value in tree.items():
        path = f"{key}.{name}" if key else name
        if name in fields:
            yield from find_problems(value, fields[name].type, path)
        else:
            yield Problem(key=path, message=f"unknown key {name!r} {place}", suggestion=nearest(name, fields))
    for name, field in fields.items():
        if field.required and name not in tree:
            yield Problem(key=key, message=f"missing key {name!r} {place}")


def _has_shape(value: object, kind: inspect.Type) -> bool:
    match kind:
        case inspect.StructType() | inspect.DictType():
            return isinstance(value, dict)
        case inspect.VarTupleType(min_length=least):
            return isinstance(value, list) and len(value) >= (least or 0)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.StrType():
            return isinstance(value, str) and _fits_text(value, kind)
        case inspect.IntType() | inspect.FloatType():
            return _fits_number(value, kind)
        case _:
            return isinstance(value, str) and value in allowed_words(kind)


def _fits_text(text: str, kind: inspect.StrType) -> bool:
    return len(text) >= (kind.min_length or 0) and (kind.pattern is None or re.search(kind.pattern, text) is not None)


def _fits_number(value: object, kind: inspect.IntType | inspect.FloatType) -> bool:
    accepted = int if isinstance(kind, inspect.IntType) else (int, float)
    if isinstance(value, bool) or not isinstance(value, accepted) or abs(value) > LARGEST_NUMBER:
        return False
    return (kind.ge is None or value >= kind.ge) and (kind.gt is None or value > kind.gt)


def _takes_text(options: Iterable[inspect.Type]) -> bool:
    return any(isinstance(bare(option), inspect.StrType) for option in options)


def allowed_words(kind: inspect.Type) -> tuple[str, ...]:
    """Return the words of a closed set; a key may narrow it by the `enum` of its description."""
    if isinstance(kind, inspect.Metadata):
        listed = (kind.extra_json_schema or {}).get("enum")
        return tuple(listed) if listed else allowed_words(kind.type)
    match kind:
        case inspect.EnumType(cls=words):
            return tuple(str(word.value) for word in words)
        case inspect.LiteralType(values=values):
            return tuple(str(value) for value in values)
        case _:
            return ()


def _expected(kind: inspect.Type) -> str:
    words = allowed_words(kind)
    if isinstance(kind, inspect.Metadata):
        title = (kind.extra_json_schema or {}).get("title")
        if title is not None:
            return str(title)
        kind = kind.type
    if words:
        return f"one of {', '.join(words)}" if len(words) > 1 else json.dumps(words[0])
    if isinstance(kind, inspect.UnionType):
        return ", or ".join(_expected(option) for option in options_of(kind))
    return f"a list, each {_expected(kind.item_type)}" if isinstance(kind, inspect.VarTupleType) else _noun(kind)


def _noun(kind: inspect.Type) -> str:
    match kind:
        case inspect.StructType() | inspect.DictType():
            return "a table"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return "a number"
        case _:
            return "a string"

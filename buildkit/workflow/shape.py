"""Compare a JSON tree with the declaration, and say everything that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from msgspec import inspect

from buildkit.config.check import allowed_words
from buildkit.config.declaration import bare
from buildkit.workflow.fault import Fault, FaultRule, Huge, near, shown, token
from buildkit.workflow.model import Conditional


def shape_faults(tree: object, kind: inspect.Type, pointer: str = "") -> Iterator[Fault]:
    """Give every difference between a value and its declared type, in the order of the document."""
    declared = _options(kind)
    structs = {option.tag: option for option in declared if isinstance(option, inspect.StructType)}
    if len(structs) > 1:
        yield from _tagged_faults(tree, structs, pointer)
        return
    match declared[0]:
        case inspect.StructType() as struct if isinstance(tree, dict):
            yield from _struct_faults(tree, struct, pointer)
        case inspect.DictType() as mapping if isinstance(tree, dict) and _fits_size(tree, mapping):
            for name, value in tree.items():
                below = f"{pointer}/{token(name)}"
                yield from chain(_scalar_faults(name, mapping.key_type, below), shape_faults(value, mapping.value_type, below))
        case inspect.VarTupleType() as sequence if isinstance(tree, list) and _fits_size(tree, sequence):
            for index, value in enumerate(tree):
                yield from shape_faults(value, sequence.item_type, f"{pointer}/{index}")
        case _:
            yield from _scalar_faults(tree, kind, pointer)


def _scalar_faults(tree: object, kind: inspect.Type, pointer: str) -> Iterator[Fault]:
    match _options(kind)[0]:
        case inspect.AnyType():
            return
        case inspect.StrType() as text if isinstance(tree, str):
            yield from _text_faults(tree, text, kind, pointer)
        case inspect.IntType() as number if isinstance(tree, int) and not isinstance(tree, bool):
            yield from _number_faults(tree, number, kind, pointer)
        case _:
            # Numbers that are too large are told wherever they stand.
            if not isinstance(tree, Huge) and not _is_word(tree, kind):
                yield _wrong(tree, kind, pointer)


def _is_word(tree: object, kind: inspect.Type) -> bool:
    return isinstance(tree, str | int) and not isinstance(tree, bool) and tree in _words(kind)


def _words(kind: inspect.Type) -> tuple[object, ...]:
    declared = _options(kind)[0]
    return declared.values if isinstance(declared, inspect.LiteralType) else allowed_words(declared)


def _options(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    """Return the types that a value of a document may have."""
    declared = bare(kind)
    if not isinstance(declared, inspect.UnionType):
        return (declared,)
    return tuple(bare(option) for option in declared.types)


def _tagged_faults(tree: object, structs: dict[str | int | None, inspect.StructType], pointer: str) -> Iterator[Fault]:
    field = next(iter(structs.values())).tag_field or ""
    if not isinstance(tree, dict):
        yield Fault(rule=FaultRule.WRONG_TYPE, pointer=pointer, message=f"{shown(tree)} is no object", value=shown(tree))
    elif field not in tree:
        yield Fault(rule=FaultRule.MISSING_KEY, pointer=pointer, message=f"missing key {shown(field)}", suggestion=near(field, tree))
    elif isinstance(tree[field], str) and tree[field] in structs:
        yield from _struct_faults(tree, structs[tree[field]], pointer)
    else:
        known = [str(tag) for tag in structs]
        value = shown(tree[field])
        message = f"unknown {field} {value}, expected one of {', '.join(known)}"
        suggestion = near(tree[field], known) if isinstance(tree[field], str) else None
        yield Fault(rule=FaultRule.WRONG_TYPE, pointer=f"{pointer}/{field}", message=message, value=value, suggestion=suggestion)


def _struct_faults(tree: dict[str, object], struct: inspect.StructType, pointer: str) -> Iterator[Fault]:
    fields = {field.encode_name: field for field in struct.fields}
    for name, value in tree.items():
        below = f"{pointer}/{token(name)}"
        if name in fields:
            yield from shape_faults(value, fields[name].type, below)
        elif name != struct.tag_field:
            suggestion = near(name, fields)
            yield Fault(
                rule=FaultRule.UNKNOWN_KEY, pointer=below, message=f"unknown key {shown(name)}", value=shown(name), suggestion=suggestion
            )
    for name, field in fields.items():
        if field.required and name not in tree:
            yield _missing(name, tree, struct, pointer)


def _missing(name: str, tree: dict[str, object], struct: inspect.StructType, pointer: str) -> Fault:
    if struct.cls is Conditional and name == "else":
        return Fault(rule=FaultRule.NO_ELSE, pointer=pointer, message=f"the conditional {shown(tree.get('id'))} has no else")
    return Fault(rule=FaultRule.MISSING_KEY, pointer=pointer, message=f"missing key {shown(name)}")


def _fits_size(tree: dict[str, object] | list[object], kind: inspect.DictType | inspect.VarTupleType) -> bool:
    return (kind.min_length or 0) <= len(tree) and (kind.max_length is None or len(tree) <= kind.max_length)


def _text_faults(text: str, declared: inspect.StrType, kind: inspect.Type, pointer: str) -> Iterator[Fault]:
    size = len(text)
    if size < (declared.min_length or 0) or (declared.max_length is not None and size > declared.max_length):
        message = f"{shown(text)} has {size:,} characters, expected {_expected(kind)}"
    elif declared.pattern is not None and re.fullmatch(declared.pattern, text) is None:
        # Unlike `$` alone, this takes no line break after the text.
        message = f"{shown(text)} is not {_expected(kind)}"
    else:
        return
    yield Fault(rule=FaultRule.BAD_NAME, pointer=pointer, message=message, value=shown(text))


def _number_faults(value: int, declared: inspect.IntType, kind: inspect.Type, pointer: str) -> Iterator[Fault]:
    if (declared.ge is not None and value < declared.ge) or (declared.le is not None and value > declared.le):
        message = f"{shown(value)} is not {_expected(kind)}"
        yield Fault(rule=FaultRule.OUT_OF_RANGE, pointer=pointer, message=message, value=shown(value))


def _wrong(tree: object, kind: inspect.Type, pointer: str) -> Fault:
    words = [str(word) for word in _words(kind)]
    suggestion = near(tree, words) if isinstance(tree, str) else None
    message = f"{_size(tree)} is not {_expected(kind)}"
    return Fault(rule=FaultRule.WRONG_TYPE, pointer=pointer, message=message, value=shown(tree), suggestion=suggestion)


def _size(tree: object) -> str:
    """Return a value for a message; of a list or an object, how large it is."""
    match tree:
        case dict():
            return f"an object of {len(tree):,}"
        case list():
            return f"a list of {len(tree):,}"
        case _:
            return shown(tree)


def _expected(kind: inspect.Type) -> str:
    titles = [str(title) for layer in _layers(kind) if (title := (layer.extra_json_schema or {}).get("title")) is not None]
    if titles:
        return titles[0]
    words = [str(word) for word in _words(kind)]
    if words:
        return f"one of {', '.join(words)}" if len(words) > 1 else words[0]
    nouns = {inspect.StructType: "an object", inspect.DictType: "an object", inspect.VarTupleType: "a list"}
    return nouns.get(type(_options(kind)[0]), "a text")


def _layers(kind: inspect.Type) -> Iterator[inspect.Metadata]:
    """Give the descriptions of a type, the outermost first."""
    while isinstance(kind, inspect.Metadata):
        yield kind
        kind = kind.type

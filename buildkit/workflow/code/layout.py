"""Rust laid out as rustfmt lays it out with its defaults of the edition 2024.

That is no formatter for all of Rust: it knows the few statements that the source of a scenario has. Rustfmt's own decisions are in its
`overflow.rs` (lists and calls), `chains.rs` (`.or`) and `expr.rs` (`choose_rhs`: what comes after `=`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from buildkit.records import dataclass
from buildkit.workflow.code.text import columns

WIDEST: Final = 100
"""How many columns a line may have."""

WIDEST_LIST: Final = 60
"""How many columns a list may have that stands on one line."""

STEP: Final = 4
BODY: Final = STEP
"""Where the statements of a function begin."""


@dataclass(frozen=True, kw_only=True)
class ValueCode:
    """A call with one literal, and the literal of its default."""

    call: str
    literal: str
    default: str | None = None

    @property
    def line(self) -> str:
        """Return it on one line."""
        return f"{self.call}({self.literal})" + ("" if self.default is None else f".or({self.default})")


FieldCode = tuple[str, ValueCode]
"""The literal of a name, and its value."""


def space(count: int) -> str:
    """Return what a line begins with that is indented by some columns."""
    return " " * count


def signature(name: str, gives: str, *, visibility: str = "") -> str:
    """Return how a function of a workflow begins."""
    start, end = f"{visibility}fn {name}<R: WorkflowRuntime>(", f") -> Result<{gives}, WorkflowError> {{"
    line = f"{start}run: &Run<R>{end}"
    return line if len(line) <= WIDEST else f"{start}\n{space(STEP)}run: &Run<R>,\n{end}"


def call(head: str, *arguments: str) -> str:
    """Return a call as the last line of a function; the arguments have neither calls nor lists with several parts."""
    line = ", ".join(arguments)
    if columns(line) <= WIDEST_LIST and BODY + columns(f"{head}({line})") <= WIDEST:
        return f"{space(BODY)}{head}({line})"
    return space(BODY) + _tall(head, "(", arguments, ")", BODY)


def binding(name: str, value: ValueCode) -> str:
    """Return the statement that names a value."""
    start = f"{space(BODY)}let {name} ="
    beside = _value(value, BODY, WIDEST - len(start) - len(" ;"))
    below = _value(value, BODY + STEP, WIDEST - BODY - STEP - len(";"))
    if "\n" in beside and _is_better_below(beside, below):
        return f"{start}\n{space(BODY + STEP)}{below};"
    return f"{start} {beside};"


def fields(name: str, values: Sequence[FieldCode]) -> str:
    """Return the statement that names a list of fields."""
    start = f"{space(BODY)}let {name} = ["
    if len(values) == 1:
        return f"{start}{_field(values[0], BODY)}];"
    items = [_field(value, BODY + STEP) for value in values]
    return f"{start}{_items(items, BODY)}];"


def vector(name: str, head: str, arguments: Sequence[Sequence[str]]) -> str:
    """Return the statement that names a `Vec` of several calls of one function."""
    items = [_listed_call(head, given, BODY + STEP) for given in arguments]
    return f"{space(BODY)}let {name} = vec![{_items(items, BODY)}];"


def _listed_call(head: str, arguments: Sequence[str], indent: int) -> str:
    line = ", ".join(arguments)
    return f"{head}({line})" if columns(line) <= WIDEST_LIST else _tall(head, "(", arguments, ")", indent)


def _items(items: Sequence[str], indent: int) -> str:
    """Return what stands between the brackets of a list of several items."""
    line = ", ".join(items)
    if "\n" not in line and columns(line) <= WIDEST_LIST:
        return line
    inner = "".join(f"{space(indent + STEP)}{item},\n" for item in items)
    return f"\n{inner}{space(indent)}"


def _is_better_below(beside: str, below: str) -> bool:
    opens = beside.partition("\n")[0].endswith("(") and not below.partition("\n")[0].endswith("(")
    return "\n" not in below or opens or beside.count("\n") > below.count("\n") + 1


def _field(field: FieldCode, indent: int) -> str:
    name, value = field
    line = f"{name}, {value.line}"
    if columns(line) <= WIDEST_LIST:
        return f"({line})"
    inner = indent + STEP
    return _tall("", "(", (name, _value(value, inner, WIDEST - inner - len(","))), ")", indent)


def _value(value: ValueCode, indent: int, room: int) -> str:
    """Return a value that has some columns on its first line, and later lines indented."""
    if columns(value.line) <= room:
        return value.line
    root = _single(value.call, value.literal, indent, room)
    if value.default is None:
        return root
    if "\n" in root:
        return f"{root}\n{space(indent)}{_single('.or', value.default, indent, WIDEST - indent - 1)}"
    inner = indent + STEP
    below = _single(".or", value.default, inner, WIDEST - inner - 1)
    if "\n" in below and columns(f"{root}.or(") <= room:
        return root + _tall(".or", "(", (value.default,), ")", indent)
    return f"{root}\n{space(inner)}{below}"


def _single(head: str, argument: str, indent: int, room: int) -> str:
    line = f"{head}({argument})"
    return line if columns(line) <= room else _tall(head, "(", (argument,), ")", indent)


def _tall(head: str, opening: str, items: Sequence[str], closing: str, indent: int) -> str:
    inner = "".join(f"{space(indent + STEP)}{item},\n" for item in items)
    return f"{head}{opening}\n{inner}{space(indent)}{closing}"

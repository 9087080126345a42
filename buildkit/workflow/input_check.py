"""The input of a compiled scenario, held against what the scenario declares and what the program needs, before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.workflow.document import Document
from buildkit.workflow.fault import Fault, FaultRule, near, shown, token
from buildkit.workflow.judge import Located, located, sentence
from buildkit.workflow.needs import EVERY_TYPE, Need
from buildkit.workflow.strict_json import StrictReader, TooDeepError, number
from buildkit.workflow.texts import content_faults
from buildkit.workflow.value_types import ValueType, article, fits, type_of

LONGEST_INTEGER: Final = 300
"""From so many digits on, a number may be larger than every float."""

SUSPICIOUS: Final = re.compile(r"\\u[dD][89a-fA-F]|[0-9][eE]\+?[0-9]{2}|[0-9]{300}")
"""Where a text has neither half a character nor a number beyond every float, there is none of this in it."""

DEEP_HINT: Final = "--input FILE"
MOST_NAMES: Final = 1000
"""How many names that nobody declared are looked through for one that was meant otherwise."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The types that a scenario declares for its inputs, and what its program needs of them."""

    declared: Mapping[str, ValueType]
    needs: Mapping[str, Need]


@dataclass(frozen=True, kw_only=True)
class InputJudgement:
    """What is wrong with an input, and `notes` on what is not as declared and may yet do; both in the order of the document."""

    document: Document
    faults: tuple[Located, ...]
    notes: tuple[Located, ...]

    def require_none(self, hint: str) -> None:
        """Raise `ConfigurationError` that names every fault with its line, where there is one."""
        lines = [str(ConfigurationError(sentence(each.fault), file=self.document.shown, line=each.line)) for each in self.faults]
        if lines:
            first = self.faults[0]
            message = "\n".join((sentence(first.fault), *lines[1:]))
            raise ConfigurationError(message, file=self.document.shown, line=first.line, hint=hint)


def parse_input(content: bytes, shown_as: Path, hint: str) -> Document:
    """Read an input; raises `ConfigurationError` with one sentence for what is no JSON."""
    reader = StrictReader(shown=shown_as, hint=hint)
    text = reader.decoded(content)
    try:
        return Document(shown=shown_as, text=text, tree=reader.parsed(text, _integer))
    except TooDeepError:
        message = "lists and objects stand too deep inside each other to be read"
        raise ConfigurationError(message, file=shown_as, hint=DEEP_HINT) from None


def judge_input(document: Document, inputs: Inputs) -> InputJudgement:
    """Judge an input. What is a fault makes every run fail; what is only not as declared is a note."""
    faults = (*_unreadable(document), *_unfit(document.tree, inputs))
    return InputJudgement(
        document=document, faults=located(faults, document), notes=located(tuple(_undeclared(document.tree, inputs)), document)
    )


def _integer(text: str) -> float:
    # What is more than 64 bits is a float for the program, and for Python one of thousands of digits is none.
    return int(text) if len(text) < LONGEST_INTEGER else number(text)


def _unreadable(document: Document) -> Iterator[Fault]:
    """Give what the program's reader does not take although it is JSON: numbers beyond every float, and halves of characters."""
    if SUSPICIOUS.search(document.text):
        yield from content_faults(document.tree)


def _unfit(tree: Any, inputs: Inputs) -> Iterator[Fault]:
    required = [name for name, need in inputs.needs.items() if need.required]
    if not isinstance(tree, dict):
        if required:
            message = f"{_what(tree)}, not an object with {', '.join(map(shown, required))}"
            yield Fault(rule=FaultRule.WRONG_TYPE, pointer="", message=message, value=_told(tree))
        return
    for name, need in inputs.needs.items():
        pointer = f"/{token(name)}"
        if name not in tree:
            if need.required:
                message = f"there is no {shown(name)}, {_asked(name, inputs)}"
                suggestion = near(name, islice((other for other in tree if other not in inputs.declared), MOST_NAMES))
                yield Fault(rule=FaultRule.MISSING_INPUT, pointer=pointer, message=message, suggestion=suggestion)
        elif not need.takes(type_of(tree[name])):
            yield _misfit(tree[name], pointer, _asked(name, inputs))


def _undeclared(tree: Any, inputs: Inputs) -> Iterator[Fault]:
    """Give the values that are not as declared, though every step that surely runs can work with them."""
    for name, declared in inputs.declared.items() if isinstance(tree, dict) else ():
        if name in tree and not _is_as_declared(tree[name], declared):
            need = inputs.needs.get(name)
            if need is None or need.takes(type_of(tree[name])):
                yield _misfit(tree[name], f"/{token(name)}", _asked(name, inputs))


def _is_as_declared(value: Any, declared: ValueType) -> bool:
    if declared is ValueType.INTEGER and isinstance(value, float):
        return value.is_integer()
    return fits(type_of(value), declared)


def _misfit(value: Any, pointer: str, asked: str) -> Fault:
    return Fault(rule=FaultRule.WRONG_TYPE, pointer=pointer, message=f"{_what(value)}, {asked}", value=_told(value))


def _asked(name: str, inputs: Inputs) -> str:
    declared = inputs.declared.get(name, ValueType.ANY)
    if declared is not ValueType.ANY:
        return f"and the scenario declares {article(declared)}"
    need = inputs.needs[name]
    if EVERY_TYPE.issubset(need.types):
        return "and its steps need it"
    return f"and its steps need {' or '.join(map(article, need.types))}"


def _what(value: Any) -> str:
    return (
        f"{_told(value)} stands there"
        if isinstance(value, dict | list) or value is None
        else f"{shown(value)} is {article(type_of(value))}"
    )


def _told(value: Any) -> str:
    """Return a value for a message; of a list or an object, how large it is."""
    match value:
        case dict():
            return f"an object of {len(value):,}"
        case list():
            return f"a list of {len(value):,}"
        case _:
            return shown(value)

"""Options declared once: a verb takes a dataclass, and the command line gets one option for each of its fields."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints

from buildkit.errors import BuildkitError, ExitCode


class ReaderGoneError(BuildkitError):
    """Whoever read standard output has gone, and the verdict is not known."""

    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        """Say so."""
        super().__init__("standard output was closed before the end")


def expand_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return `function` as typer wants it: parameters whose type is a dataclass are replaced by that class's fields."""
    hints = get_type_hints(function, include_extras=True)
    groups = {name: hint for name, hint in hints.items() if dataclasses.is_dataclass(hint) and isinstance(hint, type)}
    parameters = [expanded for parameter in signature(function).parameters.values() for expanded in _expanded(parameter, hints, groups)]

    @wraps(function)
    def verb(**given: Any) -> Any:
        collected = {
            name: group(**{field.name: given.pop(field.name) for field in dataclasses.fields(group)}) for name, group in groups.items()
        }
        try:
            return function(**collected, **given)
        except BrokenPipeError as error:
            # typer would take it for a failed cell.
            raise ReaderGoneError from error

    del verb.__wrapped__
    verb.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what inspect.signature reads
    verb.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return verb


def _expanded(parameter: Parameter, hints: dict[str, Any], groups: dict[str, type]) -> Iterator[Parameter]:
    group = groups.get(parameter.name)
    if group is None:
        yield parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[parameter.name])
        return
    types = get_type_hints(group, include_extras=True)
    for field in dataclasses.fields(group):
        default = Parameter.empty if field.default is dataclasses.MISSING else field.default
        yield Parameter(field.name, Parameter.KEYWORD_ONLY, default=default, annotation=types[field.name])

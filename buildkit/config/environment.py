"""The variables of the environment that set a key, as the declaration names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import inspect

from buildkit.config.check import find_problems, nearest
from buildkit.config.declaration import Outside, bare, options_of, settable_outside
from buildkit.errors import UsageError

PREFIX: Final = "BUILDKIT_"

OF_DOCKER: Final = frozenset(
    {
        "BUILDKIT_COLORS",
        "BUILDKIT_DEBUG_EXEC_OUTPUT",
        "BUILDKIT_DEBUG_FORCE_OVERLAY_DIFF",
        "BUILDKIT_DEBUG_PANIC_ON_ERROR",
        "BUILDKIT_HOST",
        "BUILDKIT_INLINE_CACHE",
        "BUILDKIT_MULTI_PLATFORM",
        "BUILDKIT_NO_CLIENT_TOKEN",
        "BUILDKIT_PROGRESS",
        "BUILDKIT_SANDBOX_HOSTNAME",
        "BUILDKIT_STEP_LOG_MAX_SIZE",
        "BUILDKIT_STEP_LOG_MAX_SPEED",
        "BUILDKIT_SYNTAX",
        "BUILDKIT_TTY_LOG_LINES",
    }
)
"""Variables of Docker's BuildKit, which has the same prefix; they are left alone."""

OF_SERVICE: Final = frozenset({"BUILDKIT_SERVE_DATABASE", "BUILDKIT_SERVE_TOKENS"})
"""Variables of `buildkit serve`, which belong to no workspace."""

_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})


def read_variables(environment: Mapping[str, str]) -> Iterator[tuple[Outside, object]]:
    """Give the keys that the environment sets, with their values; an empty variable sets nothing.

    Raises `UsageError` for a variable with our prefix that the declaration does not know, and for a value that its key cannot have.
    """
    known = {outside.variable: outside for outside in settable_outside()}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known and name not in OF_DOCKER | OF_SERVICE:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"one of: {', '.join(sorted(known))}"
            raise UsageError(f"unknown environment variable {name}", hint=hint)
    for outside in settable_outside():
        if text := environment.get(outside.variable):
            yield outside, check_outside(outside, _parse(text, outside.kind), outside.variable)


def check_outside(outside: Outside, value: object, origin: str) -> object:
    """Return the value; raises `UsageError` that names its origin where the key cannot have it."""
    problem = next(find_problems(value, outside.kind, origin), None)
    if problem is not None:
        raise UsageError(problem.message, hint=f"it sets {outside.key}; see buildkit config --schema")
    return value


def _parse(text: str, kind: inspect.Type) -> object:
    """Read a text as the first type that the key may have; what cannot be read stays a text, and is refused as such."""
    match bare(options_of(kind)[0]):
        case inspect.VarTupleType():
            return [part.strip() for part in text.split(",") if part.strip()]
        case inspect.BoolType():
            return True if text.lower() in _TRUE else False if text.lower() in _FALSE else text
        case inspect.IntType():
            return int(text) if text.isascii() and text.isdigit() else text
        case _:
            return text

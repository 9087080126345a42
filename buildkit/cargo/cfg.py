"""Platform expressions such as `cfg(all(unix, target_arch = "arm"))`, and whether a target satisfies one.

The grammar is that of the Rust reference's "Conditional compilation", as cargo accepts it for `[target.'cfg(..)']`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from buildkit.records import dataclass

_TOKEN: Final = re.compile(r'\s*(?:(?:r#)?(?P<word>[A-Za-z_]\w*)|"(?P<text>[^"]*)"|(?P<mark>[(),=]))\s*')


class CfgError(ValueError):
    """A text is no platform expression."""


@dataclass(frozen=True, kw_only=True)
class CfgSet:
    """What `rustc --print cfg` says of a target: bare names, and names with a value."""

    names: frozenset[str]
    pairs: frozenset[tuple[str, str]]

    @classmethod
    def parse(cls, text: str) -> CfgSet:
        """Read rustc's answer, one name or `name="value"` a line."""
        lines = [line.strip().partition("=") for line in text.splitlines() if line.strip()]
        return cls(
            names=frozenset(name for name, equals, _ in lines if not equals),
            pairs=frozenset((name, value.strip('"')) for name, equals, value in lines if equals),
        )


@dataclass(frozen=True, kw_only=True)
class Option:
    """A name, or with `value` a name that must have it."""

    name: str
    value: str | None = None

    def holds(self, known: CfgSet) -> bool:
        """Say whether a target has the name or the value; `true` and `false` stand for themselves."""
        if self.value is not None:
            return (self.name, self.value) in known.pairs
        return self.name == "true" or (self.name != "false" and self.name in known.names)


@dataclass(frozen=True, kw_only=True)
class Combination:
    """Expressions under `all`, `any` or `not`."""

    operator: Literal["all", "any", "not"]
    operands: tuple[Expression, ...]

    def holds(self, known: CfgSet) -> bool:
        """Say whether the combination is true for a target."""
        values = (operand.holds(known) for operand in self.operands)
        match self.operator:
            case "all":
                return all(values)
            case "any":
                return any(values)
            case "not":
                return not all(values)


Expression = Option | Combination


def is_cfg(platform: str) -> bool:
    """Say whether the key of a `target` table is an expression, and no triple."""
    return platform.startswith("cfg(") and platform.endswith(")")


def matches(platform: str, triple: str, known: CfgSet) -> bool:
    """Say whether the key of a `target` table is for a target; raises `CfgError`."""
    return parse_cfg(platform).holds(known) if is_cfg(platform) else platform == triple


def parse_cfg(platform: str) -> Expression:
    """Parse `cfg(...)`; raises `CfgError`."""
    if not is_cfg(platform):
        raise CfgError(f"{platform!r} is no cfg(...) expression")
    tokens = _Tokens(platform, tuple(_tokenize(platform[4:-1], platform)))
    expression = _expression(tokens)
    if tokens.peek() is not None:
        raise CfgError(f"{platform!r} goes on after its expression")
    return expression


class _Tokens:
    """A cursor over tokens, each a kind and a text."""

    def __init__(self, platform: str, tokens: tuple[tuple[str, str], ...]) -> None:
        self.platform = platform
        self._tokens = tokens
        self._next = 0

    def peek(self) -> tuple[str, str] | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def take(self, kind: str, text: str | None = None) -> str | None:
        """Return the text of the next token and go on, `None` where it is another one."""
        token = self.peek()
        if token is None or token[0] != kind or (text is not None and token[1] != text):
            return None
        self._next += 1
        return token[1]

    def require(self, kind: str, text: str | None = None) -> str:
        token = self.take(kind, text)
        if token is None:
            raise CfgError(f"{self.platform!r} has no {text or kind} where one must be")
        return token


def _tokenize(text: str, platform: str) -> Iterator[tuple[str, str]]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise CfgError(f"{platform!r} cannot be read at {text[position:]!r}")
        yield found.lastgroup, found[found.lastgroup]
        position = found.end()


def _expression(tokens: _Tokens) -> Expression:
    name = tokens.require("word")
    if name in {"all", "any", "not"} and tokens.take("mark", "("):
        operands = tuple(_operands(tokens))
        if name == "not" and len(operands) != 1:
            raise CfgError(f"{tokens.platform!r}: not() takes one expression")
        return Combination(operator=name, operands=operands)  # type: ignore[arg-type]  # one of the three
    if tokens.take("mark", "="):
        return Option(name=name, value=tokens.require("text"))
    return Option(name=name)


def _operands(tokens: _Tokens) -> Iterable[Expression]:
    while tokens.take("mark", ")") is None:
        yield _expression(tokens)
        if tokens.take("mark", ",") is None:
            tokens.require("mark", ")")
            return

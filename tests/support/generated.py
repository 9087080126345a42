"""Sources of scenarios for tests, and a reader of the Rust that they may have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from scenarios import SCENARIOS, Tree, judged

from buildkit.workflow.agents import Platform
from buildkit.workflow.code.model import SourceText, Transport
from buildkit.workflow.code.source import source_of
from buildkit.workflow.judge import accepted
from buildkit.workflow.model import Scenario

NAMES = sorted(path.stem for path in SCENARIOS.glob("*.json"))
FRAMES = [(Platform.NATIVE, Transport.HTTP), (Platform.WASI, Transport.HTTP), (Platform.WASI, Transport.HOST)]
FRAMES += [(Platform.WASM_JS, Transport.HTTP), (Platform.EMBEDDED, Transport.HTTP)]

_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*)
    |(?P<raw>r\#"(?:(?!"\#)[^\n])*"\#)
    |(?P<string>"(?:[^"\\\n]|\\["\\]|\\u\{[0-9a-f]{1,6}\})*")
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<number>[0-9][0-9_]*)
    |(?P<space>[ \n]+)
    |(?P<sign>[!#()*,:;<=>?@&{}\[\].|-])""",
    re.VERBOSE,
)


def fixture(name: str) -> Scenario:
    """Return a scenario of the fixtures."""
    return accepted(judged(json.loads((SCENARIOS / f"{name}.json").read_text(encoding="utf-8"))))


def generated(tree: Tree | Scenario, platform: Platform = Platform.NATIVE, transport: Transport = Transport.HTTP) -> SourceText:
    """Return the source of a scenario, which must have no fault."""
    scenario = tree if isinstance(tree, Scenario) else accepted(judged(tree))
    return source_of(scenario, platform, transport)


def unjudged(tree: Tree) -> Scenario:
    """Return a scenario that has the right shape, whatever else is wrong with it."""
    return msgspec.convert(tree, Scenario)


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Give the kind and the text of each token that is neither a comment nor space; fails on a character that no token may have."""
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None, text[place : place + 80]
        place = match.end()
        assert match.lastgroup is not None
        if match.lastgroup not in ("comment", "space"):
            yield match.lastgroup, match[0]


def strings(text: str) -> list[str]:
    """Return what the string literals of a source mean."""
    return [meaning(token) for kind, token in tokens(text) if kind in ("raw", "string")]


def meaning(literal: str) -> str:
    """Return the text that a string literal of Rust means."""
    if literal.startswith("r#"):
        return literal[3:-2]
    return re.sub(r'\\(?:u\{([0-9a-f]+)\}|(["\\]))', lambda match: match[2] or chr(int(match[1], 16)), literal[1:-1])


def golden_name(name: str, platform: Platform, transport: Transport) -> Path:
    """Return which golden file has a source."""
    suffix = "" if transport is Transport.HTTP else f"-{transport}"
    return Path("code") / f"{platform}{suffix}" / f"{name}.rs"

"""Feature tables and options of cargo-hack, and what it selects for them as it was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

RECORDED = Path(__file__).parent.parent / "plan" / "cargo_hack.json"

NORMAL = "default features"
"""How a call is recorded that tells cargo nothing of features."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The features of a manifest as it declares them, and its optional dependencies."""

    features: Mapping[str, Sequence[str]] = field(default_factory=dict)
    optional: Sequence[str] = ()

    @property
    def manifest(self) -> str:
        """Return the manifest of a package `app`; its dependencies lie beside it."""
        features = "".join(f"{name} = {json.dumps(list(values))}\n" for name, values in self.features.items())
        optional = "".join(f'{name} = {{ path = "../{name}", optional = true }}\n' for name in self.optional)
        package = '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2021"\n'
        return f"{package}[features]\n{features}[dependencies]\n{optional}[workspace]\n"


@dataclass(frozen=True, kw_only=True)
class HackCase:
    """A table and options for it."""

    table: str
    options: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return how the case is recorded."""
        return f"{self.table}: {' '.join(self.options)}"


TABLES: Mapping[str, Table] = {
    "nothing": Table(),
    "only-default": Table(features={"default": []}),
    "one": Table(features={"a": []}),
    "one-by-default": Table(features={"default": ["a"], "a": []}),
    "two": Table(features={"a": [], "b": []}),
    "four": Table(features={"a": [], "b": [], "c": [], "d": []}),
    "chain": Table(features={"a": [], "b": ["a"], "c": ["b"], "d": ["c"]}),
    "diamond": Table(features={"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}),
    "default-of-two": Table(features={"default": ["a", "b"], "a": [], "b": [], "c": []}),
    "default-of-group": Table(features={"default": ["full"], "full": ["a", "b"], "a": [], "b": [], "c": []}),
    "aliases": Table(features={"a": ["alias"], "alias": ["a"], "b": [], "c": ["alias"]}),
    "three-aliases": Table(features={"a": ["b"], "b": ["c"], "c": ["a"], "d": []}),
    "implicit": Table(features={"a": [], "b": []}, optional=("dep1",)),
    "implicit-alone": Table(optional=("dep1", "dep2")),
    "implicit-in-feature": Table(features={"a": ["dep1"], "b": []}, optional=("dep1", "dep2")),
    "implicit-by-strength": Table(features={"a": ["dep1/x"], "b": ["dep1?/x"], "c": []}, optional=("dep1",)),
    "explicit": Table(features={"dep1": ["dep:dep1"], "b": []}, optional=("dep1",)),
    "hidden": Table(features={"a": ["dep:dep1"], "b": ["dep:dep2", "a"]}, optional=("dep1", "dep2", "dep3")),
    "hidden-weak": Table(features={"a": ["dep:dep1", "dep1?/x"], "b": ["dep1?/x"], "c": []}, optional=("dep1",)),
    "platforms": Table(features={"default": ["native"], "native": ["rt"], "wasi": [], "web": [], "rt": [], "telemetry": ["rt"]}),
    "backends": Table(
        features={"default": ["tls-a"], "tls-a": ["dep1"], "tls-b": ["dep2"], "http": [], "json": []}, optional=("dep1", "dep2")
    ),
}


def cases() -> Iterator[HackCase]:
    """Give every table with every option that means something for it."""
    for name in TABLES:
        yield from cases_of(name)


def cases_of(name: str) -> Iterator[HackCase]:
    """Give one table with every option that means something for it."""
    for options in _options(TABLES[name]):
        yield HackCase(table=name, options=tuple(options))


def _options(table: Table) -> Iterator[list[str]]:
    declared = [feature for feature in table.features if feature != "default"]
    yield from _shapes([])
    for depth in ("1", "2", "3"):
        yield ["--feature-powerset", "--depth", depth]
    yield from _shapes(["--exclude-no-default-features"])
    yield from _shapes(["--exclude-all-features"])
    if table.optional:
        yield from _shapes(["--optional-deps"])
        yield from _shapes(["--optional-deps", table.optional[0]])
        yield from _shapes(["--optional-deps="])
        yield ["--feature-powerset", "--optional-deps", "--depth", "2"]
    if "default" in table.features:
        yield from _shapes(["--skip", "default"])
    if declared:
        yield from _shapes(["--exclude-features", declared[0]])
        yield from _shapes(["--include-features", declared[0]])
        yield from _shapes(["--features", declared[-1]])
    if len(declared) > 1:
        first = ",".join(declared[:2])
        yield from _shapes(["--include-features", first])
        yield ["--feature-powerset", "--group-features", first]
        yield ["--feature-powerset", "--depth", "2", "--group-features", first.replace(",", " ")]
        yield ["--feature-powerset", "--mutually-exclusive-features", first]
        yield ["--feature-powerset", "--at-least-one-of", first]
        yield ["--feature-powerset", "--at-least-one-of", f"{declared[-1]},unknown"]
        yield ["--feature-powerset", "--at-least-one-of", first, "--mutually-exclusive-features", first]


def _shapes(options: list[str]) -> Iterator[list[str]]:
    yield ["--each-feature", *options]
    yield ["--feature-powerset", *options]


@cache
def recorded() -> Mapping[str, list[str]]:
    """Return what cargo-hack selected for each case: features joined by commas."""
    found: dict[str, list[str]] = json.loads(RECORDED.read_text(encoding="utf-8"))["cases"]
    return found


def as_text(version: str, said: Mapping[str, Sequence[str]]) -> str:
    """Return a record as it is kept, one case on a line."""
    lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(selections)}" for key, selections in said.items())
    return f'{{\n "cargo-hack": "{version}",\n "cases": {{\n{lines}\n }}\n}}\n'

"""The real rustc and rustfmt take what is generated: no warning, nothing to format, and every text as the scenario has it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crossing import crossing_scenarios
from generated import FRAMES, NAMES, fixture, generated
from hostile import hostile_scenarios
from hypothesis import HealthCheck, Phase, given, settings
from rust_compiler import Compiler, formatted_otherwise, is_missing
from scenarios import Tree, action, conditional, delay, finish, scenario, split, valid_scenarios

from buildkit.workflow.agents import Platform
from buildkit.workflow.code.frames import frame
from buildkit.workflow.code.layout import WIDEST, ValueCode, binding
from buildkit.workflow.code.model import Transport
from buildkit.workflow.code.text import columns, escaped

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(is_missing("rustc"), reason="there is no rustc"),
    pytest.mark.skipif(is_missing("rustfmt"), reason="there is no rustfmt; rustup component add rustfmt"),
]
CRATE_TYPES = {Platform.NATIVE: "bin", Platform.WASI: "bin", Platform.WASM_JS: "cdylib", Platform.EMBEDDED: "lib"}
MANY = 60


@pytest.fixture(scope="module")
def drawn() -> list[Tree]:
    """Draw scenarios of all kinds, to be compiled in one call: a call for each would take a second of its own."""
    trees: list[Tree] = []

    def collect(tree: Tree) -> None:
        trees.append(tree)

    varied = settings(max_examples=MANY, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    for kind in (hostile_scenarios(), valid_scenarios(), crossing_scenarios()):
        varied(given(kind)(collect))()
    return trees


@pytest.fixture(scope="module")
def compiler(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    made = Compiler(folder=tmp_path_factory.mktemp("compiler"))
    made.prepare()
    return made


@pytest.mark.parametrize("name", NAMES)
def test_every_source_compiles_without_a_warning(compiler: Compiler, name: str) -> None:
    compiler.check(name, generated(fixture(name)).text, "bin")


@pytest.mark.parametrize(("platform", "transport"), FRAMES)
def test_every_entry_compiles_without_a_warning(compiler: Compiler, platform: Platform, transport: Transport) -> None:
    compiler.check(f"split-{platform}-{transport}", generated(fixture("split"), platform, transport).text, CRATE_TYPES[platform])


def test_rustfmt_changes_no_source_of_a_fixture(tmp_path: Path) -> None:
    sources = {f"{name}-{place}": generated(fixture(name), *FRAMES[place]).text for name in NAMES for place in range(len(FRAMES))}
    assert not formatted_otherwise(tmp_path, sources)


def test_rustfmt_changes_no_generated_source(tmp_path: Path, drawn: list[Tree]) -> None:
    assert not formatted_otherwise(tmp_path, {f"s{index}": generated(tree).text for index, tree in enumerate(drawn)})


def test_rustfmt_changes_nothing_however_long_names_and_values_are(tmp_path: Path) -> None:
    lengths = random.Random(5)  # noqa: S311  # no secret
    sources = {f"s{index}": generated(_of_any_length(lengths)).text for index in range(300)}
    assert not formatted_otherwise(tmp_path, sources)


def _of_any_length(drawn: random.Random) -> Tree:
    """Return a scenario whose names, paths and values have any length, so that every way to break a line is taken."""

    def text(longest: int) -> str:
        return "".join(drawn.choices(["a", "b", "ß", "名", '"', "\\", " "], [30, 30, 3, 3, 1, 1, 3], k=drawn.randint(1, longest)))

    def name(index: int) -> str:
        return f"n{index}{text(58)}".replace(" ", "_")

    def value() -> Tree:
        if drawn.random() < 0.5:
            return {"immediate": text(drawn.choice((8, 40, 100)))}
        path = "data" + "".join(f".{text(20).replace(' ', '_')}" for _ in range(drawn.randint(0, 5)))
        return {"reference": path} | ({"default": text(drawn.choice((8, 60, 90)))} if drawn.random() < 0.7 else {})

    def values() -> Tree:
        return {name(index): value() for index in range(drawn.choice((0, 1, 1, 2, 3)))}

    def step(prefix: str) -> str:
        return prefix + "x" * drawn.randint(0, 60)

    start, choice, fork, one, two, join, end = (step(prefix) for prefix in "abcdefg")
    condition = {"left": value(), "operator": "equals", "right": value()}
    tree = scenario(
        action(start, choice, output=values()),
        conditional(choice, fork, join) | {"condition": condition},
        split(fork, join, one, two),
        delay(one, join),
        action(two, join),
        delay(join, end),
        finish(end) | {"output": values()},
    )
    paths = [found["reference"] for found in _values(tree) if "reference" in found]
    inputs = {path.split(".")[1]: "any" for path in paths if "." in path}
    tree["input"] |= inputs
    return tree


def _values(value: Any) -> Iterator[Tree]:
    if isinstance(value, dict):
        if value.keys() & {"reference", "immediate"}:
            yield value
        else:
            for inner in value.values():
                yield from _values(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _values(inner)


def test_the_program_runs_the_steps_of_the_scenario_with_exactly_its_texts(compiler: Compiler, drawn: list[Tree]) -> None:
    assert len(drawn) > MANY
    assert compiler.run("drawn", [_without_entry(tree) for tree in drawn]) == [expected_calls(tree) for tree in drawn]


def test_the_largest_scenarios_compile(compiler: Compiler) -> None:
    ids = [f"{prefix}{'-' * (index % 9)}{index // 9}" for index in range(480) for prefix in ("step", "STEP")]
    rows = [action(name, following) for name, following in zip(ids, [*ids[1:], "wide"], strict=True)]
    firsts = [f"b{index}" for index in range(32)]
    texts = ["x" * 1_000_000, '"\\' * 250_000, "é\u0301" * 100_000]
    tree = scenario(
        *rows,
        split("wide", "self", *firsts),
        *(delay(first, "self") for first in firsts),
        delay("self", "crate"),
        finish("crate") | {"output": {f"t{index}": {"immediate": text} for index, text in enumerate(texts)}},
    )
    (told,) = compiler.run("largest", [_without_entry(tree)])
    assert told == expected_calls(tree)


def test_a_split_may_have_64_branches_and_splits_may_stand_20_deep(compiler: Compiler) -> None:
    steps: list[Tree] = []
    for depth in range(20):
        inner = f"s{depth + 1}" if depth < 19 else "deepest"
        steps += [split(f"s{depth}", f"j{depth}", inner, f"o{depth}"), delay(f"o{depth}", f"j{depth}")]
        steps.append(delay(f"j{depth}", f"j{depth - 1}" if depth else "wide"))
    firsts = [f"b{index}" for index in range(64)]
    steps += [delay("deepest", "j19"), split("wide", "end", *firsts), *(delay(first, "end") for first in firsts), finish()]
    tree = scenario(*steps)
    (told,) = compiler.run("deep", [_without_entry(tree)])
    assert told == expected_calls(tree)


def _without_entry(tree: Tree) -> str:
    return generated(tree).text.removesuffix(frame(Platform.NATIVE, Transport.HTTP))


def expected_calls(tree: Tree) -> list[list[str]]:
    """Return what the double tells of a scenario whose conditions all hold and whose branches run one after the other."""
    steps = {step["id"]: step for step in tree["steps"]}
    told: list[list[str]] = []

    def go(name: str, stop: str | None) -> None:
        while name != stop:
            step = steps[name]
            told.append(_call(step))
            if step["type"] == "finish":
                return
            for first in step.get("branches", {}).values():
                go(first, step["join"])
            name = step.get("next") or step.get("join") or step["then"]

    go(tree["start"], None)
    return told


def _call(step: Tree) -> list[str]:
    match step["type"]:
        case "action":
            mapped = ["mapped", *_fields("output", step["output"])] if "output" in step else []
            return ["action", step["id"], f"{step['agent']}.{step['capability']}", *_fields("input", step.get("input", {})), *mapped]
        case "delay":
            return ["delay", step["id"], str(step["milliseconds"])]
        case "split":
            return ["split", step["id"], str(len(step["branches"]))]
        case "conditional":
            condition = step["condition"]
            operator = condition["operator"].title().replace("-", "")
            return ["holds", step["id"], *_source(condition["left"]), operator, *_source(condition.get("right", {}))]
        case _:
            return ["finish", step["id"], *_fields("output", step.get("output", {}))]


def _fields(kind: str, values: Tree) -> list[str]:
    return [word for name, value in values.items() for word in (kind, name, *_source(value))]


def _source(value: Tree) -> list[str]:
    if "immediate" in value:
        return ["immediate", json.dumps(value["immediate"], ensure_ascii=False)]
    default = ["default", json.dumps(value["default"], ensure_ascii=False)] if "default" in value else []
    return ["reference", value["reference"], *default] if value else []


def test_rustfmt_gives_every_letter_as_many_columns(tmp_path: Path) -> None:
    room = WIDEST - len('    let left = S::reference("");')
    lines = []
    for letter in (chr(code) for code in range(0x80, 0x110000) if not 0xD800 <= code < 0xE000):
        text = letter * 8
        if escaped(text) == text:
            for width in (room, room + 1):
                literal = f'"{text}{"x" * (width - columns(text))}"'
                lines.append(binding("left", ValueCode(call="S::reference", literal=literal)))
    assert len(lines) > 200_000
    parts = {f"s{start}": "\n".join(("fn main() {", *lines[start : start + 8000], "}\n")) for start in range(0, len(lines), 8000)}
    assert not formatted_otherwise(tmp_path, parts)

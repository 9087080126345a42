"""The generated ways run the steps that the scenario says, in every way of running it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from crossing import crossing_scenarios
from generated import NAMES, fixture, generated
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rust_ways import ways_of
from scenarios import Tree, action, conditional, delay, finish, scenario, steps_of, valid_scenarios

from buildkit.workflow.code.names import snake_names
from buildkit.workflow.model import Split

MOST_CHOICES = 6
varied = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


class Walk:
    """Runs a scenario as its document says, one branch after the other, and keeps the steps in the order in which they ran."""

    def __init__(self, tree: Tree, choices: Mapping[str, bool]) -> None:
        self.ran: list[str] = []
        self._steps = {step["id"]: step for step in tree["steps"]}
        self._choices = choices
        self._go(tree["start"], None)

    def _go(self, name: str, stop: str | None) -> None:
        while name != stop:
            step = self._steps[name]
            self.ran.append(name)
            match step["type"]:
                case "finish":
                    return
                case "split":
                    for first in step["branches"].values():
                        self._go(first, step["join"])
                    name = step["join"]
                case "conditional":
                    name = step["then"] if self._choices[name] else step["else"]
                case _:
                    name = step["next"]


def walked(text: str, tree: Tree, choices: Mapping[str, bool]) -> list[str]:
    """Return the steps that the ways of a source run."""
    ran: list[str] = []
    endings = snake_names(step["id"] for step in tree["steps"])

    def running(step: Tree) -> Callable[[Any], Any]:
        def run(_: object) -> object:
            ran.append(step["id"])
            for first in step.get("branches", {}).values():
                ways[f"branch_{endings[first]}"](None)
            return choices.get(step["id"])

        return run

    ways = ways_of(text, {f"step_{endings[step['id']]}": running(step) for step in tree["steps"]})
    ways["execute_workflow"](None)
    return ran


def all_choices(tree: Tree) -> Iterator[Mapping[str, bool]]:
    names = [step["id"] for step in steps_of(tree, "conditional")]
    assume(len(names) <= MOST_CHOICES)
    return (dict(zip(names, choices, strict=True)) for choices in product((True, False), repeat=len(names)))


@varied
@given(tree=valid_scenarios() | crossing_scenarios())
def test_the_source_runs_what_the_scenario_says(tree: Tree) -> None:
    text = generated(tree).text
    for choices in all_choices(tree):
        assert walked(text, tree, choices) == Walk(tree, choices).ran


@varied
@given(tree=crossing_scenarios(), data=st.data())
def test_every_step_has_one_function(tree: Tree, data: st.DataObject) -> None:
    text = generated(tree).text
    step = data.draw(st.sampled_from(tree["steps"]))
    assert text.count(f"fn step_{snake_names(other['id'] for other in tree['steps'])[step['id']]}<") == 1


def body(tree: Tree) -> list[str]:
    """Return the lines of the main way."""
    text = generated(tree).text
    return text[text.index("pub fn execute_workflow") :].partition("\n}")[0].splitlines()[1:]


def test_ways_that_meet_again_are_an_if_and_an_else() -> None:
    tree = scenario(conditional("a", "b", "c"), action("b", "d"), action("c", "d"), action("d", "end"), finish())
    assert body(tree) == [
        "    if step_a(run)? {",
        "        step_b(run)?;",
        "    } else {",
        "        step_c(run)?;",
        "    }",
        "    step_d(run)?;",
        "    step_end(run)",
    ]


def test_a_way_that_ends_the_scenario_stands_before_the_other() -> None:
    tree = scenario(conditional("a", "b", "no"), action("b", "c"), conditional("c", "none", "end"), finish("no"), finish("none"), finish())
    assert body(tree) == [
        "    if !step_a(run)? {",
        "        return step_no(run);",
        "    }",
        "    step_b(run)?;",
        "    if !step_c(run)? {",
        "        return step_end(run);",
        "    }",
        "    step_none(run)",
    ]


@pytest.mark.parametrize(("then", "otherwise", "sign"), [("b", "end", ""), ("end", "b", "!")])
def test_a_step_that_one_way_leaves_out_is_an_if_alone(then: str, otherwise: str, sign: str) -> None:
    tree = scenario(conditional("a", then, otherwise), delay("b", "end"), finish())
    assert body(tree) == [f"    if {sign}step_a(run)? {{", "        step_b(run)?;", "    }", "    step_end(run)"]


def test_a_conditional_with_one_way_is_run_for_its_checkpoint() -> None:
    assert body(scenario(conditional("a", "end", "end"), finish())) == ["    step_a(run)?;", "    step_end(run)"]


def test_ways_that_cross_are_a_loop() -> None:
    crossed = conditional("a", "b", "c"), conditional("b", "d", "e"), conditional("c", "e", "d")
    tree = scenario(*crossed, action("d", "f"), action("e", "end"), delay("f", "end"), finish())
    lines = body(tree)
    assert lines[:8] == ["    enum Next {", *(f"        {name}," for name in ("A", "B", "C", "E", "D", "End")), "    }"]
    start = lines.index("            Next::D => {")
    assert lines[start : start + 5] == [
        "            Next::D => {",
        "                step_d(run)?;",
        "                step_f(run)?;",
        "                next = Next::End;",
        "            }",
    ]


def ladder(count: int) -> Tree:
    """Return conditionals inside each other, all of which meet at the end."""
    steps = [conditional(f"c{index}", f"c{index + 1}" if index + 1 < count else "in", f"d{index}") for index in range(count)]
    joins = [delay(f"d{index}", f"m{index}") for index in range(count)]
    meetings = [delay(f"m{index}", f"m{index - 1}" if index else "end") for index in range(count)]
    return scenario(*steps, delay("in", f"m{count - 1}"), *joins, *meetings, finish())


def test_what_stands_too_deep_is_a_loop() -> None:
    assert "loop {" not in generated(ladder(5)).text
    text = generated(ladder(300)).text
    assert "    loop {" in text
    assert max(len(line) - len(line.lstrip()) for line in text.splitlines()) <= 20
    some = {f"c{index}": index < 150 for index in range(300)}
    assert walked(text, ladder(300), some) == Walk(ladder(300), some).ran


def test_a_thousand_steps_in_a_row_run_in_a_row() -> None:
    tree = scenario(*(delay(f"s{index}", f"s{index + 1}") for index in range(999)), finish("s999"))
    assert walked(generated(tree).text, tree, {}) == [f"s{index}" for index in range(1000)]


@pytest.mark.parametrize("name", NAMES)
def test_steps_stand_in_the_order_in_which_they_run(name: str) -> None:
    scenario_ = fixture(name)
    steps = {step.id: step for step in scenario_.steps}
    places = {lines.step: place for place, lines in enumerate(generated(scenario_).steps)}
    assert places.keys() == steps.keys()
    for step in steps.values():
        following = [getattr(step, key) for key in ("next", "then", "otherwise", "join") if hasattr(step, key)]
        if isinstance(step, Split):
            following += step.branches.values()
        assert all(places[step.id] < places[other] for other in following)

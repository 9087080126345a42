"""References lead to what is there, has run, and is of the type that is asked for."""

from __future__ import annotations

import pytest
from scenarios import Tree, action, conditional, delay, faults, finish, reading, scenario, split, told


def sentence(tree: Tree) -> str:
    (fault,) = faults(tree)
    return fault.sentence


def output(path: str, *before: Tree) -> Tree:
    return scenario(*before, finish(value=path), input={"text": "string", "rows": "array", "order": "object"})


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("data.txt", '"data.txt": the scenario has no input "txt"; did you mean "text"?'),
        ("data.text.size", '"data.text.size" goes into a string, which has no parts'),
        ("data.rows.first", '"data.rows.first" goes into a list by "first", expected a number'),
        ("data..x", 'the reference "data..x" has an empty part'),
        (".", 'the reference "." has an empty part'),
        ("date.text", 'the reference "date.text" begins with none of data, steps, result; did you mean "data"?'),
        ("steps", '"steps" names no step'),
        ("steps.b", '"steps.b": there is no step "b"'),
        ("steps.a.x", '"steps.a.x" goes into a string, which has no parts'),
        ("result", '"result" is known only in the output of an action'),
        ("steps.\x1b[2J", '"steps.\\u001b[2J": there is no step "\\u001b[2J"'),
    ],
)
def test_a_reference_that_leads_nowhere_is_told(path: str, message: str) -> None:
    assert sentence(output(path, action("a", "end"))) == message


@pytest.mark.parametrize("path", ["data", "data.text", "data.rows.0.id", "data.order.items.0", "steps.a", "data.order.größe"])
def test_a_reference_that_may_lead_somewhere_is_let_pass(path: str) -> None:
    assert told(output(path, action("a", "end"))) == []


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "the value has neither a reference nor an immediate value"),
        ({"reference": "data.text", "immediate": 1}, "the value has both a reference and an immediate value"),
        ({"immediate": "a", "default": 1}, "an immediate value needs no default"),
    ],
)
def test_a_value_is_a_reference_or_immediate(value: Tree, message: str) -> None:
    assert sentence(scenario(action("a", "end", input={"text": value}), finish())) == message


def test_an_immediate_null_is_a_value() -> None:
    tree = scenario(finish() | {"output": {"nothing": {"immediate": None}}})
    assert told(tree) == []


def test_only_actions_give_a_value() -> None:
    assert sentence(output("steps.d", delay("d", "end"))) == '"steps.d": the delay "d" gives no value, only actions do'


def test_a_step_does_not_run_before_itself() -> None:
    assert sentence(scenario(reading("a", "end", "steps.a"), finish())) == '"steps.a": the step "a" is this one itself'


def test_a_later_step_has_not_run() -> None:
    tree = scenario(reading("a", "b", "steps.b"), action("b", "end"), finish())
    assert sentence(tree) == '"steps.b": the step "b" does not run before "a"'


def test_a_step_on_one_way_only_needs_a_default() -> None:
    steps = (conditional("c", "a", "b"), action("a", "j"), delay("b", "j"))
    assert sentence(scenario(*steps, reading("j", "end", "steps.a"), finish())) == (
        '"steps.a": the step "a" does not run on every way to "j"; give a default'
    )
    assert told(scenario(*steps, reading("j", "end", "steps.a", default="none"), finish())) == []


def test_a_default_helps_no_step_that_never_runs_before() -> None:
    tree = scenario(conditional("c", "a", "b"), action("a", "end"), reading("b", "end", "steps.a", default="none"), finish())
    assert sentence(tree) == '"steps.a": the step "a" does not run before "b"'


def test_a_branch_does_not_see_what_runs_beside_it() -> None:
    tree = scenario(split("s", "end", "a", "b"), action("a", "end"), reading("b", "end", "steps.a"), finish())
    assert sentence(tree) == '"steps.a": the step "a" does not run before "b"'


def test_after_its_join_a_split_has_run_whole() -> None:
    tree = scenario(split("s", "end", "a", "b"), action("a", "end"), action("b", "end"), finish(one="steps.a", two="steps.b"))
    assert told(tree) == []


def test_a_split_that_may_be_left_out_has_not_surely_run() -> None:
    tree = scenario(
        conditional("c", "s", "end"), split("s", "end", "a", "b"), action("a", "end"), action("b", "end"), finish(one="steps.a")
    )
    assert [fault.rule.value for fault in faults(tree)] == ["reference"]


def test_what_only_one_way_of_a_branch_runs_has_not_surely_run_after_the_join() -> None:
    steps = (conditional("c", "x", "y"), action("x", "end"), action("y", "end"))
    tree = scenario(split("s", "end", "c", "b"), *steps, action("b", "end"), finish(one="steps.b", two="steps.x"))
    assert told(tree) == [("reference", "/steps/5/output/two/reference")]


def test_a_step_that_nothing_leads_to_is_told_only_as_that() -> None:
    tree = scenario(action("a", "end"), reading("b", "end", "steps.a"), finish())
    assert told(tree) == [("unreachable-step", "/steps/1")]


def test_the_output_of_an_action_shapes_what_it_gives() -> None:
    shaped = action("a", "end", output={"trimmed": {"reference": "result"}, "raw": {"reference": "data.text"}})
    assert told(scenario(shaped, finish(one="steps.a.trimmed", all="steps.a"))) == []
    assert sentence(scenario(shaped, finish(one="steps.a.trimmd"))) == '"steps.a.trimmd" has no part "trimmd"; did you mean "trimmed"?'


def test_the_parts_of_an_answer_are_known() -> None:
    call = action("a", "end", agent="http", capability="request", input={"url": {"immediate": "http://localhost"}})
    assert told(scenario(call, finish(one="steps.a.status"))) == []
    assert sentence(scenario(call, finish(one="steps.a.state"))) == (
        '"steps.a.state" has no part "state", only status, headers, body; did you mean "status"?'
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"immediate": 5}, "text of text.trim: the immediate 5 is an integer, not a string"),
        ({"immediate": None}, "text of text.trim: the immediate null is null, not a string"),
        ({"reference": "data.count"}, 'text of text.trim: the reference "data.count" is an integer, not a string'),
    ],
)
def test_a_value_of_a_wrong_type_is_told(value: Tree, message: str) -> None:
    assert sentence(scenario(action("a", "end", input={"text": value}), finish(), input={"count": "integer"})) == message


def test_a_whole_number_is_a_number_and_not_the_other_way_round() -> None:
    waits = {"millis": {"reference": "data.n"}}
    tree = scenario(action("a", "end", agent="utils", capability="delay", input=waits), finish())
    assert told(tree | {"input": {"n": "integer"}}) == []
    assert told(tree | {"input": {"n": "number"}}) == [("wrong-type", "/steps/0/input/millis/reference")]
    assert told(tree | {"input": {"n": "any"}}) == []

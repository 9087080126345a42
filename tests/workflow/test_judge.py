"""Valid scenarios pass, and whatever is changed in one is found and named."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scenario_mutations import MUTATIONS, Mutation
from scenarios import SCENARIOS, Tree, action, faults, finish, judged, reading, scenario, split, told, valid_scenarios

from buildkit.errors import ConfigurationError
from buildkit.workflow.document import read_document
from buildkit.workflow.judge import accepted
from buildkit.workflow.model import Scenario

varied = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How often a property is tried; how long that takes is the machine's affair."""


@varied
@given(tree=valid_scenarios())
def test_a_valid_scenario_has_no_fault_and_keeps_its_meaning(tree: Tree) -> None:
    judgement = judged(tree, "native", "wasm32-wasip2")
    assert [located.fault.sentence for located in judgement.faults] == []
    assert judgement.scenario is not None
    assert json.loads(msgspec.json.encode(judgement.scenario)) == tree


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
@varied
@given(tree=valid_scenarios(), data=st.data())
def test_one_change_is_found_and_named(mutation: Mutation, tree: Tree, data: st.DataObject) -> None:
    wanted = mutation(tree, data)
    if wanted is None:
        return
    rule, value = wanted
    found = faults(tree)
    assert [fault for fault in found if fault.rule == rule and value in fault.message], [fault.sentence for fault in found]
    assert judged(tree).scenario is None


@varied
@given(tree=valid_scenarios(), data=st.data(), mutations=st.lists(st.sampled_from(MUTATIONS), min_size=2, max_size=4))
def test_no_number_of_changes_is_more_than_can_be_judged(tree: Tree, data: st.DataObject, mutations: list[Mutation]) -> None:
    for mutation in mutations:
        mutation(tree, data)
    judgement = judged(tree)
    lines = json.dumps(tree, indent=1).count("\n") + 1
    assert all(1 <= located.line <= lines for located in judgement.faults)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@varied
@given(tree=json_values)
def test_any_json_is_judged(tree: object) -> None:
    assert judged(tree).scenario is None


@varied
@given(tree=valid_scenarios(), data=st.data(), value=json_values)
def test_any_json_in_any_place_is_judged(tree: Tree, data: st.DataObject, value: object) -> None:
    step = data.draw(st.sampled_from(tree["steps"]))
    step[data.draw(st.sampled_from(sorted(step)))] = value
    judged(tree, "wasm32-wasip2")


def test_all_faults_are_told_at_once_in_the_order_of_the_document() -> None:
    tree = scenario(
        split("a", "f", "b", "c"),
        action("b", "b"),
        action("c", "nowhere", agent="txet"),
        action("c", "f"),
        action("lonely", "f"),
        reading("f", "end", "steps.end"),
        finish(),
    )
    assert told(tree) == [
        ("split", "/steps/0/branches/b"),
        ("cycle", "/steps/1/next"),
        ("unknown-agent", "/steps/2/agent"),
        ("unknown-step", "/steps/2/next"),
        ("duplicate-id", "/steps/3/id"),
        ("unreachable-step", "/steps/4"),
        ("reference", "/steps/5/input/text/reference"),
    ]


def test_a_scenario_with_faults_is_refused_with_all_of_them() -> None:
    tree = scenario(action("a", "b"), action("c", "end"), finish())
    with pytest.raises(ConfigurationError) as refused:
        accepted(judged(tree))
    assert refused.value.message.splitlines() == [
        'case.json:19: /steps/0/next: there is no step "b"',
        'case.json:21: /steps/1: no way leads from the start to the step "c"',
        'case.json:33: /steps/2: no way leads from the start to the step "end"',
    ]


def test_no_more_than_five_hundred_faults_are_told() -> None:
    tree = scenario(action("a", "end", input={f"k{number}": {"immediate": number} for number in range(600)}), finish())
    judgement = judged(tree)
    assert (len(judgement.faults), judgement.has_more) == (500, True)


def test_names_and_texts_of_ten_thousand_characters_are_told_short() -> None:
    long = "x" * 10_000
    tree = scenario(action("a", long, agent=long), finish(), name=long, input={long: "string"}, **{long: 1})
    found = faults(tree)
    assert {fault.pointer.removesuffix(long) for fault in found} >= {"/name", "/input/", "/", "/steps/0/next", "/steps/0/agent"}
    assert max(len(fault.sentence) for fault in found) < 300


def test_a_refusal_shows_nothing_that_a_terminal_obeys() -> None:
    hostile = {"\x1b[2J\U0001f980\U000e0041\x7f/~": {"immediate": 1}, "y" * 10_000: {"immediate": 1}}
    with pytest.raises(ConfigurationError) as refused:
        accepted(judged(scenario(action("a", "end", input=hostile), finish())))
    assert all(line.isprintable() and len(line) < 500 for line in refused.value.message.splitlines())
    assert "/steps/0/input/\\u001b[2J🦀\\udb40\\udc41\\u007f~1~0: " in refused.value.message


def test_an_editor_may_be_told_the_schema() -> None:
    assert faults(scenario(finish(), **{"$schema": "../buildkit-scenario.schema.json"})) == []


def test_a_scenario_without_faults_is_accepted() -> None:
    assert isinstance(accepted(judged(scenario(finish()))), Scenario)


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.json")), ids=lambda file: file.stem)
def test_an_example_is_valid_for_native_and_wasi(file: Path) -> None:
    document = read_document(file, file)
    assert [located.fault.sentence for located in judged(document.tree, "native-musl", "wasm32-wasip2").faults] == []
    inputs = read_document(SCENARIOS / "inputs" / file.name, file).tree
    assert inputs.keys() == document.tree["input"].keys()


def test_the_examples_have_every_kind_of_step() -> None:
    trees = [read_document(file, file).tree for file in SCENARIOS.glob("*.json")]
    assert len(trees) == 12
    assert {step["type"] for tree in trees for step in tree["steps"]} == {"action", "split", "conditional", "delay", "finish"}

"""Agents, capabilities and inputs exist, and work on the target that is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scenarios import Tree, action, bundled, faults, finish, judged, scenario, told

from buildkit.errors import UsageError

UPLOAD = {name: {"immediate": "x"} for name in ("host", "user", "secret", "host-key", "path", "text")}


def upload() -> Tree:
    return scenario(action("upload", "end", agent="sftp", capability="put", input=UPLOAD), finish())


def test_an_unknown_agent_is_told_with_the_nearest() -> None:
    (fault,) = faults(scenario(action("a", "end", agent="sfpt"), finish()))
    assert (fault.pointer, fault.sentence) == ("/steps/0/agent", 'the step "a" uses the unknown agent "sfpt"; did you mean "sftp"?')


def test_an_unknown_capability_is_told_with_the_nearest() -> None:
    (fault,) = faults(scenario(action("a", "end", agent="csv", capability="prase"), finish()))
    assert fault.sentence == 'the agent \'csv\' has no capability "prase", only parse, generate; did you mean "parse"?'


def test_unknown_and_missing_inputs_are_told() -> None:
    found = faults(scenario(action("a", "end", input={"txt": {"immediate": "x"}}), finish()))
    assert [fault.sentence for fault in found] == [
        'the step "a" gives text.trim no "text"',
        'text.trim takes no "txt", only text; did you mean "text"?',
    ]


def test_an_input_that_may_be_left_out_may_be_left_out() -> None:
    call = action("a", "end", agent="utils", capability="random", input={"max": {"immediate": 5}})
    assert told(scenario(call, finish())) == []


def test_an_action_without_any_input_is_told_what_is_missing() -> None:
    call = action("a", "end")
    del call["input"]
    assert told(scenario(call, finish())) == [("missing-input", "/steps/0")]


def test_an_agent_that_a_target_does_not_have_is_refused_with_those_that_have_it() -> None:
    (located,) = judged(upload(), "wasm32-wasip2").faults
    assert (located.fault.rule, located.fault.pointer) == ("unsupported", "/steps/0/agent")
    assert located.fault.message == (
        'the step "upload" uses the agent "sftp" (put), which the target wasm32-wasip2 does not have: '
        "it needs an SSH connection, which WASI does not give; it works on native, native-musl"
    )


def test_every_target_that_does_not_have_an_agent_is_told() -> None:
    judgement = judged(upload(), "native", "wasm32-wasip2", "wasm32-unknown-unknown", "thumbv6m-none-eabi")
    assert [located.fault.rule.value for located in judgement.faults] == ["unsupported"] * 3
    assert judgement.fits == ("native", "native-musl")


def test_an_agent_that_the_target_has_passes() -> None:
    assert told(upload(), "native-musl") == []


def test_one_capability_may_be_absent_where_its_agent_works() -> None:
    draw = scenario(action("a", "end", agent="crypto", capability="random-bytes", input={"count": {"immediate": 8}}), finish())
    (fault,) = faults(draw, "thumbv7em-none-eabihf")
    assert "no random bytes" in fault.message
    assert "it works on native, native-musl, wasm32-unknown-unknown, wasm32-wasip2" in fault.message


def test_an_agent_that_works_in_part_is_noted() -> None:
    judgement = judged(scenario(action("a", "end", agent="crypto", capability="sha256"), finish()), "thumbv7em-none-eabihf")
    assert judgement.faults == ()
    assert [located.fault.message for located in judgement.notes] == [
        'the agent crypto of the step "a" is limited on thumbv7em-none-eabihf: no random bytes: there is no source of entropy to rely on'
    ]


def test_a_target_of_an_unknown_kind_is_refused() -> None:
    odd = replace(bundled()["native"], name="odd", stdlib_feature="pdp-11")
    with pytest.raises(UsageError) as refused:
        judged(scenario(finish()), "odd", all_targets={"odd": odd})
    assert refused.value.message == (
        "no agent works on the target 'odd': its stdlib_feature is 'pdp-11', none of native, wasi, wasm-js, embedded"
    )


def test_a_target_of_an_unknown_kind_is_never_named_as_one_that_has_an_agent() -> None:
    odd = replace(bundled()["native"], name="odd", stdlib_feature="pdp-11")
    assert judged(upload(), all_targets={"odd": odd, "native": bundled()["native"]}).fits == ("native",)


@pytest.mark.parametrize(
    ("condition", "pointer"),
    [
        ({"operator": "exists", "right": {"immediate": 1}}, "/steps/0/condition/right"),
        ({"operator": "equals"}, "/steps/0/condition"),
        ({"operator": "is"}, "/steps/0/condition/operator"),
    ],
)
def test_a_condition_compares_as_many_values_as_its_operator_takes(condition: Tree, pointer: str) -> None:
    step = {"id": "c", "type": "conditional", "condition": {"left": {"reference": "data.text"}} | condition, "then": "end", "else": "end"}
    assert pointer in [place for _, place in told(scenario(step, finish()))]


@pytest.mark.parametrize(
    ("left", "operator", "right", "is_told"),
    [
        (1, "less-than", 2.5, False),
        ("a", "at-most", "b", False),
        (1, "less-than", "b", True),
        (True, "at-least", True, True),
        ([1], "contains", 1, False),
        ("abc", "contains", "b", False),
        ("abc", "contains", 1, True),
        (5, "contains", 5, True),
        (None, "equals", "a", False),
    ],
)
def test_an_operator_compares_what_has_an_order(left: object, operator: str, right: object, is_told: object) -> None:
    condition = {"left": {"immediate": left}, "operator": operator, "right": {"immediate": right}}
    step = {"id": "c", "type": "conditional", "condition": condition, "then": "end", "else": "end"}
    assert told(scenario(step, finish())) == ([("wrong-type", "/steps/0/condition/operator")] if is_told else [])


def test_a_default_is_of_the_type_that_is_asked_for() -> None:
    value = {"reference": "data.text", "default": 5}
    (fault,) = faults(scenario(action("a", "end", input={"text": value}), finish()))
    assert (fault.pointer, fault.message) == ("/steps/0/input/text/default", "text of text.trim: the default 5 is an integer, not a string")

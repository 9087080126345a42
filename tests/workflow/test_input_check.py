"""An input is refused when every run with it would fail, and only then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from generated import NAMES, fixture
from input_cases import CASES, SCENARIO, Case
from scenarios import SCENARIOS, finish, judged, reading, scenario

from buildkit.errors import ConfigurationError
from buildkit.workflow.input_check import InputJudgement, Inputs, judge_input, parse_input
from buildkit.workflow.judge import accepted, sentence
from buildkit.workflow.needs import needs_of


def judgement(text: str, tree: Any = SCENARIO) -> InputJudgement:
    made = accepted(judged(tree))
    return judge_input(parse_input(text.encode(), Path("data.json"), "hint"), Inputs(declared=made.input, needs=needs_of(made)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_program_takes_is_not_refused_and_what_fails_it_is(case: Case) -> None:
    found = judgement(case.text)
    assert (found.faults != ()) is case.refused


def test_all_faults_are_told_at_once_with_their_places_values_and_declarations() -> None:
    text = """{
  "text": 5,
  "count": "many and more than many, for ever and ever and ever and ever and ever and ever and ever and ever and ever",
  "parts": {"a": 1},
  "order": {"id": 7}, "table": [["x"]], "amount": 5, "worf": "m", "list": [1], "anything": null, "way": true,
  "shown": false
}
"""
    found = judgement(text)
    with pytest.raises(ConfigurationError) as caught:
        found.require_none("the hint")
    lines = caught.value.message.splitlines()
    assert lines[0] == 'data.json:1: /word: there is no "word", and the scenario declares a string; did you mean "worf"?'
    assert lines[1] == "data.json:2: /text: 5 is an integer, and the scenario declares a string"
    assert lines[2].startswith('data.json:3: /count: "many and more')
    assert lines[2].endswith("… is a string, and the scenario declares an integer")
    assert lines[3:] == [
        "data.json:4: /parts: an object of 1 stands there, and the scenario declares an array",
        "data.json:5: /anything: null stands there, and its steps need a string",
    ]
    assert caught.value.hint == "the hint"
    assert [(each.line, sentence(each.fault)) for each in found.notes] == [
        (6, "/shown: false is a boolean, and the scenario declares a string")
    ]


def test_an_input_that_is_no_object_is_told_what_is_looked_for() -> None:
    (fault,) = judgement("[1, 2]", scenario(reading("a", "end", "data.text"), finish())).faults
    assert (fault.line, sentence(fault.fault)) == (1, 'a list of 2 stands there, not an object with "text"')


def test_an_input_of_which_nothing_is_asked_may_be_anything() -> None:
    tree = scenario(reading("a", "end", "data.text", default="x"), finish())
    for text in ("[]", "5", "null", "{}", '{"other": 1}'):
        assert judgement(text, tree).faults == ()


def test_names_with_signs_of_pointers_are_spelled_as_pointers() -> None:
    tree = scenario(reading("a", "end", "data.a/b~c"), finish(), input={"a/b~c": "string"})
    (fault,) = judgement('{\n"a/b~c": 1}', tree).faults
    assert (fault.line, fault.fault.pointer) == (2, "/a~1b~0c")


def test_the_fixtures_take_their_inputs() -> None:
    for name in NAMES:
        made = fixture(name)
        document = parse_input((SCENARIOS / "inputs" / f"{name}.json").read_bytes(), Path("data.json"), "hint")
        found = judge_input(document, Inputs(declared=made.input, needs=needs_of(made)))
        assert (found.faults, found.notes) == ((), ()), name


def test_what_is_on_every_way_is_needed_and_what_is_on_some_is_not() -> None:
    needs = needs_of(accepted(judged(SCENARIO)))
    assert {name for name, need in needs.items() if need.required} == set(json.loads(CASES[0].text)) - {"maybe", "branch"}
    assert "unused" not in needs
    assert "branch" not in needs


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "data.json: the file is empty", id="empty"),
        pytest.param(b" \n\t\n", "data.json: the file is empty", id="space"),
        pytest.param(b'{"a": 1,\n "b": }', "data.json:2: not valid JSON: expecting value (column 7)", id="syntax"),
        pytest.param(b'{"a":\n"\xff"}', "data.json:2: byte 0xff is not UTF-8", id="encoding"),
        pytest.param('{"a": 1}'.encode("utf-16"), "data.json:1: begins with a byte order mark", id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', "data.json:1: begins with a byte order mark", id="mark"),
        pytest.param(b'{"a": 1,\n\n "a": 2}', 'data.json:3: the key "a" appears twice, first on line 1', id="twice"),
        pytest.param(b'{"a":\n NaN}', "data.json:2: not valid JSON: there is no number NaN", id="NaN"),
        pytest.param(b'{"a":\n -Infinity}', "data.json:2: not valid JSON: there is no number -Infinity", id="infinity"),
        pytest.param(b"[" * 100_000, "data.json: lists and objects stand too deep inside each other to be read", id="depth"),
    ],
)
def test_what_is_no_json_is_one_sentence_with_its_place(content: bytes, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_input(content, Path("data.json"), "hint")
    assert caught.value.message == message

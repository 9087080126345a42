from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from buildkit.workflow.code.model import StepLines
from buildkit.workflow.compiling.diagnostics import code_errors, errors_of, parse_diagnostics, sentence
from buildkit.workflow.document import Document

TEXT = """{
  "steps": [
    {"id": "first"},
    {"id": "second \\u202e"}
  ]
}
"""
DOCUMENT = Document(shown=Path("order.json"), text=TEXT, tree=json.loads(TEXT))


STEPS = (StepLines(step="first", first=10, last=19), StepLines(step="second \u202e", first=20, last=20))


def said(message: str, *lines: int, code: str | None = None, level: str = "error") -> str:
    spans = [{"file_name": "main.rs", "line_start": line, "is_primary": True, "label": None} for line in lines]
    tree: dict[str, Any] = {"$message_type": "diagnostic", "message": message, "level": level, "spans": spans, "children": []}
    return json.dumps({**tree, "code": None if code is None else {"code": code, "explanation": None}, "rendered": f"{level}: {message}\n"})


def told(*lines: str) -> list[str]:
    found = code_errors(errors_of(parse_diagnostics("\n".join(lines))), STEPS, DOCUMENT)
    return [sentence(error, DOCUMENT) for error in found]


def test_an_error_is_told_of_the_step_that_it_stands_in() -> None:
    assert told(said("cannot find value `X`", 19, code="E0425")) == [
        'step "first" (/steps/0, order.json:3): error[E0425]: cannot find value `X`'
    ]


def test_the_first_and_the_last_line_belong_to_a_step() -> None:
    assert [line.split(" (")[1].split(",")[0] for line in told(said("a", 10), said("b", 19), said("c", 20))] == [
        "/steps/0",
        "/steps/0",
        "/steps/1",
    ]


def test_an_error_outside_of_all_steps_is_told_as_it_is() -> None:
    assert told(said("mismatched types", 9, code="E0308"), said("other", 21)) == ["error[E0308]: mismatched types", "error: other"]


def test_a_hostile_id_is_shown_escaped() -> None:
    assert told(said("odd", 20)) == ['step "second \\u202e" (/steps/1, order.json:4): error: odd']


def test_closing_counts_and_warnings_are_no_errors() -> None:
    lines = (said("unused", 10, level="warning"), said("bad", 10, code="E0308"), said("aborting due to 1 previous error"))
    assert len(told(*lines)) == 1


def test_an_error_that_points_nowhere_is_kept_where_it_is_the_only_one() -> None:
    assert told(said("linking with `cc` failed: exit status: 1")) == ["error: linking with `cc` failed: exit status: 1"]


def test_an_error_that_is_said_twice_is_told_once() -> None:
    assert len(told(said("bad", 10, code="E0308"), said("bad", 10, code="E0308"))) == 1


def test_what_a_linker_writes_between_the_messages_is_passed_over() -> None:
    noise = ("ld: warning", "{ no json", '{"json": 1}', "")
    assert len(parse_diagnostics("\n".join((*noise, said("bad", 10))))) == 1


def test_terminal_codes_in_a_message_are_escaped() -> None:
    assert told(said("\x1b[31mred", 1)) == ["error: \\u001b[31mred"]

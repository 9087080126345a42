"""A scenario that uses its inputs in every way, and inputs of which the program takes some and fails with others."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from scenarios import Tree

TAKEN, FAILS = True, False


@dataclass(frozen=True, kw_only=True)
class Case:
    """An input as text, whether the program takes it, and whether the check refuses it: it may let pass what only the program knows."""

    name: str
    text: str
    taken: bool
    unknown: bool = False

    @property
    def refused(self) -> bool:
        """Say whether the check refuses it."""
        return not self.taken and not self.unknown


GOOD: Tree = {
    "text": "a",
    "count": 2,
    "parts": ["a", "b"],
    "order": {"id": 7},
    "table": [["x"]],
    "amount": 5,
    "word": "m",
    "list": [1, 2],
    "anything": "b",
    "way": True,
    "shown": "c",
    "branch": "d",
}
"""What it takes."""

DECLARED = {
    "text": "string",
    "count": "integer",
    "parts": "array",
    "order": "object",
    "table": "array",
    "amount": "number",
    "word": "string",
    "list": "array",
    "anything": "any",
    "maybe": "integer",
    "way": "boolean",
    "shown": "string",
    "branch": "string",
    "spare": "string",
    "unused": "number",
}


def _action(name: str, following: str, capability: str, **values: Any) -> Tree:
    agent, _, wanted = capability.partition(".")
    return {"id": name, "type": "action", "agent": agent, "capability": wanted, "input": values, "next": following}


def _of(path: str, **more: Any) -> Tree:
    return {"reference": f"data.{path}", **more}


def _if(name: str, left: Tree, operator: str, right: Tree, then: str) -> Tree:
    """Return a conditional that comes to the same step whatever it says."""
    return {
        "id": name,
        "type": "conditional",
        "condition": {"left": left, "operator": operator, "right": right},
        "then": then,
        "else": then,
    }


SCENARIO: Tree = {
    "version": 1,
    "name": "Inputs in every use",
    "input": DECLARED,
    "start": "both",
    "steps": [
        {"id": "both", "type": "split", "branches": {"left": "upper", "right": "joined"}, "join": "bytes"},
        _action("upper", "bytes", "text.upper-case", text=_of("text")),
        _action("joined", "bytes", "text.join", parts=_of("parts"), separator={"immediate": "-"}),
        _action("bytes", "trimmed", "crypto.random-bytes", count=_of("count")),
        _action("trimmed", "small", "text.trim", text=_of("anything")),
        _if("small", _of("amount"), "less-than", {"immediate": 10}, "early"),
        _if("early", {"immediate": "k"}, "less-than", _of("word"), "listed"),
        _if("listed", _of("list"), "contains", {"immediate": 1}, "later"),
        _action("later", "choice", "datetime.add", time={"immediate": "2026-01-01T00:00:00Z"}, days=_of("maybe", default=1)),
        {
            "id": "choice",
            "type": "conditional",
            "condition": {"left": _of("way"), "operator": "equals", "right": {"immediate": False}},
            "then": "sometimes",
            "else": "end",
        },
        _action("sometimes", "end", "text.trim", text=_of("branch")),
        {
            "id": "end",
            "type": "finish",
            "output": {
                "id": _of("order.id"),
                "cell": _of("table.0.0"),
                "shown": _of("shown"),
                "spare": _of("spare", default=None),
            },
        },
    ],
}


def changed(name: str, taken: bool, **changes: Any) -> Case:  # noqa: FBT001  # a column of a table
    """Return the good input with other values."""
    return Case(name=name, text=json.dumps(GOOD | {"maybe": 3} | changes), taken=taken)


def without(name: str, taken: bool) -> Case:  # noqa: FBT001  # a column of a table
    """Return the good input without one of its values."""
    return Case(
        name=f"no {name}", text=json.dumps({key: value for key, value in (GOOD | {"maybe": 3}).items() if key != name}), taken=taken
    )


def written(name: str, text: str, value: str, taken: bool) -> Case:  # noqa: FBT001  # a column of a table
    """Return the good input with a value as it is spelled."""
    spelled = json.dumps(GOOD | {"maybe": 3, text: "HERE"}).replace('"HERE"', value)
    return Case(name=name, text=spelled, taken=taken)


CASES = (
    changed("as declared", TAKEN),
    changed("more than declared", TAKEN, more=[1]),
    changed("a number for a text", FAILS, text=5),
    changed("null for a text", FAILS, text=None),
    changed("a text for an integer", FAILS, count="2"),
    changed("a fraction for an integer", FAILS, count=2.5),
    written("a float without a fraction for an integer", "count", "2.0", FAILS),
    changed("a boolean for an integer", FAILS, count=True),
    changed("an object for a list", FAILS, parts={"0": "a"}),
    changed("a text for an object", FAILS, order="7"),
    changed("a list for an object", FAILS, order=[7]),
    changed("an object for a list that is gone into by number", TAKEN, table={"0": {"0": 1}}),
    changed("a text for a list that is gone into", FAILS, table="x"),
    changed("a text that is compared with a number", FAILS, amount="5"),
    changed("a fraction for a number", TAKEN, amount=5.5),
    changed("null for a number that is compared", FAILS, amount=None),
    changed("a number that is compared with a text", FAILS, word=1),
    changed("a text in which a number is looked for", FAILS, list="12"),
    changed("a list for anything", FAILS, anything=["b"]),
    replace(changed("null for what may be left out", FAILS, maybe=None), unknown=True),
    changed("a text for what may be left out", FAILS, maybe="3"),
    changed("a text for a boolean that is compared for equality", TAKEN, way="yes"),
    changed("a number for a text that is only handed on", TAKEN, shown=5),
    changed("a number for a text on a way that is not gone", TAKEN, branch=5),
    changed("a number for a text with a default that is only handed on", TAKEN, spare=5),
    changed("a text for a number that nothing uses", TAKEN, unused="1"),
    without("text", FAILS),
    without("order", FAILS),
    without("way", FAILS),
    without("maybe", TAKEN),
    without("branch", TAKEN),
    without("shown", FAILS),
    Case(name="a list as the whole", text="[]", taken=FAILS),
    written("a number that is a float for the program alone", "amount", "123456789012345678901234567890", TAKEN),
    written("a number beyond every float", "amount", "1e400", FAILS),
    written("a number of thousands of digits", "amount", "9" * 5000, FAILS),
    written("half a character", "shown", r'"\ud83d"', FAILS),
    written("two halves that make a character", "shown", r'"\ud83d\ude00"', TAKEN),
)

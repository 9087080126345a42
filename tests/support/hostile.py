"""Scenarios whose titles, names and values are any text that may be one."""

from __future__ import annotations

from hypothesis import strategies as st
from scenarios import Tree, action, conditional, delay, finish, scenario, split

from buildkit.workflow.model import LONGEST_TITLE

HOSTILE = (
    '"',
    "\\",
    '\\"',
    '"#',
    '"##',
    'r#"',
    '"; } fn main() {',
    "*/",
    "/*",
    "//",
    "\n// comment",
    "\r\n",
    "\0",
    "\u202e turned \u202c",
    "\u2066 isolated \u2069",
    "\u2028\u2029\u0085",
    "\ufeff",
    "e\u0301",
    "\u3164",
    "{}{0}{name}",
    "\\u{41}",
    "\\x41\\n",
    "'",
    "#![no_std]",
    "\U0001f469\u200d\U0001f680",
    "\U0010ffff",
    "\ufffe",
    "\ud7ff",
)

names = st.text(st.characters(exclude_characters=".\ufffc\ufffd", exclude_categories=["C", "Z"]), min_size=1, max_size=64)
titles = st.lists(names, min_size=1, max_size=3).map(" ".join).filter(lambda text: len(text) <= LONGEST_TITLE)
texts = st.text() | st.lists(st.sampled_from([*HOSTILE, "a", '"', "#", "\\"])).map("".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def hostile_scenarios(draw: st.DrawFn) -> Tree:
    """Draw scenarios without a fault, of every kind of step."""
    values = st.fixed_dictionaries({"immediate": json_values})
    first = action("a", "b", title=draw(titles), output=draw(st.dictionaries(names, values, min_size=1, max_size=3)))
    condition = {"left": draw(values), "operator": "equals", "right": draw(values)}
    branches = dict(zip(draw(st.lists(names, min_size=2, max_size=2, unique=True)), ("e", "f"), strict=True))
    known = {"reference": f"steps.a.{next(iter(first['output']))}", "default": draw(json_values)}
    last = finish("end") | {"output": {draw(names): known, **draw(st.dictionaries(names, values, max_size=2))}}
    steps = (
        first,
        conditional("b", "c", "d") | {"condition": condition},
        split("c", "d") | {"branches": branches},
        action("e", "d"),
        action("f", "d"),
        delay("d", "end"),
        last,
    )
    return scenario(*steps, name=draw(titles))

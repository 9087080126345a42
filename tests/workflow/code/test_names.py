"""Ids become names that Rust takes, no two the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildkit.workflow.agents import agents
from buildkit.workflow.code.names import camel_names, capability_path, snake_names

ids = st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_-]{0,4}", fullmatch=True), unique=True, max_size=30)


@given(names=ids)
def test_names_differ_and_are_in_the_case_that_rustc_asks_for(names: list[str]) -> None:
    snake, camel = snake_names(names), camel_names(names)
    assert len(set(snake.values())) == len(set(camel.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", name) for name in snake.values())
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*_?", name) and name != "Self" for name in camel.values())


def test_the_first_of_a_name_has_it_and_the_others_a_number() -> None:
    assert dict(snake_names(["a-b", "a_b", "A-B", "a-b-2", "a--b"])) == {
        "a-b": "a_b",
        "a_b": "a_b_2",
        "A-B": "a_b_3",
        "a-b-2": "a_b_2_2",
        "a--b": "a_b_4",
    }


def test_a_thousand_ids_of_one_name_differ() -> None:
    names = [f"a{'-' * (index % 40)}{'_' * (index // 40)}b" for index in range(1, 1000)]
    assert len(set(snake_names(names).values())) == len(set(names))


@pytest.mark.parametrize("word", ["self", "Self", "crate", "super", "fn", "main", "run"])
def test_words_of_rust_are_names_of_variants(word: str) -> None:
    assert camel_names([word])[word] != "Self"


@pytest.mark.parametrize(
    ("agent", "capability", "path"),
    [
        ("text", "upper-case", "text::UPPER_CASE"),
        ("text", "match", "text::MATCH"),
        ("x-y", "hmac-sha256", "x_y::HMAC_SHA256"),
        ("loop", "add", "loop_::ADD"),
    ],
)
def test_a_capability_has_the_path_of_its_static(agent: str, capability: str, path: str) -> None:
    assert capability_path(agent, capability) == path


def test_every_capability_has_a_path_of_its_own() -> None:
    pairs = [(name, capability) for name, agent in agents().items() for capability in agent.capability]
    assert len({capability_path(*pair) for pair in pairs}) == len(pairs)

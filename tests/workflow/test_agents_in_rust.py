"""The Rust crate has exactly the agents of the data: it is compiled with a table that is written from it."""

from __future__ import annotations

import pytest
from agents_in_rust import MATRIX, declared_in_rust, matrix, static_of

from buildkit.workflow.agents import agents


def test_the_matrix_of_the_crate_is_that_of_the_data(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        MATRIX.write_text(matrix(), encoding="utf-8")
    assert MATRIX.read_text(encoding="utf-8") == matrix(), "the agents have changed; then: pytest --update-golden"


def test_every_capability_of_the_crate_is_declared_with_its_summary() -> None:
    assert declared_in_rust() == {
        (name, capability): declared.summary for name, agent in agents().items() for capability, declared in agent.capability.items()
    }


def test_a_static_is_named_after_its_capability() -> None:
    assert static_of("text", "upper-case") == "agents::text::UPPER_CASE"
    assert static_of("text", "match") == "agents::text::MATCH"

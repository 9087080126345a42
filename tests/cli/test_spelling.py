"""What is typed, before it is parsed."""

from __future__ import annotations

import pytest

from buildkit.cli.spelling import AFTER_DASHES, INSTEAD, spelled
from buildkit.errors import UsageError


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("check --optional-deps", "check --optional-deps=*", id="all optional dependencies, at the end"),
        pytest.param("check --optional-deps --powerset", "check --optional-deps=* --powerset", id="all optional dependencies"),
        pytest.param("check --optional-deps a,b", "check --optional-deps a,b", id="some optional dependencies"),
        pytest.param("check --each-feature --workspace", "check --each-feature", id="cargo's word for all members"),
        pytest.param("check --all --each-feature", "check --each-feature", id="cargo's other word for it"),
        pytest.param("check --workspace dir", "check --workspace dir", id="a folder"),
        pytest.param(
            "check -p a -- -D x -- y",
            "check -p a --cargo-argument=-D --cargo-argument=x --cargo-argument=-- --cargo-argument=y",
            id="cargo's",
        ),
        pytest.param("run app -- --all-features", "run app -- --all-features", id="another verb"),
    ],
)
def test_words_become_what_the_parser_takes(typed: str, expected: str) -> None:
    assert spelled(typed.split()) == expected.split()


@pytest.mark.parametrize("option", sorted({*INSTEAD, *AFTER_DASHES}))
def test_an_option_of_another_tool_is_answered_with_what_to_type(option: str) -> None:
    with pytest.raises(UsageError, match=option) as caught:
        spelled(["check", "--each-feature", option])
    assert caught.value.hint
    assert spelled(["check", "--", option]) == ["check", f"--cargo-argument={option}"]


def test_a_value_belongs_to_its_option() -> None:
    with pytest.raises(UsageError, match="--manifest-path is no option here"):
        spelled(["plan", "--manifest-path=app/Cargo.toml"])

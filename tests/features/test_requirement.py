"""Cargo's version requirements."""

from __future__ import annotations

import pytest

from buildkit.features.requirement import meets


@pytest.mark.parametrize(
    ("requirement", "met", "not_met"),
    [
        pytest.param("^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0"], id="caret"),
        pytest.param("1", ["1.0.0", "1.99.0"], ["0.9.9", "2.0.0"], id="no operator is a caret"),
        pytest.param("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"], id="caret below one"),
        pytest.param("^0.0.3", ["0.0.3"], ["0.0.4", "0.0.2"], id="caret below a tenth"),
        pytest.param("^0.0", ["0.0.0", "0.0.9"], ["0.1.0"], id="caret of two zeros"),
        pytest.param("^0", ["0.0.0", "0.9.9"], ["1.0.0"], id="caret of one zero"),
        pytest.param("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0"], id="tilde"),
        pytest.param("~1", ["1.0.0", "1.9.0"], ["2.0.0"], id="tilde of a major version"),
        pytest.param("=1.2", ["1.2.0", "1.2.9"], ["1.3.0"], id="equal to a prefix"),
        pytest.param("1.*", ["1.0.0", "1.5.0"], ["2.0.0"], id="wildcard"),
        pytest.param("*", ["0.0.1", "9.0.0"], [], id="anything"),
        pytest.param(">=1.2, <1.5", ["1.2.0", "1.4.9"], ["1.5.0", "1.1.9"], id="range"),
        pytest.param(">1.2", ["1.3.0"], ["1.2.9"], id="above a prefix"),
        pytest.param("<=1.2", ["1.2.9", "1.0.0"], ["1.3.0"], id="at most a prefix"),
        pytest.param("=1.2.3-rc.1", ["1.2.3-rc.1"], ["1.2.4"], id="pre-release"),
    ],
)
def test_a_requirement_admits_what_cargo_admits(requirement: str, met: list[str], not_met: list[str]) -> None:
    assert [version for version in met if not meets(version, requirement)] == []
    assert [version for version in not_met if meets(version, requirement)] == []

"""What the verbs that run a plan share."""

from __future__ import annotations

import pytest

from buildkit.cli.execution import typed_command
from buildkit.cli.options import Selecting


@pytest.mark.parametrize(
    ("arguments", "cells", "expected"),
    [
        pytest.param(["check", "--only", "isolation"], [], ["check", "--only", "isolation"], id="options stay"),
        pytest.param(["check", "-C", "dir", "app/*"], ["app/*"], ["check", "-C", "dir"], id="cells go"),
        pytest.param(["check", "-t", "native", "--target=wasm32-wasip2", "--locked"], [], ["check", "--locked"], id="targets go"),
        pytest.param(
            ["check", "--failed", "--shard", "1/2", "--durations=d.json", "-q"], [], ["check", "-q"], id="what is remembered goes"
        ),
        pytest.param(
            ["run", "-papp", "--tag", "wasm", "--env", "A=b", "--features", "x"], [], ["run", "--env", "A=b"], id="all that selects goes"
        ),
    ],
)
def test_a_rerun_keeps_the_options_that_do_not_select(arguments: list[str], cells: list[str], expected: list[str]) -> None:
    assert list(typed_command(arguments[0], arguments, Selecting(cells=cells))) == expected

"""`buildkit why` on small workspaces, with the real cargo and rustc."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Buildkit

from buildkit.errors import ExitCode

pytestmark = pytest.mark.integration

FixtureCopy = Callable[[str], Path]


def test_a_leak_is_drawn_as_a_tree_with_lines_of_manifests(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/leak-through-inherited-dependency")
    ran = buildkit("why", "-C", str(workspace), "app", "wasm32-wasip2", "runtime/net")
    assert ran.code == ExitCode.PASSED, ran.err
    assert ran.out.splitlines()[:3] == [
        "runtime/net is reached from app on wasm32-wasip2 with no features at all: no listening sockets here",
        "  app (selected)",
        "  └── runtime/net: dependency 'runtime' inherited from [workspace.dependencies] asks for the feature 'net' (Cargo.toml:7)",
    ]


def test_everything_that_is_denied_is_answered_at_once(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/weak-feature")
    document = json.loads(buildkit("why", "-C", str(workspace), "app", "wasm32-wasip2", "--json").out)
    reached = {entry["subject"]: entry for entry in document["subjects"] if entry["reached"]}
    assert list(reached) == ["tempfile"]
    assert reached["tempfile"]["minimal_features"] == ["cache", "spill"]
    assert [step["to"] for step in reached["tempfile"]["paths"][0]] == ["app/dep:store", "store/spill", "store/dep:tempfile", "tempfile"]
    assert {entry["selections"] for entry in document["subjects"]} == {2}


def test_one_selection_can_be_asked_about(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/weak-feature")
    ran = buildkit("why", "-C", str(workspace), "app", "wasm32-wasip2", "tempfile", "--features", "spill")
    assert ran.out == "tempfile: not reachable from the only allowed selection of app on wasm32-wasip2\n"


def test_what_only_the_host_builds_is_said_to_be_there(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/proc-macro-is-not-a-leak")
    ran = buildkit("why", "-C", str(workspace), "app", "wasm32-wasip2", "tempfile")
    assert "not reachable" in ran.out
    assert "built for the host" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["apq", "wasm32-wasip2"], "unknown package 'apq'", id="package"),
        pytest.param(["app", "wasm32-wasip3"], "unknown target 'wasm32-wasip3'", id="target"),
        pytest.param(["app", "wasm32-wasip2", "tempfle"], "did you mean 'tempfile'?", id="crate"),
        pytest.param(["app", "wasm32-wasip2", "tempfile/"], "no package of the graph is named", id="subject"),
        pytest.param(["app", "wasm32-wasip2", "--features", "spil"], "did you mean 'spill'?", id="feature"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(fixture_copy: FixtureCopy, buildkit: Buildkit, arguments: list[str], said: str) -> None:
    workspace = fixture_copy("properties/weak-feature")
    ran = buildkit("why", "-C", str(workspace), *arguments)
    assert ran.code == ExitCode.USAGE
    assert said in ran.err


def test_the_engine_is_held_against_cargo_on_request(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/weak-feature")
    plain = buildkit("check", "-C", str(workspace), "--only", "isolation", "--format", "json").document
    held = buildkit("check", "-C", str(workspace), "--only", "isolation", "--format", "json", "--verify-with-cargo").document
    assert [cell["verdict"] for cell in plain["cells"]] == [cell["verdict"] for cell in held["cells"]]
    assert plain["summary"]["cargo_calls"] == 0
    assert held["summary"]["cargo_calls"] == len(held["cells"])
    assert all("--unit-graph" in cell["stages"][0]["command"] for cell in held["cells"])

"""Combinations and other commands of cargo, with the real cargo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Buildkit, Ran

pytestmark = pytest.mark.integration

LIBRARY = """
#[cfg(all(feature = "b", feature = "c"))]
pub fn both() -> u32 { let unused = 1; 2 }

#[cfg(test)]
mod tests {
    #[test]
    fn holds() { assert!(helper::yes()); }

    #[cfg(feature = "c")]
    #[test]
    fn fails_with_c() { assert_eq!(1, 2, "c is wrong"); }
}
"""

MANIFEST = """
[package]
name = "app"
version = "0.1.0"
edition = "2021"

[features]
a = []
b = ["a"]
c = []

[dev-dependencies]
helper = { path = "helper" }

[workspace]
members = ["helper"]
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "ws"
    for name, manifest, text in (
        ("", MANIFEST, LIBRARY),
        ("helper", '[package]\nname = "helper"\nversion = "0.1.0"\nedition = "2021"\n', "pub fn yes() -> bool { true }\n"),
    ):
        (root / name / "src").mkdir(parents=True)
        (root / name / "Cargo.toml").write_text(manifest, encoding="utf-8")
        (root / name / "src" / "lib.rs").write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def check(workspace: Path) -> Buildkit:
    return Buildkit(folder=workspace)


def verdicts(ran: Ran) -> dict[str, str]:
    return {cell["id"].split("/")[2]: cell["verdict"] for cell in ran.document["cells"]}


def checked(check: Buildkit, *words: str) -> Ran:
    options, _, arguments = " ".join(words).partition(" -- ")
    return check(
        "check", "-p", "app", "-t", "native", "--format", "json", *options.split(), *(("--", *arguments.split()) if arguments else ())
    )


def test_a_powerset_is_checked_up_to_what_is_the_same_build(check: Buildkit) -> None:
    ran = checked(check, "--feature-powerset --show-pruned")
    assert verdicts(ran) == dict.fromkeys(("-", "a", "b", "c", "a,c", "b,c"), "pass")
    assert {key: ran.document["summary"][key] for key in ("requested", "distinct", "cells")} == {"requested": 8, "distinct": 6, "cells": 6}
    assert {(pruned["id"], pruned["because"]) for pruned in ran.document["pruned"]} == {
        ("app/native/a,b", "same closure as app/native/b"),
        ("app/native/a,b,c", "same closure as app/native/b,c"),
    }
    assert [proof["selections"] for proof in ran.document["proofs"]] == [8]


def test_lints_are_failures_only_where_that_is_asked_for(check: Buildkit) -> None:
    assert set(verdicts(checked(check, "--powerset --command clippy")).values()) == {"pass"}
    denied = checked(check, "--powerset --command clippy -- --no-deps -- -D warnings")
    assert denied.code == 1
    assert {name for name, verdict in verdicts(denied).items() if verdict == "fail"} == {"b,c"}
    assert all("clippy" in cell["stages"][-1]["command"] for cell in denied.document["cells"])


def test_lints_of_an_unchanged_workspace_take_no_call_of_cargo(check: Buildkit, workspace: Path, tmp_path: Path) -> None:
    check = replace(check, environment={"BUILDKIT_CACHE_DIR": str(tmp_path / "store")})
    command = "--powerset --command clippy -- --all-targets -- -D warnings"
    first, again = (checked(check, command) for _ in range(2))
    assert (verdicts(again), again.code) == (verdicts(first), 1)
    assert [ran.document["summary"]["cargo_calls"] > 0 for ran in (first, again)] == [True, False]
    assert [cell["findings"] for cell in again.document["cells"]] == [cell["findings"] for cell in first.document["cells"]]
    (workspace / "clippy.toml").write_text("msrv = '1.60'\n", encoding="utf-8")
    assert checked(check, command).document["summary"]["cached"] == 0


@pytest.mark.parametrize("command", ["test", "doc"])
def test_tests_and_documentation_are_made_each_time(command: str, check: Buildkit) -> None:
    for _ in range(2):
        assert checked(check, f"--features - --command {command}").document["summary"]["cargo_calls"] == 1


def test_tests_are_run_with_their_dependencies(check: Buildkit) -> None:
    ran = checked(check, "--each-feature --command test")
    assert verdicts(ran) == {"-": "pass", "a": "pass", "b": "pass", "c": "fail", "a,b,c": "fail"}
    failed = next(cell for cell in ran.document["cells"] if cell["verdict"] == "fail")
    assert failed["findings"][0]["rule"] == "run"
    assert "c is wrong" in failed["stages"][-1]["diagnostics"]


def test_documentation_is_made_for_each_cell(check: Buildkit, workspace: Path) -> None:
    assert set(verdicts(checked(check, "--each-feature --command doc")).values()) == {"pass"}
    assert list(workspace.rglob("doc/app/index.html"))


def test_arguments_widen_what_a_check_compiles(check: Buildkit, workspace: Path) -> None:
    source = workspace / "tests" / "wrong.rs"
    source.parent.mkdir()
    source.write_text("fn main() { absent(); }\n", encoding="utf-8")
    assert checked(check, "--features -").code == 0
    assert checked(check, "--features - -- --all-targets").code == 1


def test_what_failed_is_rerun_by_the_last_line(check: Buildkit) -> None:
    ran = check(*["check", "-p", "app", "-t", "native", "--powerset", "--command", "clippy", "--", "--", "-D", "warnings"])
    (line,) = (line for line in ran.out.splitlines() if line.startswith("rerun what failed: "))
    assert line == "rerun what failed: buildkit check --powerset --command clippy app/native/b,c -- -- -D warnings"

from __future__ import annotations

import json

import pytest

from bench.cells import Cell
from bench.verdicts import disagreements, read_buildkit, read_fc, read_hack
from buildkit.errors import BuildkitError

KNOWN = {"app": ("color", "json", "upper")}
EMPTY, COLOR, EVERY = (Cell(package="app", features=features) for features in ((), ("color",), ("color", "json", "upper")))

HACK = """\
info: running `cargo check --target x86_64-unknown-linux-gnu --all-features` on app (1/3)
    Checking app v0.1.0 (/work/app)
error[E0277]: `Vec<u8>` doesn't implement `std::fmt::Display`
  --> crates/app/src/lib.rs:10:35
error: could not compile `app` (lib) due to 1 previous error
error: process didn't exit successfully: `cargo check --manifest-path crates/app/Cargo.toml --all-features` (exit status: 101)

info: running `cargo check --target x86_64-unknown-linux-gnu --no-default-features` on app (2/3)
    Finished `dev` profile [unoptimized + debuginfo] target(s) in 0.03s

info: running `cargo check --target x86_64-unknown-linux-gnu --no-default-features --features color` on app (3/3)
    Finished `dev` profile [unoptimized + debuginfo] target(s) in 0.03s

error: failed to run 1 commands

failed commands:
    app:
        `cargo check --target x86_64-unknown-linux-gnu --manifest-path crates/app/Cargo.toml --all-features`

"""
FC = """
\x1b[0m\x1b[1m\x1b[36m    Finished \x1b[0m3 feature combinations for 1 package in 0.23s

\x1b[0m\x1b[1m\x1b[32m        PASS \x1b[0mapp ( target = x86_64-unknown-linux-gnu, 0 errors, 0 warnings, features = [] )
\x1b[0m\x1b[1m\x1b[33m        WARN \x1b[0mapp ( target = x86_64-unknown-linux-gnu, 0 errors, 1 warnings, features = [color] )
\x1b[0m\x1b[1m\x1b[31m        FAIL \x1b[0mapp ( target = x86_64-unknown-linux-gnu, 1 errors, 0 warnings, features = [color, json, upper] )
"""


def report(verdict: str) -> str:
    return json.dumps({"version": 1, "cells": [{"id": "app/native/-", "package": "app", "features": [], "verdict": verdict}]})


def test_cargo_hacks_log_tells_what_ran_and_what_failed() -> None:
    assert read_hack(HACK, KNOWN) == {EVERY: False, EMPTY: True, COLOR: True}


def test_cargo_fcs_summary_tells_the_same() -> None:
    assert read_fc(FC) == read_hack(HACK, KNOWN)


@pytest.mark.parametrize(("verdict", "passes"), [("pass", True), ("fail", False)])
def test_buildkits_report_tells_it_too(verdict: str, *, passes: bool) -> None:
    assert read_buildkit(report(verdict)) == {EMPTY: passes}


def test_a_cell_that_buildkit_could_not_judge_is_no_verdict() -> None:
    with pytest.raises(BuildkitError, match="buildkit says 'error' of app/-"):
        read_buildkit(report("error"))


def test_equal_verdicts_give_no_disagreement() -> None:
    said = {EMPTY: True, COLOR: False}
    assert disagreements((EMPTY, COLOR), {"one": said, "other": dict(said)}) == ()


def test_every_kind_of_disagreement_is_told() -> None:
    said = {"one": {EMPTY: True, COLOR: True}, "other": {COLOR: False, EVERY: True}}
    assert disagreements((EMPTY, COLOR), said) == (
        "other did not judge app/-",
        "other judged app/color,json,upper, which was not asked for",
        "app/color: fail says other, pass says one",
    )


def test_cells_that_every_tool_left_out_are_disagreements() -> None:
    assert disagreements((EMPTY,), {"one": {}, "other": {}}) == ("one did not judge app/-", "other did not judge app/-")

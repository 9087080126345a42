"""Cells that may share a cargo call do, and none is checked a second time."""

from __future__ import annotations

import pytest
from command_line import Buildkit
from faulty import EACH, Make

SCRIPT = 'fn main() { println!("cargo::rerun-if-env-changed=RUSTC_BOOTSTRAP"); }\n'

pytestmark = pytest.mark.integration


def test_cells_of_a_library_take_one_call(make: Make, buildkit: Buildkit) -> None:
    # proc-macro2, below most workspaces, has a build script that watches this variable and does not set it.
    folder = make('build = "build.rs"\n[features]\na = []\nb = []\nc = []\n', settings=EACH)
    (folder / "app" / "build.rs").write_text(SCRIPT, encoding="utf-8")
    ran = buildkit("check", "-C", str(folder), "--format", "json")
    assert ran.code == 0, ran.err
    summary = ran.document["summary"]
    assert (summary["cells"], summary["compiled"], summary["cargo_calls"]) == (4, 4, 1)
    again = buildkit("check", "-C", str(folder), "--format", "json").document["summary"]
    assert (again["cached"], again["cargo_calls"]) == (4, 0)

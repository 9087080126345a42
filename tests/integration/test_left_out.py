"""A dependency without a library, of which cargo's metadata says nothing, never leads to a wrong pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Buildkit
from oracle import write_files

from buildkit.errors import ExitCode

pytestmark = pytest.mark.integration

PACKAGE = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n'
DENIED = '[workspace]\ntargets = ["wasm32-wasip2"]\n[target.wasm32-wasip2]\ndeny = [{ crate = "y", features = ["f"] }]\n'


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    program = PACKAGE.format(name="program") + 'autobins = false # nolib\n[[bin]]\nname = "program"\npath = "main.rs"\n'
    files = {
        "ws/Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app"]\n',
        "ws/buildkit.toml": DENIED,
        "ws/app/Cargo.toml": PACKAGE.format(name="app") + '[dependencies]\nprogram.path = "../../program"\ny.path = "../../y"\n',
        "program/Cargo.toml": program + '[dependencies]\ny = { path = "../y", features = ["f"] }\n',
        "program/main.rs": "fn main() {}\n",
        "y/Cargo.toml": PACKAGE.format(name="y") + "[features]\nf = []\n",
    }
    write_files(tmp_path, files)
    return tmp_path / "ws"


def test_cells_and_proofs_that_it_makes_wrong_are_errors(workspace: Path, buildkit: Buildkit) -> None:
    ran = buildkit("check", "-C", str(workspace), "--only", "isolation", "--format", "json")
    assert ran.code == ExitCode.FAILED
    assert [cell["verdict"] for cell in ran.document["cells"]] == ["error"]
    assert [(proof["verdict"], proof["selections"]) for proof in ran.document["proofs"]] == [("error", 1)]
    assert "says nothing of app/program, which has no library" in ran.document["cells"][0]["findings"][0]["message"]


def test_why_says_what_it_does_not_see(workspace: Path, buildkit: Buildkit) -> None:
    ran = buildkit("why", "-C", str(workspace), "app", "wasm32-wasip2", "y/f")
    assert "note: cargo's metadata says nothing of app/program" in ran.err

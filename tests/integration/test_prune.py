"""`toolchain prune` and what is remembered between runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import Buildkit
from oracle import write_files

pytestmark = pytest.mark.integration

FILES = {
    "Cargo.toml": '[workspace]\nmembers = ["app"]\nresolver = "2"\n',
    "app/Cargo.toml": '[package]\nname = "app"\nversion = "0.1.0"\nedition = "2024"\n',
    "app/src/lib.rs": "",
}


def test_what_is_remembered_goes_with_its_workspace_and_with_time(tmp_path: Path) -> None:
    store = tmp_path / "store"
    environment = {"BUILDKIT_CACHE_DIR": str(store)}
    for name in ("gone", "kept"):
        write_files(tmp_path / name, FILES)
        check = Buildkit(folder=tmp_path / name, environment=environment)
        assert check("check", "-t", "native", "--only", "isolation").code == 0
    assert len(list((store / "workspaces").iterdir())) == 2
    shutil.rmtree(tmp_path / "gone")
    prune = Buildkit(folder=tmp_path / "kept", environment=environment)
    pruned = prune("toolchain", "prune")
    assert pruned.code == 0, pruned.err
    assert "of remembered workspaces\n" in pruned.out
    assert len(list((store / "workspaces").iterdir())) == 1
    (store / "replies").mkdir(exist_ok=True)
    (store / "replies" / "1-00").write_bytes(b"x" * 5000)
    everything = prune("toolchain", "prune", "--all")
    assert everything.code == 0, everything.err
    assert "of remembered replies\n" in everything.out
    assert list((store / "replies").iterdir()) == []
    assert list((store / "workspaces").iterdir()) == []

from __future__ import annotations

from pathlib import Path

import pytest

from bench.contenders import Buildkit, Task
from bench.tools import CRATES, Tools, missing_crates, require_std
from buildkit.errors import BuildkitError, ToolchainError
from buildkit.process import Command, Completed

REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def write_list(folder: Path, crates: dict[str, str]) -> None:
    lines = (f'"{crate} {version} ({REGISTRY})" = ["{crate}"]\n' for crate, version in crates.items())
    (folder / ".crates.toml").write_text("[v1]\n" + "".join(lines), encoding="utf-8")


def test_in_a_new_folder_every_crate_is_missing(tmp_path: Path) -> None:
    assert missing_crates(tmp_path) == CRATES


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    write_list(tmp_path, dict(CRATES))
    assert missing_crates(tmp_path) == {}


def test_another_version_is_no_substitute(tmp_path: Path) -> None:
    write_list(tmp_path, {**CRATES, "cargo-hack": "0.1.0"})
    assert missing_crates(tmp_path) == {"cargo-hack": CRATES["cargo-hack"]}


def test_a_missing_standard_library_is_told_with_what_brings_it(tmp_path: Path) -> None:
    tools = Tools(toolchain=tmp_path / "bin", programs=tmp_path, host="x86_64-unknown-linux-gnu", versions={})
    (tmp_path / "lib" / "rustlib" / tools.host / "lib").mkdir(parents=True)
    require_std(tools, tools.host)
    with pytest.raises(ToolchainError) as caught:
        require_std(tools, "wasm32-unknown-unknown")
    assert caught.value.hint == "rustup target add wasm32-unknown-unknown"


def test_a_buildkit_that_gives_no_verdicts_is_quoted(tmp_path: Path) -> None:
    command = Command(argv=("buildkit", "check"), cwd=tmp_path)
    done = Completed(command=command, returncode=2, stdout="", stderr="error: no such feature\n", seconds=0)
    task = Task(cells=(), known={}, triple="", target="", hack_options=())
    with pytest.raises(BuildkitError, match="buildkit check: error: no such feature"):
        Buildkit().verdicts(done, task)

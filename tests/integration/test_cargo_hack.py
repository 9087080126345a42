"""What cargo-hack selects for the recorded cases, asked of cargo-hack itself."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from hack_cases import NORMAL, RECORDED, TABLES, Table, as_text, cases, recorded

pytestmark = pytest.mark.integration

HACK = shutil.which("cargo-hack")

EVERY = 9
"""Of so many cases one is asked again; `--update-golden` asks for all and records them."""


def made(folder: Path, table: Table) -> Path:
    for name in ("app", *table.optional):
        source = folder / name / "src" / "lib.rs"
        source.parent.mkdir(parents=True)
        source.touch()
        manifest = f'[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n[features]\nx = []\n'
        (folder / name / "Cargo.toml").write_text(table.manifest if name == "app" else manifest, encoding="utf-8")
    return folder / "app"


def listed(folder: Path, options: Sequence[str]) -> list[str]:
    """Return the selections of cargo-hack's commands; `*` stands for all features."""
    command = (str(HACK), "hack", "check", *options, "--print-command-list")
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return sorted(_selection(shlex.split(line)) for line in done.stdout.splitlines())


def _selection(words: list[str]) -> str:
    if "--all-features" in words:
        return "*"
    if "--no-default-features" not in words:
        return NORMAL
    return words[words.index("--features") + 1] if "--features" in words else ""


@pytest.mark.skipif(HACK is None, reason="cargo-hack is not on PATH; cargo install cargo-hack --locked")
def test_the_record_is_what_cargo_hack_says(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    updates = request.config.getoption("--update-golden")
    folders = {name: made(tmp_path / name, table) for name, table in TABLES.items()}
    asked = list(cases())[:: 1 if updates else EVERY]
    said = {case.key: listed(folders[case.table], case.options) for case in asked}
    if updates:
        version = subprocess.run((str(HACK), "hack", "--version"), capture_output=True, text=True, check=True).stdout.split()[1]
        RECORDED.write_text(as_text(version, said), encoding="utf-8")
    assert said == {case.key: recorded()[case.key] for case in asked}

"""A check after an edit goes on from what rustc kept of the check before, of which only the last is kept."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from command_line import Buildkit

pytestmark = pytest.mark.integration

MANIFEST = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n\n[features]\none = []\ntwo = []\n\n[dependencies]\n{needs}\n'

FILES = {
    "Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app", "base"]\n',
    "buildkit.toml": '[workspace]\ntargets = ["native"]\n',
    "base/Cargo.toml": MANIFEST.format(name="base", needs=""),
    "base/src/lib.rs": "pub fn base() {}\n",
    "app/Cargo.toml": MANIFEST.format(name="app", needs='base = { path = "../base" }'),
    "app/src/lib.rs": "pub fn app() { base::base() }\n",
}

TELLING = """\
#!/bin/sh
rustc=$1
shift
RUSTC_BOOTSTRAP=1 exec "$rustc" -Zincremental-info "$@"
"""
"""A wrapper of rustc that makes it tell with what a session begins."""

LOGGING = """\
#!/bin/sh
'{telling}' "$@" 2> '{folder}'/$$.log
code=$?
cat '{folder}'/$$.log >&2
exit $code
"""

BEGUN = "[incremental] session directory: "


class Workspace:
    """Two packages of which one uses the other, a store, and what rustc told of its sessions."""

    def __init__(self, root: Path) -> None:
        self.root = root / "ws"
        for name, text in FILES.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text)
        self.told = root / "told"
        self.told.mkdir()
        telling = self._script(root / "telling.sh", TELLING)
        logging = self._script(root / "logging.sh", LOGGING.format(telling=telling, folder=self.told))
        self._environment: Mapping[str, str | None] = {
            **{name: None for name in os.environ if name.startswith("CARGO_") or name == "CI"},
            "BUILDKIT_CACHE_DIR": str(root / "store"),
            "RUSTC_WRAPPER": str(logging),
        }

    @staticmethod
    def _script(file: Path, text: str) -> Path:
        file.write_text(text)
        file.chmod(0o755)
        return file

    def check(self, *, ci: bool = False) -> tuple[set[str], int]:
        """Check each feature, and return the verdicts, and how many sessions began with files of one before."""
        for file in self.told.iterdir():
            file.unlink()
        environment = {**self._environment, **({"CI": "true"} if ci else {})}
        ran = Buildkit(folder=self.root, environment=environment)("check", "--each-feature", "--features", "-", "--format", "json")
        cells = json.loads(ran.out)["cells"]
        assert len(cells) == 8
        lines = [line for file in self.told.iterdir() for line in file.read_text().splitlines()]
        return {cell["verdict"] for cell in cells}, sum(line.startswith(BEGUN) and line.endswith("hard-linked") for line in lines)

    def edit(self, text: str) -> None:
        source = self.root / "base" / "src" / "lib.rs"
        source.write_text(source.read_text() + text)

    def sessions(self) -> dict[str, list[str]]:
        """Return the sessions that are kept of each unit, which are the same as their locks."""
        found: dict[str, list[str]] = {}
        for folder in (self.root / "target" / "buildkit").glob("**/incremental"):
            for unit in folder.iterdir():
                found[unit.name] = sorted(path.name for path in unit.iterdir() if path.is_dir())
                assert {name.rpartition("-")[0] + ".lock" for name in found[unit.name]} == {path.name for path in unit.glob("*.lock")}
        return found


def test_after_each_edit_rustc_goes_on_from_the_one_session_that_is_kept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.check() == ({"pass"}, 0)
    units = workspace.sessions()
    assert {len(kept) for kept in units.values()} == {1}
    edited = {unit for unit in units if unit.partition("-")[0] in {"app", "base"}}
    assert len(edited) >= 8
    for number in range(2):
        workspace.edit(f"#[allow(dead_code)]\nfn edited_{number}() {{}}\n")
        verdicts, continued = workspace.check()
        assert (verdicts, continued >= len(edited)) == ({"pass"}, True)
        kept = workspace.sessions()
        assert {len(sessions) for sessions in kept.values()} == {1}
        assert not [unit for unit in edited if kept[unit] == units[unit]]
        units = kept
    workspace.edit("fn broken() -> u8 {}\n")
    assert workspace.check()[0] == {"fail"}


def test_in_ci_nothing_is_kept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.check(ci=True) == ({"pass"}, 0)
    assert workspace.sessions() == {}

"""A check after an edit goes on from what rustc kept of the check before, of which only the last is kept."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from command_line import Buildkit

from buildkit.execute.edited import STAMP

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
echo "$*" > '{folder}'/$$.argv
'{telling}' "$@" 2> '{folder}'/$$.log
code=$?
cat '{folder}'/$$.log >&2
exit $code
"""

BEGUN = "[incremental] session directory: 4 files hard-linked"
"""What is told of a session that goes on from another one; without its graph and what was found out, it has two files."""


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
        """Check each feature, and return the verdicts, and how many sessions went on from one before."""
        for file in self.told.iterdir():
            file.unlink()
        environment = {**self._environment, **({"CI": "true"} if ci else {})}
        ran = Buildkit(folder=self.root, environment=environment)("check", "--each-feature", "--features", "-", "--format", "json")
        cells = json.loads(ran.out)["cells"]
        assert len(cells) == 8
        lines = [line for file in self.told.iterdir() for line in file.read_text().splitlines()]
        return {cell["verdict"] for cell in cells}, sum(line == BEGUN for line in lines)

    def compiled(self) -> set[str]:
        """Return the crates that rustc was called for in the last check."""
        calls = (file.read_text() for file in self.told.glob("*.argv"))
        return {found[1] for call in calls if (found := re.search(r"--crate-name (\w+)", call))}

    def plain(self) -> list[Path]:
        """Return what of the sessions is not packed."""
        return list((self.root / "target" / "buildkit").glob("**/dep-graph.bin"))

    def edit(self, package: str, text: str | None = None) -> None:
        source = self.root / package / "src" / "lib.rs"
        before = source.read_text()
        source.write_text(before + (text or f"#[allow(dead_code)]\nfn edited_{len(before)}() {{}}\n"))

    def sessions(self) -> dict[str, list[str]]:
        """Return the sessions that are kept of each unit, which are the same as their locks."""
        found: dict[str, list[str]] = {}
        for folder in (self.root / "target" / "buildkit").glob("**/incremental"):
            for unit in filter(Path.is_dir, folder.iterdir()):
                found[unit.name] = sorted(path.name for path in unit.iterdir() if path.is_dir())
                assert {name.rpartition("-")[0] + ".lock" for name in found[unit.name]} == {path.name for path in unit.glob("*.lock")}
        return found


def test_after_an_edit_rustc_goes_on_from_the_one_session_that_is_kept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.check() == ({"pass"}, 0)
    units = workspace.sessions()
    edited = {unit for unit in units if unit.partition("-")[0] in {"app", "base"}}
    assert len(edited) >= 8
    assert not workspace.plain()
    for _ in range(2):
        workspace.edit("base")
        verdicts, continued = workspace.check()
        assert (verdicts, continued >= len(edited)) == ({"pass"}, True)
        kept = workspace.sessions()
        assert {len(sessions) for sessions in kept.values()} == {1}
        assert not [unit for unit in edited if kept[unit] == units[unit]]
        units = kept
    workspace.edit("base", "fn broken() -> u8 {}\n")
    assert workspace.check()[0] == {"fail"}


def test_what_an_edited_package_depends_on_is_neither_compiled_nor_unpacked(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.check()
    before = workspace.sessions()
    workspace.edit("app")
    verdicts, continued = workspace.check()
    changed = {unit.partition("-")[0] for unit, sessions in workspace.sessions().items() if before[unit] != sessions}
    assert (verdicts, changed & {"app", "base"}) == ({"pass"}, {"app"})
    assert continued >= 4
    assert "base" not in workspace.compiled()
    plain = {graph.parent.parent.name.partition("-")[0] for graph in workspace.plain()}
    assert plain & {"app", "base"} == {"app"}


def test_what_was_not_unpacked_is_compiled_without_it(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workspace.check()
    for stamp in (workspace.root / "target" / "buildkit").glob(f"*/{STAMP}"):
        stamp.unlink()
    workspace.edit("base", "pub fn base() -> u8 { 1 }\n".replace("base", "other"))
    assert workspace.check() == ({"pass"}, 0)
    workspace.edit("base", "fn broken() -> u8 {}\n")
    assert workspace.check()[0] == {"fail"}


def test_in_ci_nothing_is_kept(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.check(ci=True) == ({"pass"}, 0)
    assert workspace.sessions() == {}

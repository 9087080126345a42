"""Runs of the command call cargo for what is not remembered, and for nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from command_line import Buildkit
from reading_workspace import LIBRARY, append, write, write_workspace

pytestmark = pytest.mark.integration

MATRIX = """\
[workspace]
targets = ["native"]
[package.app.target.native]
extra = ["broken", "extra"]
depth = "each"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Return a workspace of which several cells are checked by one call."""
    write("ws/buildkit.toml", MATRIX)(tmp_path)
    return write_workspace(tmp_path)


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run of the command: verdicts by cell, and the accounting."""

    verdicts: Mapping[str, str]
    summary: Mapping[str, int]
    diagnostics: Mapping[str, str]


@pytest.fixture
def check(workspace: Path, buildkit: Buildkit, tmp_path: Path) -> Callable[..., Run]:
    command = replace(buildkit, environment={"BUILDKIT_CACHE_DIR": str(tmp_path / "store")})

    def run(*options: str) -> Run:
        document = command("check", "-C", str(workspace), "--format", "json", *options).document
        return Run(
            verdicts={cell["id"]: cell["verdict"] for cell in document["cells"]},
            summary=document["summary"],
            diagnostics={cell["id"]: cell["stages"][-1].get("diagnostics", "") for cell in document["cells"]},
        )

    return run


def test_cells_that_were_checked_together_are_remembered_one_by_one(workspace: Path, check: Callable[..., Run]) -> None:
    first, second = check(), check()
    assert first.verdicts["app/native/broken"] == "fail"
    assert set(first.verdicts.values()) == {"pass", "fail"}
    assert (second.verdicts, second.diagnostics) == (first.verdicts, first.diagnostics)
    assert (second.summary["cargo_calls"], second.summary["compiled"]) == (0, 0)
    append("ws/app/src/foo.rs", "// more\n")(workspace.parent)
    edited = check()
    assert edited.verdicts == first.verdicts
    others = [cell for cell in edited.verdicts if not cell.startswith("app/")]
    assert edited.summary["cached"] >= len(others) > 0
    assert edited.summary["compiled"] > 0


def test_nothing_remembered_is_believed_where_that_is_asked(check: Callable[..., Run]) -> None:
    first = check()
    for option in ("--no-cache", "--verify-cache"):
        again = check(option)
        assert again.verdicts == first.verdicts
        assert again.summary["cargo_calls"] > 0


def test_cells_that_were_checked_together_follow_their_own_sources(workspace: Path, check: Callable[..., Run]) -> None:
    only = '#[cfg(feature = "extra")]\nmod only;\n'
    (workspace / "app/src/lib.rs").write_text(LIBRARY.replace("mod foo;", f"{only}mod foo;"), encoding="utf-8")
    write("ws/app/src/only.rs", "")(workspace.parent)
    check()
    write("ws/app/src/only.rs", "pub fn only() -> u8 { 'c' }\n")(workspace.parent)
    after = check()
    assert {cell for cell, verdict in after.verdicts.items() if verdict == "fail"} == {
        cell for cell in after.verdicts if cell.startswith("app/") and ("extra" in cell or "broken" in cell)
    }
    assert after.summary["cached"] > 0

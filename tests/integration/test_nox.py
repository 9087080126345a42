"""The sessions that a user's own noxfile gets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

README = Path(__file__).parent.parent.parent / "README.md"
NOXFILE = "from buildkit.nox import add_sessions\n\nadd_sessions()\n"

pytestmark = pytest.mark.integration


def nox(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "nox", "--non-interactive", *arguments), cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def workspace(fixture_copy: Callable[[str], Path]) -> Path:
    place = fixture_copy("properties/clean-additive-features")
    (place / "noxfile.py").write_text(NOXFILE, encoding="utf-8")
    return place


def test_the_readme_shows_this_noxfile() -> None:
    assert NOXFILE in README.read_text(encoding="utf-8")


def test_two_lines_give_four_sessions(workspace: Path) -> None:
    listed = nox(workspace, "--list").stdout
    assert all(f"* {name}" in listed for name in ("check-wasm", "check", "isolation", "build"))


def test_a_session_runs_buildkit_and_hands_its_arguments_on(workspace: Path) -> None:
    done = nox(workspace, "-s", "isolation", "--", "--target", "native")
    assert done.returncode == 0, done.stderr
    assert "cells" in done.stdout
    assert "wasm32" not in done.stdout

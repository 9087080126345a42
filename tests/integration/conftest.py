"""What integration tests share: the command, and fixtures copied to a scratch folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import FIXTURES, Buildkit


@pytest.fixture
def fixture_copy(tmp_path: Path) -> Callable[[str], Path]:
    """Copy a fixture to a scratch folder, without what cargo made in it."""

    def copy(name: str) -> Path:
        place = tmp_path / Path(name).name
        shutil.copytree(FIXTURES / name, place, ignore=shutil.ignore_patterns("target"))
        return place

    return copy


@pytest.fixture
def buildkit(tmp_path: Path) -> Buildkit:
    """Run the command in the scratch folder."""
    return Buildkit(folder=tmp_path)

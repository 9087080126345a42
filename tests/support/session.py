"""What all workers of one test run share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def session_folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a folder of this run; pytest-xdist gives every worker a folder of its own below the one that they share."""
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    return folder

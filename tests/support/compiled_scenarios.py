"""Compiled scenarios that all tests of a session share, whichever process they run in."""

from __future__ import annotations

import json
import os
import platform
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bench.scenario_programs import Programs

WASI = "wasm32-wasip2"


def shared_programs(factory: pytest.TempPathFactory) -> Programs:
    """Return the programs of this session; pytest-xdist gives every worker a folder of its own below the one that they share."""
    base = factory.getbasetemp()
    return Programs(folder=(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "programs")


@cache
def native_target() -> str:
    """Return the target of static programs of this machine, or of any, where it has no other."""
    return "native-musl" if platform.system() == "Linux" else "native"


def written(file: Path, document: Any) -> Path:
    """Write a document and return its file."""
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return file

"""Compiled scenarios that all tests of a session share, whichever process they run in."""

from __future__ import annotations

import json
import platform
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from session import session_folder

from bench.scenario_programs import Programs

WASI = "wasm32-wasip2"


def shared_programs(factory: pytest.TempPathFactory) -> Programs:
    """Return the programs of this session."""
    return SharedPrograms(folder=session_folder(factory, "programs"))


class SharedPrograms(Programs):
    """Compiles what is new to this process; a scenario is known by its text."""

    def compiled(self, scenario: Path, target: str, transport: str = "http") -> Path:
        """Return the program of a scenario; raises `CompileError`."""
        return _compiled(self.folder / sha256(scenario.read_bytes()).hexdigest(), scenario, target, transport)


@cache
def _compiled(folder: Path, scenario: Path, target: str, transport: str) -> Path:
    return Programs(folder=folder).compiled(scenario, target, transport)


@cache
def native_target() -> str:
    """Return the target of static programs of this machine, or of any, where it has no other."""
    return "native-musl" if platform.system() == "Linux" else "native"


def written(file: Path, document: Any) -> Path:
    """Write a document and return its file."""
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return file

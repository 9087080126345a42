"""The workflow programs of fixtures/runtara, built once for the tests that run them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import FIXTURES, Buildkit, Ran
from filelock import FileLock
from session import session_folder
from working_copy import working_copy

WORKSPACE = FIXTURES / "runtara"
INPUT = WORKSPACE / "data" / "input.json"
EXPECTED = WORKSPACE / "data" / "expected.json"
MINUTES = 60

HOST_INTERFACE = "runtara:workflow/checkpoints@0.1.0"
HTTP, HOSTED, NATIVE = "http", "hosted", "native"
BUILDS = {
    HTTP: ("runtara-program-wasi", "wasm32-wasip2", "wasi"),
    HOSTED: ("runtara-program-wasi", "wasm32-wasip2", "wasi,host-functions"),
    NATIVE: ("runtara-program-native", "native", "native"),
}


def launched_program(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return one, which is built once in a test run."""
    folder = session_folder(factory, "launched")
    program = folder / f"{name}.link"
    with FileLock(folder / "lock"):
        if not program.exists():
            program.symlink_to(_built(folder, name))
    return program.resolve()


def _built(folder: Path, name: str) -> Path:
    """Build one, and return a copy of it: the next one may have the same file."""
    package, target, features = BUILDS[name]
    copy = working_copy()
    build = Buildkit(folder=folder, environment={"CARGO_TARGET_DIR": str(copy.output)})
    ran = build(
        *("build", "-C", str(copy.workspace), "-p", package, "-t", target, "-F", features, "--locked", "--format", "json"),
        timeout=60 * MINUTES,
    )
    (cell,) = ran.document["cells"]
    # Other hosts of the target do not provide what such a component imports: building it by itself says so.
    assert {finding["subject"] for finding in cell["findings"]} == ({HOST_INTERFACE} if name == HOSTED else set()), ran.err
    (artifact,) = (Path(each["path"]) for each in cell["artifacts"] if each["kind"] in {"component", "elf"})
    return Path(shutil.copy2(artifact, folder / f"{name}{artifact.suffix}"))


def document(ran: Ran) -> dict[str, Any]:
    """Return the one document of a run, which must have told no more."""
    found: dict[str, Any] = json.loads(ran.out)
    return found

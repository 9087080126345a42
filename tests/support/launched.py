"""The workflow programs of fixtures/runtara, built once for the tests that run them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import platformdirs
from command_line import FIXTURES, Buildkit, Ran

WORKSPACE = FIXTURES / "runtara"
TARGETS = Path(platformdirs.user_cache_dir("buildkit-tests", appauthor=False)) / "runtara"
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


def build_program(folder: Path, name: str) -> Path:
    """Build one, and return a copy of it: the next one may have the same file."""
    package, target, features = BUILDS[name]
    build = Buildkit(folder=folder, environment={"CARGO_TARGET_DIR": str(TARGETS)})
    ran = build(
        *("build", "-C", str(WORKSPACE), "-p", package, "-t", target, "-F", features, "--locked", "--format", "json"), timeout=60 * MINUTES
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

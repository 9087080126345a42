"""Components in Node, transpiled by jco, which is installed once outside of the checkout."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import platformdirs
import pytest
from filelock import FileLock

from buildkit.ci import is_ci

PACKAGES = ("@bytecodealliance/jco-transpile@0.15.0", "@bytecodealliance/preview2-shim@0.26.1")
FOLDER = Path(platformdirs.user_cache_dir("buildkit-tests", appauthor=False)) / "jco-0.15.0"
SCRIPT = Path(__file__).with_name("component_in_node.mjs")
MINUTES = 60


def installed_jco() -> Path:
    """Return the folder that jco is installed in; skips the test where Node or the registry is missing, except in CI."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        _give_up("this machine has no Node")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / "lock"):
        done = FOLDER / "installed"
        if not done.exists():
            npm = ("npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER), *PACKAGES)
            ran = subprocess.run(npm, capture_output=True, text=True, timeout=10 * MINUTES, check=False)
            if ran.returncode:
                _give_up(f"npm cannot install jco: {ran.stderr or ran.stdout}")
            done.touch()
    return FOLDER


def run_in_node(
    component: Path, folder: Path, environment: Mapping[str, str], *, mended: bool = True, network: bool = False
) -> subprocess.CompletedProcess[str]:
    """Transpile and run; `folder` has `input` and `output`, which the component sees. `mended` mends jco's file system."""
    request = folder / "request.json"
    request.write_text(
        json.dumps(
            {
                "folder": str(folder / "transpiled"),
                "preopens": {"/input": str(folder / "input"), "/output": str(folder / "output")},
                "environment": dict(environment),
                "mended": mended,
                "network": network,
            }
        )
    )
    command = ("node", str(SCRIPT), str(installed_jco()), str(component), str(request))
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=5 * MINUTES, check=False)


def _give_up(reason: str) -> None:
    if is_ci(os.environ):
        pytest.fail(reason)
    pytest.skip(reason)

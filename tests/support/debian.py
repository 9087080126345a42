"""Programs of Debian packages, installed where they are missing and root may."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from buildkit.ci import is_ci

INSTALLING_SECONDS = 900
LOCK = Path(tempfile.gettempdir()) / "buildkit-tests-apt.lock"


def program_of(package: str, name: str) -> Path:
    """Return a program of a package; skips the test where there is none and none can be installed, except in CI."""
    with FileLock(LOCK):
        trouble = None if shutil.which(name) else _install(package)
    found = shutil.which(name)
    if found is None:
        give_up(f"no {name} here: {trouble}")
    return Path(found)


def give_up(reason: str) -> None:
    """Skip the test, except in CI, where it fails."""
    if is_ci(os.environ):
        pytest.fail(reason)
    pytest.skip(reason)


def _install(package: str) -> str | None:
    """Install a package, and return why that was not possible."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return f"only root can install it: apt-get install {package}"
    command = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", package)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=INSTALLING_SECONDS, check=False)
    return f"apt-get install {package}: {' '.join(done.stderr.split())[-200:]}" if done.returncode else None

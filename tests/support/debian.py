"""Programs of Debian packages, installed where they are missing and root may."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest
from filelock import FileLock

from buildkit.ci import is_ci

INSTALLING_SECONDS = 900
LOCK = Path(tempfile.gettempdir()) / "buildkit-tests-apt.lock"


def program_of(package: str, *names: str) -> Path:
    """Return the program of a package, by any of its names; skips the test where there is none and none can be installed, except in CI."""
    with FileLock(LOCK):
        trouble = None if _found(names) else _install(package)
    found = _found(names)
    if found is None:
        give_up(f"no {names[0]} here: {trouble}")
    return Path(found)


def _found(names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := shutil.which(name))), None)


def give_up(reason: str) -> NoReturn:
    """Skip the test, except in CI, where it fails."""
    if is_ci(os.environ):
        pytest.fail(reason)
    pytest.skip(reason)


def _install(package: str) -> str | None:
    """Install a package, and return why that was not possible."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return f"only root can install it: apt-get install {package}"
    install = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", package)
    trouble = _asked(install)
    # The lists of packages may be older than what the mirror has, or not there at all.
    return trouble if trouble is None or _asked(("apt-get", "update", "--quiet")) else _asked(install)


def _asked(command: tuple[str, ...]) -> str | None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=INSTALLING_SECONDS, check=False)
    return f"{' '.join(command[:2])}: {' '.join(done.stderr.split())[-200:]}" if done.returncode else None

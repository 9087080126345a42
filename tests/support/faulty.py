"""A workspace of one member for tests of what can go wrong around it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

from command_line import Buildkit
from oracle import write_files

PACKAGE = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n'
ON_HOST = '[workspace]\ntargets = ["native"]\n'
EACH = '[package.app.target.native]\nfeatures = []\nextra = "*"\ndepth = "each"\n'

Make = Callable[..., Path]
"""Makes a workspace from the rest of its member's manifest, its settings and more files."""


def made(folder: Path, manifest: str = "", *, settings: str = "", files: Mapping[str, str] | None = None) -> Path:
    """Make a workspace with the member `app` for the host's target; what is given replaces or adds files.

    It is like none before it, so that no verdict of it is remembered.
    """
    standard = {
        "Cargo.toml": f'[workspace]\nmembers = ["app"]\nresolver = "2"\n# {uuid4()}\n',
        "buildkit.toml": ON_HOST + settings,
        "app/Cargo.toml": PACKAGE.format(name="app") + manifest,
    }
    write_files(folder, {**standard, **(files or {})})
    return folder


def verdicts(buildkit: Buildkit, folder: Path, *arguments: str, **environment: str) -> tuple[int, list[tuple[str, str]]]:
    """Check a workspace, and return the exit code and the verdict of each cell with its first finding."""
    ran = Buildkit(folder=folder, environment={**buildkit.environment, **environment})("check", "--format", "json", *arguments)
    cells = ran.document["cells"]
    return ran.code, [(cell["verdict"], next((found["message"] for found in cell["findings"]), "")) for cell in cells]


def until(holds: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    """Say whether something holds before long."""
    ending = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ending:
            return False
        time.sleep(0.05)
    return True

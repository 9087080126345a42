"""Modules of compiled scenarios in Node and in browsers: what the command of wasm-bindgen makes of them, and how Node runs that."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs
from command_line import FIXTURES
from debian import give_up
from filelock import FileLock

SCRIPT = Path(__file__).with_name("scenario_in_node.mjs")
MINUTES = 60
FASTER_TO_BUILD = {"CARGO_PROFILE_RELEASE_OPT_LEVEL": "1", "CARGO_PROFILE_RELEASE_DEBUG": "0"}


@cache
def locked_version() -> str:
    """Return the version of the crate, of which the command must be as well."""
    locked = tomllib.loads((FIXTURES / "runtara" / "Cargo.lock").read_text(encoding="utf-8"))
    return next(str(package["version"]) for package in locked["package"] if package["name"] == "wasm-bindgen")


@cache
def wasm_bindgen() -> Path:
    """Return the command, built once outside of the checkout; skips the test where it cannot be had, except in CI."""
    version = locked_version()
    folder = Path(platformdirs.user_cache_dir("buildkit-tests", appauthor=False)) / f"wasm-bindgen-{version}"
    program = folder / "bin" / "wasm-bindgen"
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / "lock"):
        if not program.exists():
            cargo = ("cargo", "install", "wasm-bindgen-cli", "--version", f"={version}", "--bin", "wasm-bindgen", "--locked", "--quiet")
            ran = subprocess.run(
                cargo,
                cwd=folder,
                env={**os.environ, **FASTER_TO_BUILD, "CARGO_INSTALL_ROOT": str(folder)},
                capture_output=True,
                text=True,
                timeout=40 * MINUTES,
                check=False,
            )
            if ran.returncode:
                give_up(f"cargo cannot install wasm-bindgen-cli: {ran.stderr[-300:]}")
    return program


def bound(module: Path, folder: Path, target: str) -> Path:
    """Return the JavaScript that loads a module: `target` is `nodejs` or `web`."""
    command = (str(wasm_bindgen()), "--target", target, "--out-dir", str(folder), "--out-name", "scenario", "--no-typescript", str(module))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "scenario.js"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What Node printed of a run; `outcome` is `killed` where it could not print anything."""

    outcome: str
    result: Any = None
    error: str | None = None
    step: str | None = None


@dataclass(frozen=True, kw_only=True)
class InNode:
    """A run that has been started."""

    process: subprocess.Popen[str]

    def kill(self) -> None:
        """End it as the system does where there is no memory left: at once."""
        self.process.send_signal(signal.SIGKILL)

    def told(self) -> Told:
        """Wait for the end."""
        out, err = self.process.communicate(timeout=2 * MINUTES)
        if self.process.returncode == -signal.SIGKILL:
            return Told(outcome="killed")
        assert self.process.returncode == 0, err
        return Told(**json.loads(out))


def start_in_node(script: Path, data: object, settings: Mapping[str, str] | None = None) -> InNode:
    """Call `run`, or with settings `run_reported`."""
    node = shutil.which("node")
    if node is None:
        give_up("this machine has no Node")
    request = json.dumps({"input": data, "settings": None if settings is None else dict(settings)}, ensure_ascii=False)
    process = subprocess.Popen(
        (str(node), str(SCRIPT), str(script)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdin is not None
    process.stdin.write(request)
    process.stdin.close()
    process.stdin = None
    return InNode(process=process)

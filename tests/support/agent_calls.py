"""Calls of the Rust agents, natively and as a component, through the crate's example `call`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from command_line import Buildkit
from working_copy import working_copy

from buildkit.process import ProcessRunner
from buildkit.runners.model import Preopen, RunRequest
from buildkit.runners.native import NativeRunner
from buildkit.runners.wasmtime import WasmtimeRunner

BUILD_SECONDS = 3600
WASI = "wasm32-wasip2"


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a capability."""

    agent: str
    capability: str
    input: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Program:
    """The example, built for one target."""

    file: Path
    folder: Path

    def __call__(self, calls: Iterable[Call]) -> list[dict[str, Any]]:
        """Return the outcome of each call: its `result` or its `error`."""
        file = self.folder / "calls.jsonl"
        lines = (json.dumps({"agent": call.agent, "capability": call.capability, "input": call.input}) for call in calls)
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        is_wasm = self.file.suffix == ".wasm"
        request = RunRequest(
            artifact=self.file,
            cwd=self.folder,
            arguments=("/calls/calls.jsonl" if is_wasm else str(file),),
            directories=(Preopen(host=self.folder, guest="/calls", writable=False),) if is_wasm else (),
        )
        runner = WasmtimeRunner() if is_wasm else NativeRunner()
        outcome = runner.run(request, processes=ProcessRunner())
        assert outcome.succeeded, f"{outcome.sentence}: {outcome.stderr}"
        return [json.loads(line) for line in outcome.stdout.split("\n") if line]

    def one(self, agent: str, capability: str, **given: Any) -> dict[str, Any]:
        """Return the outcome of a call; an underscore in a name is a hyphen."""
        (outcome,) = self(
            (Call(agent=agent, capability=capability, input={name.replace("_", "-"): value for name, value in given.items()}),)
        )
        return outcome


def build(folder: Path, target: str | None = None) -> Program:
    """Build the example for a target of this buildkit, else for this machine, and run it in `folder`."""
    copy = working_copy()
    feature, place, printed = "native", copy.output / "debug", ""
    options = ["build", "--locked", "-p", "runtara-agents", "--example", "call", "--no-default-features"]
    if target is not None:
        command = Buildkit(folder=folder)
        ensured = command("toolchain", "ensure", target, "-C", str(copy.workspace), timeout=BUILD_SECONDS)
        assert ensured.code == 0, ensured.err
        printed = command("toolchain", "env", target, "-C", str(copy.workspace)).out
        feature, place = "wasi", copy.output / target / "debug"
        options += ["--target", target]
    script = "\n".join(("set -e", printed, f"export CARGO_TARGET_DIR='{copy.output}'", f"cargo {' '.join(options)} --features {feature}"))
    done = subprocess.run(("/bin/sh", "-c", script), cwd=copy.workspace, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return Program(file=place / "examples" / ("call" if target is None else "call.wasm"), folder=folder)

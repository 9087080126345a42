"""Programs that stand in for cargo and rustc and record every invocation, and the records that they leave."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from bench.recorder import FOLDER

RECORDER: Final = Path(__file__).with_name("recorder.py")


class Invocation(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One run of cargo or rustc. Times are of a monotonic clock; `metadata` is when rustc had told what its dependents need to begin."""

    kind: Literal["cargo", "rustc"]
    id: str
    call: str
    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    started: float
    metadata: float | None
    ended: float
    cpu_seconds: float
    returncode: int

    @cached_property
    def codegen(self) -> Mapping[str, str]:
        """Return the values of rustc's `-C` options."""
        pairs = (word.partition("=") for flag, word in zip(self.argv, self.argv[1:], strict=False) if flag == "-C")
        return {name: value for name, _, value in pairs}

    @property
    def compiles(self) -> bool:
        """Say whether cargo had rustc compile a unit; else someone asked rustc a question. Only cargo gives file names a hash."""
        return self.kind == "rustc" and "extra-filename" in self.codegen

    def option(self, name: str) -> str | None:
        """Return the value of rustc's option."""
        return next((value for flag, value in zip(self.argv, self.argv[1:], strict=False) if flag == name), None)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The invocations of one command, in the order in which they began."""

    invocations: tuple[Invocation, ...]

    @property
    def units(self) -> tuple[Invocation, ...]:
        """Return what rustc compiled for cargo."""
        return tuple(one for one in self.invocations if one.compiles)

    @property
    def cargo_calls(self) -> tuple[Invocation, ...]:
        """Return the cargo calls that were not made by another cargo."""
        return tuple(one for one in self.invocations if one.kind == "cargo" and not one.call)


def install_recorders(folder: Path, toolchain: Path) -> Path:
    """Write a `bin` folder that goes first on PATH, whose `cargo` and `rustc` are those of a toolchain with a recorder before them."""
    programs = folder / "bin"
    programs.mkdir(parents=True, exist_ok=True)
    recorder = shlex.join((sys.executable, "-I", "-S", str(RECORDER)))
    for name in ("cargo", "rustc", "rustdoc"):
        real = shlex.quote(str(toolchain / name))
        before = f"{recorder} cargo " if name == "cargo" else ""
        _write_program(programs / name, f"exec {before}{real}")
    _write_program(folder / "rustc-wrapper", f"exec {recorder} rustc")
    return programs


def _write_program(file: Path, line: str) -> None:
    file.write_text(f'#!/bin/sh\n{line} "$@"\n', encoding="utf-8")
    file.chmod(0o755)


def recording_environment(folder: Path, records: Path) -> Mapping[str, str]:
    """Return what makes cargo call rustc through the recorder, with the folder that the records go to."""
    records.mkdir(parents=True, exist_ok=True)
    return {FOLDER: str(records), "RUSTC_WRAPPER": str(folder / "rustc-wrapper")}


def read_recording(records: Path) -> Recording:
    """Return what was recorded in a folder."""
    decoder = msgspec.json.Decoder(Invocation, dec_hook=_path)
    found = (decoder.decode(file.read_bytes()) for file in records.glob("[!.]*.json"))
    return Recording(invocations=tuple(sorted(found, key=lambda one: one.started)))


def _path(kind: type, value: Any) -> Any:
    return Path(value) if kind is Path else value


def count_in(units: Iterable[Invocation], folder: Path) -> int:
    """Return how many units are of packages below a folder."""
    return sum(folder in Path(unit.environment.get("CARGO_MANIFEST_DIR", "/")).parents for unit in units)

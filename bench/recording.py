"""Programs that stand in for cargo and rustc and record every invocation, and the records that they leave."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from bench.recorder import FOLDER
from bench.tools import ask
from buildkit.process import Runner

RECORDER: Final = Path(__file__).with_name("recorder.py")
STAND_IN: Final = Path(__file__).with_name("stand_in.rs")


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


def install_recorders(folder: Path, toolchain: Path, processes: Runner) -> Path:
    """Make a `bin` folder that goes first on PATH, whose `cargo` and `rustc` are those of a toolchain with a recorder before them.

    The toolchain's libraries are found beside it, so that they are known for a compiler.
    """
    programs = folder / "bin"
    if programs.is_dir():
        return programs
    making = folder / "making"
    making.mkdir(parents=True, exist_ok=True)
    recorder = (sys.executable, "-I", "-S", str(RECORDER))
    compiler = Compiler(program=toolchain / "rustc", processes=processes)
    for name in ("cargo", "rustc", "rustdoc"):
        before = (*recorder, "cargo") if name == "cargo" else ()
        compiler.stand_in(making / name, (*before, str(toolchain / name)))
    compiler.stand_in(folder / "rustc-wrapper", (*recorder, "rustc"))
    (folder / "lib").symlink_to(toolchain.parent / "lib")
    making.rename(programs)
    return programs


@dataclass(frozen=True, kw_only=True)
class Compiler:
    """Makes programs that become others."""

    program: Path
    processes: Runner

    def stand_in(self, file: Path, words: tuple[str, ...]) -> None:
        """Compile a program that becomes the first of the words, with the others before its own arguments."""
        ask((str(self.program), str(STAND_IN), "-o", str(file)), file.parent, self.processes, {"STAND_IN": "\n".join(words)})


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

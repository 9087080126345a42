"""Firmware with a compiled scenario, on a board that QEMU is."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from command_line import FIXTURES, Buildkit
from debian import give_up, program_of

FIRMWARE = Path(__file__).with_name("firmware")
ANSWERING_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine of QEMU: the Debian package and the program that have it, its options, and how images for it are laid out."""

    package: str
    program: str
    options: tuple[str, ...]
    layout: str


MACHINES = {
    "thumbv7em-none-eabihf": Machine(
        package="qemu-system-arm", program="qemu-system-arm", options=("-machine", "mps2-an386"), layout="arm.ld"
    ),
    "riscv32imac-unknown-none-elf": Machine(
        package="qemu-system-misc", program="qemu-system-riscv32", options=("-machine", "virt", "-bios", "none"), layout="riscv32.ld"
    ),
}
SILENT = ("-nographic", "-monitor", "none", "-serial", "none", "-semihosting-config", "enable=on,target=native")


@dataclass(frozen=True, kw_only=True)
class Board:
    """The board of a target, whose own code is compiled already."""

    machine: Machine
    code: Path
    linker: Path

    def image(self, library: Path, file: Path) -> Path:
        """Link the library of a scenario with the board's code."""
        layout = str(FIRMWARE / self.machine.layout)
        command = (str(self.linker), "-flavor", "gnu", "--gc-sections", "-T", layout, "-o", str(file), str(self.code), str(library))
        _run(command, file.parent)
        return file

    def start(self, image: Path, data: object) -> subprocess.Popen[str]:
        """Switch it on; what the scenario gives comes to standard output."""
        (image.parent / "input.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        program = program_of(self.machine.package, self.machine.program)
        command = (str(program), *self.machine.options, *SILENT, "-kernel", str(image))
        return subprocess.Popen(command, cwd=image.parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def run(self, image: Path, data: object) -> tuple[int, str]:
        """Run to the end; return the answer of the scenario, and what it gave."""
        process = self.start(image, data)
        try:
            out, _ = process.communicate(timeout=ANSWERING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
            raise AssertionError(f"the board does not answer: {out}") from None
        return process.returncode, out


def board_of(target: str, folder: Path) -> Board:
    """Compile the code of a target's board with the compiler and the standard library that buildkit uses for it."""
    environment = _environment(target, folder)
    code = folder / f"board-{target}.o"
    rustc = environment["RUSTC"]
    flags = environment.get(f"CARGO_TARGET_{target.upper().replace('-', '_')}_RUSTFLAGS", "").split()
    made = ("--edition", "2024", "--crate-type", "lib", "--emit", "obj", "-O", "-Cpanic=abort", "--target", target, "-o", str(code))
    _run((rustc, *flags, *made, str(FIRMWARE / "board.rs")), folder, environment)
    return Board(machine=MACHINES[target], code=code, linker=_linker(rustc, folder))


def _environment(target: str, folder: Path) -> Mapping[str, str]:
    buildkit = Buildkit(folder=folder)
    printed = buildkit("toolchain", "env", target, "-C", str(FIXTURES / "runtara"))
    assert printed.code == 0, printed.err
    words = [shlex.split(line) for line in printed.out.splitlines()]
    return {**os.environ, **dict(_assignments(words))}


def _assignments(lines: Iterable[list[str]]) -> Iterable[tuple[str, str]]:
    for word, assignment in lines:
        if word == "export":
            name, _, value = assignment.partition("=")
            yield name, value


def _linker(rustc: str, folder: Path) -> Path:
    """Return rustc's own linker, or that of the system."""
    sysroot = Path(_run((rustc, "--print", "sysroot"), folder).strip())
    host = re.search(r"^host: (.*)$", _run((rustc, "-vV"), folder), re.MULTILINE)
    own = sysroot / "lib" / "rustlib" / (host[1] if host else "") / "bin" / "rust-lld"
    found = str(own) if own.exists() else shutil.which("rust-lld")
    if found is None:
        give_up("this machine has no rust-lld")
    return Path(found)


def _run(command: tuple[str, ...], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stderr}"
    return done.stdout

"""The tools that buildkit is compared with, installed from crates.io into a folder of the benchmark's own, and all versions."""

from __future__ import annotations

import os
import platform
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from buildkit.errors import ToolchainError
from buildkit.process import Command, Runner
from buildkit.version import __version__

CRATES: Final = {"cargo-hack": "0.6.46", "cargo-feature-combinations": "0.8.0"}
"""The crates and their versions; to compare with others, change them here."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The programs of a comparison. `toolchain` is the folder of the real cargo and rustc, `programs` that of the other tools."""

    toolchain: Path
    programs: Path
    host: str
    versions: Mapping[str, str]

    @property
    def search_path(self) -> str:
        """Return a PATH without rustup's proxies, so that no tool pays for them."""
        return os.pathsep.join((str(self.toolchain), "/usr/local/bin", "/usr/bin", "/bin"))


def install_tools(folder: Path, processes: Runner) -> Tools:
    """Install what is missing in a folder, and return all tools; raises `ToolchainError` where one cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    sysroot = Path(ask(("rustc", "--print", "sysroot"), folder, processes))
    for crate, version in missing_crates(folder).items():
        ask(("cargo", "install", "--locked", "--quiet", "--root", str(folder), f"{crate}@{version}"), folder, processes)
    rustc = ask(("rustc", "-vV"), folder, processes)
    host = next(line.removeprefix("host: ") for line in rustc.splitlines() if line.startswith("host: "))
    versions = {
        "buildkit": __version__,
        **CRATES,
        "cargo": ask(("cargo", "--version"), folder, processes).removeprefix("cargo "),
        "rustc": rustc.splitlines()[0].removeprefix("rustc "),
        "python": platform.python_version(),
    }
    return Tools(toolchain=sysroot / "bin", programs=folder / "bin", host=host, versions=versions)


def missing_crates(folder: Path) -> Mapping[str, str]:
    """Return the crates that are not installed in a folder in their version, as cargo's own list there tells."""
    listed = folder / ".crates.toml"
    installed = tomllib.loads(listed.read_text(encoding="utf-8")).get("v1", {}) if listed.is_file() else {}
    present = {tuple(key.split(" ")[:2]) for key in installed}
    return {crate: version for crate, version in CRATES.items() if (crate, version) not in present}


def require_std(tools: Tools, triple: str) -> None:
    """Raise `ToolchainError` where the compiler has no standard library for a triple: cargo-hack knows none but its own."""
    if not (tools.toolchain.parent / "lib" / "rustlib" / triple / "lib").is_dir():
        raise ToolchainError(f"{tools.toolchain / 'rustc'} has no standard library for {triple}", hint=f"rustup target add {triple}")


def ask(argv: tuple[str, ...], folder: Path, processes: Runner, env: Mapping[str, str | None] | None = None) -> str:
    """Return what a command prints; raises `ToolchainError` where it fails."""
    done = processes.run(Command(argv=argv, cwd=folder, env=env or {}))
    if not done.succeeded:
        said = done.stderr.strip().splitlines()
        raise ToolchainError(f"{' '.join(argv[:3])}: {said[-1] if said else done.ending}", hint=done.command.shell)
    return done.stdout.strip()


def buildkit_command() -> tuple[str, ...]:
    """Return the buildkit of the Python that runs this."""
    return (sys.executable, "-m", "buildkit")

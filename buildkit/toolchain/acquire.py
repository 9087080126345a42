"""Do the steps that bring compilers, start files and downloaded libraries onto this machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from buildkit.errors import ToolchainError
from buildkit.events import Emit, Notice
from buildkit.process import Command, Runner
from buildkit.toolchain.apt import Apt
from buildkit.toolchain.c_compiler import fetch_c_compiler
from buildkit.toolchain.compiler_packages import compiler_recipe, find_compiler_packages, unpack_compiler
from buildkit.toolchain.model import StdProvider
from buildkit.toolchain.musl_files import CCompiler, fetch_musl, installed_musl, take_installed
from buildkit.toolchain.pin import Pin
from buildkit.toolchain.provision import (
    AddRustupTargets,
    AssembleMuslFiles,
    BuildStd,
    FetchWasiFiles,
    InstallPackages,
    ProvisionStep,
    UnpackCCompiler,
    UnpackCompiler,
)
from buildkit.toolchain.release import meets_channel, reaches
from buildkit.toolchain.situation import Situation
from buildkit.toolchain.tasks import Task, task
from buildkit.toolchain.trouble import step_error
from buildkit.toolchain.wasi_files import provide_wasi_files

RUSTUP_SECONDS: Final = 600.0
"""How long rustup may take in all; a server that does not answer fails much sooner."""


class RefusedError(ToolchainError):
    """A provider could not serve; the next one may."""

    def __init__(self, provider: StdProvider, error: ToolchainError) -> None:
        """Keep the provider and what went wrong."""
        super().__init__(error.message, hint=error.hint)
        self.provider = provider


def acquire(step: ProvisionStep, situation: Situation, *, processes: Runner, emit: Emit) -> None:
    """Do one step; raises `RefusedError` where another provider may serve, else `ToolchainError`."""
    apt = Apt(store=situation.store.root, processes=processes, emit=emit)
    match step:
        case AddRustupTargets():
            with _next_provider(StdProvider.RUSTUP):
                _add_rustup_targets(step, processes=processes, emit=emit)
        case InstallPackages():
            with _next_provider(StdProvider.DISTRIBUTION):
                _install(step, processes=processes, emit=emit)
        case UnpackCompiler():
            with _next_provider(StdProvider.SOURCE), task(emit, "compiler", "Rust compiler and source", "packages") as progress:
                _unpack_compiler(situation, apt, progress)
        case UnpackCCompiler():
            with task(emit, "cc", "C compiler", "packages"):
                fetch_c_compiler(apt, situation.store)
        case FetchWasiFiles():
            with task(emit, "wasi-libc", "start files for WASI", "packages"):
                provide_wasi_files(apt, situation.store)
        case AssembleMuslFiles():
            with _optional(step, emit), task(emit, "musl", "start files for musl", "packages"):
                _assemble_musl(situation, apt)
        case BuildStd():
            raise AssertionError(f"{step.title} is not acquired")


def _add_rustup_targets(step: AddRustupTargets, *, processes: Runner, emit: Emit) -> None:
    with task(emit, "rustup", f"std for {', '.join(step.triples)}", "components") as progress:
        seen: list[str] = []

        def count(line: str) -> None:
            if "downloading component" in line:
                seen.append(line)
                progress.advance(len(seen), len(step.triples), line.removeprefix("info: "))

        command = Command(argv=step.argv, cwd=Path("/"), env={"RUSTUP_TOOLCHAIN": None})
        done = processes.run(command, on_stderr=count, timeout=RUSTUP_SECONDS)
        if not done.succeeded:
            said = next((line.removeprefix("error: ") for line in done.stderr.splitlines() if line.startswith("error: ")), done.ending)
            raise ToolchainError(f"rustup could not add std for {', '.join(step.triples)}: {said}", hint=" ".join(step.argv))


def _install(step: InstallPackages, *, processes: Runner, emit: Emit) -> None:
    command = " ".join(step.argv)
    if os.geteuid() != 0:
        raise ToolchainError(f"only root may install {', '.join(step.packages)}", hint=f"sudo {command}")
    with task(emit, "install", f"install {', '.join(step.packages)}", "packages"):
        done = processes.run(Command(argv=step.argv, cwd=Path("/"), env={"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}))
        if not done.succeeded:
            raise step_error(f"the packages {', '.join(step.packages)}", done)


def _unpack_compiler(situation: Situation, apt: Apt, progress: Task) -> None:
    source = apt.refreshed()
    packages = find_compiler_packages(
        source, accepts=lambda release: accepts_release(situation.pin, situation.request.rust_version, release)
    )
    archives = source.archives(packages.wanted, alone=packages.alone)
    megabytes = sum(archive.size for archive in archives) / 1e6
    names = ", ".join(archive.package for archive in archives)
    source.emit(Notice(message=f"rustc {packages.release}: {len(archives)} packages, {megabytes:.0f} MB", detail=names))
    fetched: list[str] = []

    def count(line: str) -> None:
        if line.startswith("Get:"):
            fetched.append(line)
            progress.advance(len(fetched), len(archives), line.split()[4] if len(line.split()) > 4 else "")

    def build(entry: Path, scratch: Path) -> None:
        unpack_compiler(source.fetch(archives, scratch / "archives", on_line=count), entry, scratch, processes=source.processes)

    situation.store.obtain(compiler_recipe(packages, archives), build)


def accepts_release(pin: Pin | None, rust_version: str | None, release: str) -> bool:
    """Say whether a compiler that is not here yet would be allowed by the workspace."""
    pinned = pin is None or (pin.channel is not None and meets_channel(release, pin.channel))
    return pinned and (rust_version is None or reaches(release, rust_version))


def _assemble_musl(situation: Situation, apt: Apt) -> None:
    cc = next((found for toolchain in situation.permitted if (found := situation.cc(toolchain)) is not None), None)
    if cc is None:
        raise ToolchainError("there is no C compiler to link with musl", hint="apt-get install gcc libc6-dev")
    compiler = CCompiler(path=cc, processes=apt.processes)
    installed = installed_musl(platform.machine())
    if installed is not None:
        take_installed(installed, situation.store, compiler)
    else:
        fetch_musl(apt, situation.store, compiler)


@contextmanager
def _next_provider(provider: StdProvider) -> Iterator[None]:
    try:
        yield
    except ToolchainError as error:
        raise RefusedError(provider, error) from error


@contextmanager
def _optional(step: AssembleMuslFiles, emit: Emit) -> Iterator[None]:
    """Let a step fail that only C code of build scripts could need."""
    try:
        yield
    except ToolchainError as error:
        if step.required:
            raise
        emit(Notice(message="C code cannot be compiled for musl here", detail=error.message))

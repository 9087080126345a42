"""One target of the comparison of `buildkit compile` with cargo: what is run, and what it made."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from bench.tools import ask, buildkit_command
from buildkit.cargo.messages import CompilerArtifact, parse_messages
from buildkit.process import Command, Runner

ROOT: Final = Path(__file__).parents[1]
WORKSPACE: Final = ROOT / "fixtures" / "runtara"
SCENARIO: Final = Path(__file__).parent / "scenarios" / "ten-steps.json"
PASS: Final = re.compile(r"^time:\s+(?P<seconds>[\d.]+);.*\t(?P<name>\S+)$", re.MULTILINE)
"""A line of rustc's `-Ztime-passes`."""


class Way(StrEnum):
    """A way to the same program."""

    COMPILE = "buildkit compile"
    UNCHANGED = "buildkit compile, nothing changed"
    CLEAN = "cargo build, clean"
    BUILT = "cargo build, dependencies built"
    PLAIN = "cargo build without LTO, dependencies built"


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes of the artifacts: buildkit's, cargo's as the project says (`opt-level = "s"`, LTO, strip), and cargo's without LTO."""

    compiled: int
    cargo: int
    plain: int


@dataclass(frozen=True, kw_only=True)
class Site:
    """A target with a folder of its own."""

    target: str
    folder: Path
    processes: Runner

    def prepare(self) -> None:
        """Build the library, write the project, and build its dependencies for the ways that have them."""
        self._buildkit("prebuild", "-t", self.target)
        shutil.rmtree(self.project, ignore_errors=True)
        self._buildkit("compile", str(SCENARIO), "-t", self.target, "--emit-source", str(self.project))
        ask(("cargo", "fetch", "--locked"), self.project, self.processes, self.environment)
        for way in (Way.BUILT, Way.PLAIN, Way.COMPILE):
            self.before(way)
            self.run(way)

    def before(self, way: Way) -> None:
        """Put everything in the state from which a way begins; that takes time which is not measured."""
        match way:
            case Way.COMPILE:
                shutil.rmtree(self.artifact.parent, ignore_errors=True)
            case Way.CLEAN:
                shutil.rmtree(self._output(way), ignore_errors=True)
            case Way.BUILT | Way.PLAIN:
                self.source.touch()
            case Way.UNCHANGED:
                pass

    def run(self, way: Way) -> None:
        """Go a way once; raises `ToolchainError` where a command fails."""
        if way in (Way.COMPILE, Way.UNCHANGED):
            self._buildkit("compile", str(SCENARIO), "-t", self.target, "-o", str(self.artifact))
        else:
            ask(self._cargo("build"), self.project, self.processes, self._cargo_environment(way))

    def sizes(self) -> Sizes:
        """Return how large the artifacts are."""
        return Sizes(
            compiled=self.artifact.stat().st_size, cargo=self._made(Way.BUILT).stat().st_size, plain=self._made(Way.PLAIN).stat().st_size
        )

    def passes(self) -> Mapping[str, float]:
        """Return the seconds of rustc's passes on the program without LTO, as it tells them; some are parts of others."""
        self.source.touch()
        command = Command(
            argv=(*self._cargo("rustc"), "--", "-Ztime-passes"),
            cwd=self.project,
            env={**self._cargo_environment(Way.PLAIN), "RUSTC_BOOTSTRAP": "1"},
        )
        done = self.processes.run(command)
        found: dict[str, float] = {}
        for match in PASS.finditer(f"{done.stdout}\n{done.stderr}"):
            found[match["name"]] = found.get(match["name"], 0.0) + float(match["seconds"])
        return found

    @property
    def project(self) -> Path:
        """Return the folder of the project that `--emit-source` wrote."""
        return self.folder / "project"

    @property
    def source(self) -> Path:
        """Return the root of its crate."""
        return self.project / "src" / "main.rs"

    @property
    def artifact(self) -> Path:
        """Return what buildkit makes."""
        return self.folder / "out" / "scenario"

    @cached_property
    def environment(self) -> Mapping[str, str | None]:
        """Return what cargo needs to find the standard library of the target, and no more of the caller's settings than it needs."""
        said = ask((*buildkit_command(), "toolchain", "env", "-C", str(WORKSPACE), self.target), ROOT, self.processes)
        patch: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith(("CARGO_PROFILE", "CARGO_BUILD", "RUSTFLAGS", "PYTHONDONT"))
        }
        for line in said.splitlines():
            word, assignment = shlex.split(line)
            name, _, value = assignment.partition("=")
            patch[name] = value if word == "export" else None
        return patch

    def _buildkit(self, verb: str, *arguments: str) -> None:
        argv = (*buildkit_command(), verb, *arguments, "-C", str(WORKSPACE))
        # Users' interpreters keep what they have compiled.
        ask(argv, ROOT, self.processes, {"CARGO_TARGET_DIR": str(self.folder / "library"), "PYTHONDONTWRITEBYTECODE": None})

    def _cargo(self, verb: str) -> tuple[str, ...]:
        return ("cargo", verb, "--release", "--locked", "--offline")

    def _cargo_environment(self, way: Way) -> Mapping[str, str | None]:
        plain = {"CARGO_PROFILE_RELEASE_LTO": "off"} if way is Way.PLAIN else {}
        return {**self.environment, "CARGO_TARGET_DIR": str(self._output(way)), **plain}

    def _output(self, way: Way) -> Path:
        return self.folder / {Way.CLEAN: "clean", Way.PLAIN: "plain"}.get(way, "built")

    def _made(self, way: Way) -> Path:
        said = ask((*self._cargo("build"), "--message-format", "json"), self.project, self.processes, self._cargo_environment(way))
        programs = (message.executable for message in parse_messages(said.splitlines()) if isinstance(message, CompilerArtifact))
        return next(program for program in programs if program is not None)

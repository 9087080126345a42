"""A runner that starts no compiler to hear what it has said before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from itertools import pairwise
from pathlib import Path
from typing import Final

from buildkit.process import Command, Completed, OnLine, Runner, patched
from buildkit.records import dataclass
from buildkit.remembered.inputs import InputKind, look
from buildkit.remembered.programs import identify
from buildkit.remembered.shelf import Page, Shelf

QUESTIONS: Final = {
    "cargo": frozenset({("--version",), ("-V",), ("-vV",)}),
    "rustc": frozenset({("--version",), ("-V",), ("-vV",), ("--print", "sysroot"), ("--print", "target-list")}),
}
"""What programs are asked about themselves."""

ASKING_CFG: Final = ("--print", "cfg")

PREFIXES: Final = ("CARGO", "RUST", "__CARGO", "LD_", "DYLD_")
"""How the variables begin that a compiler or cargo reads, but those of `OTHERS`."""

OTHERS: Final = ("HOME",)
IGNORED: Final = ("CARGO_MAKEFLAGS", "_TOKEN")
"""How the names of variables end that say nothing about a question: a job server, which is another one for each build, and secrets."""


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """Where answers are kept, and the folder of privately unpacked compilers, whose scripts can be believed."""

    shelf: Shelf
    compilers: Path
    _identities: dict[Path, str | None] = field(default_factory=dict)

    def identity(self, program: Path) -> str | None:
        """Return what tells a program from its successors, `None` for one whose answers cannot be kept; looked up once."""
        if program not in self._identities:
            self._identities[program] = identify(program, self.compilers)
        return self._identities[program]

    def key(self, command: Command, *programs: Path) -> str | None:
        """Return the text of everything but files that a command's answer depends on, `None` where it cannot be kept."""
        identities = [self.identity(program) for program in programs]
        known = [identity for identity in identities if identity is not None]
        if len(known) < len(identities):
            return None
        variables = (f"{name}={value}" for name, value in sorted(relevant(command.env).items()))
        return "\0".join((str(command.cwd), *command.argv, "", *variables, "", *known))


@dataclass(frozen=True, kw_only=True)
class RememberingRunner:
    """Runs commands, and answers questions that were asked before from what is kept."""

    processes: Runner
    remembered: Remembered

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        """Run to the end, or return the kept answer, with nothing on `stderr`; only what succeeded is kept."""
        key = self._key(command)
        page = None if key is None else self.remembered.shelf.find(key)
        if page is not None:
            answer = page.answer.decode()
            if on_stdout is not None:
                for line in answer.splitlines():
                    on_stdout(line)
            return Completed(command=command, returncode=0, stdout=answer, stderr="", seconds=0.0)
        done = self.processes.run(command, on_stdout=on_stdout, on_stderr=on_stderr, timeout=timeout)
        if key is not None and done.succeeded:
            self.remembered.shelf.keep(key, Page((), done.stdout.encode()))
        return done

    def _key(self, command: Command) -> str | None:
        program = Path(command.argv[0])
        if not program.is_absolute() or not is_question(program.name, command.argv[1:]):
            return None
        variables = patched(command.env)
        key = None if "RUST_TARGET_PATH" in variables else self.remembered.key(command, program)
        return None if key is None else "\0".join((key, *specifications(command)))


def is_question(program: str, arguments: tuple[str, ...]) -> bool:
    """Say whether a program is asked for what it would always answer alike; what it says of this machine's processor is not of that kind."""
    if arguments in QUESTIONS.get(program, ()):
        return True
    is_about_cfg = program == "rustc" and arguments[: len(ASKING_CFG)] == ASKING_CFG
    return is_about_cfg and not any(argument.startswith("@") or "cpu=native" in argument for argument in arguments)


def relevant(changes: Mapping[str, str | None]) -> Mapping[str, str]:
    """Return the variables that compilers and cargo read, out of this process's environment with `changes` applied."""
    return {
        name: value
        for name, value in patched(changes).items()
        if (name.startswith(PREFIXES) or name in OTHERS) and not name.endswith(IGNORED)
    }


def specifications(command: Command) -> tuple[str, ...]:
    """Return what the target specifications contain that a command names, or that rustc finds by the name of a triple."""
    words = command.argv[1:]
    named = [command.cwd / word.rpartition("=")[2] for word in words if word.endswith(".json")]
    sysroots = [Path(command.argv[0]).resolve().parent.parent]
    sysroots += [command.cwd / folder for folder in after("--sysroot", words)]
    found = [sysroot / "lib" / "rustlib" / triple / "target.json" for sysroot in sysroots for triple in after("--target", words)]
    return tuple(look(InputKind.FILE, str(file)).value for file in (*named, *found))


def after(option: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values of an option, whether they are words of their own or follow an equals sign."""
    joined = tuple(word.removeprefix(f"{option}=") for word in words if word.startswith(f"{option}="))
    return (*joined, *(value for word, value in pairwise(words) if word == option))

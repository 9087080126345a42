"""Compilers, targets and stores that exist in a scratch folder only, and a runner that answers without starting anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from buildkit.events import Emit, Event
from buildkit.model import CompilationTarget, StdKind
from buildkit.process import NOT_STARTED, Command, Completed, OnLine
from buildkit.toolchain.discover import Toolchains
from buildkit.toolchain.model import Origin, StdNeed, Toolchain, ToolchainRequest
from buildkit.toolchain.pin import Pin
from buildkit.toolchain.situation import Situation
from buildkit.toolchain.store import Recipe, Store

HOST = "x86_64-unknown-linux-gnu"
COMMIT = "ac68faa20c58cbccd01ee7208bf3b6e93a7d7f96"

Answer = Callable[[Command], tuple[int, str, str] | None]
"""Gives return code, standard output and standard error of a command, `None` for one that it does not know."""


@dataclass
class FakeRunner:
    """Answers commands from functions, the first that knows one; records every command."""

    answers: tuple[Answer, ...] = ()
    commands: list[Command] = field(default_factory=list)

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        assert timeout is None or timeout > 0
        self.commands.append(command)
        known = (answer(command) for answer in self.answers)
        code, out, err = next((found for found in known if found is not None), (NOT_STARTED, "", f"{command.argv[0]}: command not found"))
        for text, on_line in ((out, on_stdout), (err, on_stderr)):
            for line in text.splitlines() if on_line is not None else ():
                assert on_line is not None
                on_line(line)
        return Completed(command=command, returncode=code, stdout=out, stderr=err, seconds=0.0)


def says(program: str, *words: str, out: str = "", err: str = "", code: int = 0) -> Answer:
    """Answer a command whose program ends so and whose arguments contain the words."""

    def answer(command: Command) -> tuple[int, str, str] | None:
        return (code, out, err) if command.argv[0].endswith(program) and set(words) <= set(command.argv) else None

    return answer


def write_compiler(folder: Path, *, prebuilt: tuple[str, ...] = (HOST,), with_source: bool = False, with_cargo: bool = True) -> Path:
    """Lay out a toolchain as rustup does, with programs that do nothing; return its rustc."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name in ("rustc", "rustdoc", *(("cargo",) if with_cargo else ())):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    for triple in prebuilt:
        libraries = folder / "lib" / "rustlib" / triple / "lib"
        libraries.mkdir(parents=True)
        (libraries / "libcore-0123456789abcdef.rlib").touch()
    if with_source:
        write_source(folder / "lib" / "rustlib" / "src" / "rust" / "library")
    return programs / "rustc"


def write_source(library: Path) -> Path:
    """Lay out what the source of std is known by."""
    (library / "std" / "src").mkdir(parents=True)
    (library / "std" / "Cargo.toml").write_text("[package]\nname = 'std'\n")
    (library / "std" / "src" / "lib.rs").write_text("#![no_core]\n")
    (library / "Cargo.lock").write_text("version = 4\n")
    return library


def compiler_answers(rustc: Path, *, release: str = "1.96.0", commit: str = COMMIT) -> Answer:
    """Answer as a rustc does that lies in a toolchain of its own."""

    def answer(command: Command) -> tuple[int, str, str] | None:
        if command.argv[0] != str(rustc):
            return None
        if "-vV" in command.argv:
            return 0, f"rustc {release}\nbinary: rustc\ncommit-hash: {commit}\nhost: {HOST}\nrelease: {release}\n", ""
        return 0, f"{rustc.parent.parent}\n", ""

    return answer


def toolchain_of(rustc: Path, *, origin: Origin = Origin.OTHER, release: str = "1.96.0", prebuilt: tuple[str, ...] = (HOST,)) -> Toolchain:
    """Return a toolchain without asking it."""
    sysroot = rustc.parent.parent
    library = sysroot / "lib" / "rustlib" / "src" / "rust" / "library"
    return Toolchain(
        rustc=rustc,
        cargo=rustc.with_name("cargo"),
        rustdoc=rustc.with_name("rustdoc"),
        release=release,
        commit=COMMIT,
        host=HOST,
        sysroot=sysroot,
        prebuilt=frozenset(prebuilt),
        source=library if library.exists() else None,
        origin=origin,
        name=sysroot.name,
    )


def target(name: str, *, std: StdKind = StdKind.CORE_ALLOC, tools: tuple[str, ...] = (), flags: tuple[str, ...] = ()) -> CompilationTarget:
    """Return a target whose triple is its name."""
    return CompilationTarget(name=name, triple=name, summary="", stdlib_feature="native", std=std, required_tools=tools, rustflags=flags)


NATIVE = CompilationTarget(name="native", triple=lambda host: host, summary="", stdlib_feature="native", required_tools=("cc",))


def ignore(_: Event) -> None:
    """Take an event and do nothing."""


def situation_of(
    scratch: Path,
    toolchains: tuple[Toolchain, ...],
    targets: tuple[CompilationTarget, ...],
    *,
    environment: Mapping[str, str] | None = None,
    **request: object,
) -> Situation:
    """Return a situation without packages of a distribution; the other arguments are those of the request, `pin` and `has_packages` among them."""
    pin, has_packages = request.pop("pin", None), request.pop("has_packages", False)
    assert pin is None or isinstance(pin, Pin)
    store = scratch / "store"
    base = ToolchainRequest(targets=targets, need=StdNeed.BUILD, store=store, workspace=scratch)
    values = {field: getattr(base, field) for field in base.__dataclass_fields__} | request
    return Situation(
        request=ToolchainRequest(**values),
        environment=environment or {"PATH": str(with_cc(scratch))},
        toolchains=Toolchains(toolchains),
        store=Store(root=store, emit=ignore),
        pin=pin,
        has_packages=bool(has_packages),
    )


def with_cc(scratch: Path) -> Path:
    """Return a folder for PATH with a C compiler that does nothing."""
    folder = scratch / "path"
    folder.mkdir(exist_ok=True)
    (folder / "cc").touch()
    return folder


def recipe(kind: str = "sysroots", stem: str = "thumb-build", **facts: str) -> Recipe:
    """Return a recipe of the given facts."""
    return Recipe(kind=kind, stem=stem, title=f"an entry for {stem}", facts=facts)


@dataclass
class Recorder:
    """Keeps events in order."""

    events: list[Event] = field(default_factory=list)

    @property
    def emit(self) -> Emit:
        """Return what takes them."""
        return self.events.append

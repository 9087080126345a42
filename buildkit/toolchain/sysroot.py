"""The standard library for one triple, built from the source of the compiler that will use it.

The source's own workspace is built in place, as `cargo -Zbuild-std` does it; nothing is written into the source. Crates come from the
registry that cargo is set up for, at the versions of the source's lock file.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Final

import msgspec

from buildkit.cargo.messages import CompilerArtifact, parse_messages
from buildkit.model import StdKind
from buildkit.process import Command, Runner
from buildkit.records import dataclass
from buildkit.toolchain.digest import digest_files
from buildkit.toolchain.layout import STORED_SYSROOTS
from buildkit.toolchain.model import StdNeed, Toolchain
from buildkit.toolchain.probe import identity
from buildkit.toolchain.store import Recipe
from buildkit.toolchain.trouble import step_error

FLAGS: Final = ("-Zforce-unstable-if-unmarked", "-Cembed-bitcode=yes")
"""As rustc's own bootstrap builds std: dependencies of std stay hidden from ordinary crates, and LTO finds bitcode."""

SALT: Final = "buildkit"
"""Goes into the symbol names of std, so that no other copy of a crate can clash with its (cargo: `__CARGO_DEFAULT_LIB_METADATA`)."""

UNSET_PREFIXES: Final = (
    "CARGO_TARGET_",
    "CARGO_BUILD_",
    "CARGO_PROFILE_",
    "CARGO_ENCODED_",
    "RUSTC_",
    "RUSTUP_TOOLCHAIN",
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
)
"""Variables of the user that must not reach std: it is the same for everybody."""

MODES: Final = {StdNeed.CHECK: "check", StdNeed.BUILD: "build"}
UNKNOWN_COMMITS: Final = frozenset({"unknown", ""})

OnCount = Callable[[int, int | None, str], None]
"""Takes how many crates are compiled, how many there are in all (`None` while unknown), and the name of one."""


@dataclass(frozen=True, kw_only=True)
class StdBuild:
    """What is to be built. `start_files` go beside the libraries, by the names that rustc knows them by.

    `environment` is the user's, with a PATH on which a C compiler is found.
    """

    toolchain: Toolchain
    source: Path
    triple: str
    spec: Path | None
    std: StdKind
    need: StdNeed
    environment: Mapping[str, str]
    source_digest: str
    start_files: Mapping[str, Path] = field(default_factory=dict)
    offline: bool = False

    @property
    def crate(self) -> str:
        """Return the package of the source that brings all others in."""
        return "sysroot" if self.std is StdKind.FULL else "alloc"

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features of that package. Backtraces cost a seventh of the time, and only an operating system can print one."""
        if self.std is StdKind.CORE_ALLOC:
            return ("compiler-builtins-mem",)
        return ("panic-unwind",) if self.triple.startswith("wasm") else ("backtrace", "panic-unwind")

    @property
    def target(self) -> str:
        """Return what cargo is given for the triple."""
        return self.triple if self.spec is None else str(self.spec)


def sysroot_recipe(build: StdBuild) -> Recipe:
    """Return what the sysroot depends on: the compiler's commit, the content of the source, and everything that is chosen here."""
    toolchain = build.toolchain
    commit = toolchain.commit if toolchain.commit not in UNKNOWN_COMMITS else identity(toolchain.rustc) or toolchain.release
    facts = {
        "commit": commit,
        "release": toolchain.release,
        "source": build.source_digest,
        "triple": build.triple,
        "spec": "" if build.spec is None else digest_files({build.spec.name: build.spec}),
        "mode": MODES[build.need],
        "crate": build.crate,
        "features": ",".join(build.features),
        "flags": " ".join((*FLAGS, SALT)),
        "start-files": digest_files(build.start_files),
    }
    title = f"std for {build.triple} ({MODES[build.need]}, rustc {toolchain.release})"
    return Recipe(kind=STORED_SYSROOTS, stem=f"{build.triple}-{MODES[build.need]}", title=title, facts=facts)


def build_sysroot(build: StdBuild, entry: Path, scratch: Path, *, processes: Runner, on_count: OnCount) -> None:
    """Compile std into an entry of the store; raises `ToolchainError`."""
    what = f"std for {build.triple}"
    environment = build_environment(build, scratch / "target")
    graph = processes.run(Command(argv=(*cargo_arguments(build), "-Zunstable-options", "--unit-graph"), cwd=scratch, env=environment))
    if not graph.succeeded:
        raise step_error(what, graph)
    counter = _Counter(total=count_units(graph.stdout), on_count=on_count)
    argv = (*cargo_arguments(build), "--message-format", "json-render-diagnostics")
    done = processes.run(Command(argv=argv, cwd=scratch, env=environment), on_stdout=counter.take)
    if not done.succeeded:
        raise step_error(what, done)
    lay_out(entry, build, made_libraries(done.stdout, scratch / "target"))


def cargo_arguments(build: StdBuild) -> tuple[str, ...]:
    """Return the call of cargo that builds std."""
    manifest = build.source / build.crate / "Cargo.toml"
    return (
        *(
            str(build.toolchain.cargo),
            MODES[build.need],
            "--manifest-path",
            str(manifest),
            "--target",
            build.target,
            "--release",
            "--locked",
        ),
        *("--no-default-features", "--features", ",".join(build.features)),
        *(("--offline",) if build.offline else ()),
    )


def build_environment(build: StdBuild, target_directory: Path) -> Mapping[str, str | None]:
    """Return the patch that cargo needs to build std; the one place where a release compiler is unlocked."""
    unset = {name: None for name in build.environment if name.startswith(UNSET_PREFIXES)}
    return {
        **unset,
        "PATH": build.environment.get("PATH"),
        "RUSTC": str(build.toolchain.rustc),
        "RUSTC_BOOTSTRAP": "1",
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(FLAGS),
        "CARGO_TARGET_DIR": str(target_directory),
        "CARGO_INCREMENTAL": "0",
        "CARGO_PROFILE_RELEASE_DEBUG": "0",
        "CARGO_TERM_COLOR": "never",
        "__CARGO_DEFAULT_LIB_METADATA": SALT,
    }


def count_units(graph: str) -> int | None:
    """Return how many artifacts a build will report, from cargo's unit graph; `None` where it cannot be read."""
    try:
        units = msgspec.json.decode(graph, type=_Graph).units
    except msgspec.DecodeError:
        return None
    return sum(unit.mode != "run-custom-build" for unit in units)


class _Unit(msgspec.Struct, frozen=True):
    mode: str


class _Graph(msgspec.Struct, frozen=True):
    units: tuple[_Unit, ...]


def made_libraries(messages: str, target_directory: Path) -> tuple[Path, ...]:
    """Return the libraries for the target that cargo's messages name; those for the host (build scripts) lie elsewhere."""
    host = target_directory / "release"
    found: list[Path] = []
    for message in parse_messages(messages.splitlines()):
        if isinstance(message, CompilerArtifact):
            made = [file for file in message.filenames if not file.is_relative_to(host)]
            found += [file for file in made if file.suffix == ".rlib"] or [file for file in made if file.suffix == ".rmeta"]
    return tuple(hashed_name(file) for file in found)


def hashed_name(file: Path) -> Path:
    """Return the file in `deps/` whose name has the hash by which rustc tells crates apart; cargo names the last crate without it."""
    if file.parent.name == "deps":
        return file
    return next(iter(sorted((file.parent / "deps").glob(f"{file.stem}-*{file.suffix}"))), file)


def lay_out(entry: Path, build: StdBuild, libraries: Iterable[Path]) -> None:
    """Move libraries and start files to where rustc looks for them below `--sysroot`."""
    folder = entry / "lib" / "rustlib" / build.triple / "lib"
    folder.mkdir(parents=True)
    for library in libraries:
        shutil.move(library, folder / library.name)
    if build.start_files:
        (folder / "self-contained").mkdir()
    for name, file in build.start_files.items():
        shutil.copy2(file, folder / "self-contained" / name)


@dataclass(kw_only=True)
class _Counter:
    total: int | None
    on_count: OnCount
    done: int = 0

    def take(self, line: str) -> None:
        if '"reason":"compiler-artifact"' in line:
            self.done += 1
            crate = line.partition('"name":"')[2].partition('"')[0]
            self.on_count(self.done, self.total, crate)

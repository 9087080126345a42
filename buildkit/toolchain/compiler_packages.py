"""A Rust compiler with its source from the machine's own distribution, unpacked privately."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from buildkit.errors import ToolchainError
from buildkit.process import Runner
from buildkit.records import dataclass
from buildkit.toolchain.apt import Apt, Archive
from buildkit.toolchain.c_compiler import write_c_wrappers
from buildkit.toolchain.discover import find_source
from buildkit.toolchain.layout import STORED_TOOLCHAINS
from buildkit.toolchain.probe import ask_compiler
from buildkit.toolchain.release import Release
from buildkit.toolchain.store import Recipe
from buildkit.toolchain.unpack import LAYOUT, unpack
from buildkit.toolchain.wrappers import PROGRAMS, ROOT, find_libraries, write_wrappers

RUST_PROGRAMS: Final = ("rustc", "rustdoc", "cargo", "clippy-driver", "cargo-clippy")
LLD_NAMES: Final = ("rust-lld", "wasm-ld", "ld.lld")
"""The names under which rustc and its helpers look for lld, which acts by the name that it is called by."""


_COMPILER: Final = re.compile(r"^rustc(-web|-\d+\.\d+)?$")
_UPSTREAM: Final = re.compile(r"^(?:\d+:)?(\d+\.\d+\.\d+)")
_LLVM: Final = re.compile(r"\bllvm-(\d+)\b")


@dataclass(frozen=True, kw_only=True)
class CompilerPackages:
    """The packages of one compiler: with all that they need (`wanted`), and those of which only files are taken (`alone`)."""

    release: str
    version: str
    wanted: tuple[str, ...]
    alone: tuple[str, ...] = ()


def find_compiler_packages(apt: Apt, *, accepts: Callable[[str], bool]) -> CompilerPackages:
    """Return the newest compiler of the distribution that has its source packaged; `accepts` judges a release.

    Raises `ToolchainError` where there is none.
    """
    found = sorted((packages for packages in _offered(apt) if accepts(packages.release)), key=lambda packages: Release(packages.release))
    if not found:
        raise ToolchainError("this machine's distribution has no suitable Rust compiler together with its source", hint="buildkit doctor")
    return found[-1]


def compiler_recipe(packages: CompilerPackages, archives: tuple[Archive, ...]) -> Recipe:
    """Return what the entry of a compiler is made from: every package and its version."""
    facts = {"layout": LAYOUT} | {archive.package: archive.version for archive in archives}
    return Recipe(
        kind=STORED_TOOLCHAINS, stem=f"rustc-{packages.release}", title=f"rustc {packages.release} from distribution packages", facts=facts
    )


def unpack_compiler(files: tuple[Path, ...], entry: Path, scratch: Path, *, processes: Runner) -> None:
    """Unpack a compiler into an entry and see that it runs; raises `ToolchainError`."""
    root = entry / ROOT
    unpack(files, root, scratch, processes=processes)
    remove_unneeded(root)
    write_compiler_wrappers(entry)
    answer = ask_compiler(entry / PROGRAMS / "rustc", processes=processes)
    if answer is None or find_source(Path(answer.sysroot)) is None:
        what = "does not run" if answer is None else "has no source beside it"
        raise ToolchainError(f"the distribution's rustc {what} when it is unpacked privately", hint="buildkit doctor")


def write_compiler_wrappers(entry: Path) -> None:
    """Write the scripts that run an unpacked compiler, its linker, and its C compiler where one was unpacked with it."""
    root = entry / ROOT
    programs = {name: f"{ROOT}/usr/bin/{name}" for name in RUST_PROGRAMS if (root / "usr/bin" / name).is_file()}
    linker = next(iter(sorted(root.glob("usr/lib/llvm-*/bin/lld"))), None)
    if linker is not None:
        programs |= dict.fromkeys(LLD_NAMES, linker.relative_to(entry).as_posix())
    write_wrappers(entry, programs, find_libraries(entry, root / "usr/bin/rustc"))
    if (root / "usr/bin/gcc").exists():
        write_c_wrappers(entry)


def remove_unneeded(root: Path) -> None:
    """Remove the tools of LLVM, of which compiling needs the linker alone."""
    for tool in root.glob("usr/lib/llvm-*/bin/*"):
        if tool.name not in {"lld", "llvm-ar"} and not (tool.is_symlink() and str(tool.readlink()) == "lld"):
            tool.unlink()


def _offered(apt: Apt) -> Iterator[CompilerPackages]:
    suffixes = [name.removeprefix("rustc") for name in apt.names("rustc") if _COMPILER.match(name)]
    groups = [_names(suffix) for suffix in suffixes]
    versions = apt.candidates({name for group in groups for name in group})
    for rustc, cargo, source, llvm, clippy in groups:
        version = versions.get(rustc)
        release = _UPSTREAM.match(version) if version else None
        if version is None or release is None or versions.get(source) != version or cargo not in versions:
            continue
        needed = _LLVM.search(apt.dependencies(llvm)) if llvm in versions else None
        lld = f"lld-{needed[1]}" if needed is not None else "lld"
        extra = tuple(name for name in (clippy,) if versions.get(name) == version)
        alone = (llvm,) if llvm in versions else ()
        yield CompilerPackages(release=release[1], version=version, wanted=(rustc, cargo, source, lld, *extra), alone=alone)


def _names(suffix: str) -> tuple[str, str, str, str, str]:
    return (f"rustc{suffix}", f"cargo{suffix}", f"rust{suffix}-src", f"rust{suffix}-llvm", f"rust{suffix}-clippy")

"""Where linkers and other tools are."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from buildkit.model import CompilationTarget
from buildkit.toolchain.model import Toolchain

LINKERS: Final = ("wasm-component-ld", "rust-lld")
"""Tools that are linkers for rustc, the one that calls the other first. `cc` is one too, and found by rustc on PATH."""

PROVIDED_TOOLS: Final = ("cc", *LINKERS)
"""The tools that can be had with a compiler, or beside one."""

START_FILES: Final = ("usr/lib/*-linux-gnu*/crt1.o", "usr/lib64/crt1.o", "usr/lib/crt1.o", "usr/lib32/crt1.o")
"""Where distributions put what a C library's programs begin with; Debian has it in libc6-dev, which gcc does not ask for."""


def find_tools(target: CompilationTarget, toolchain: Toolchain, environment: Mapping[str, str]) -> Mapping[str, Path | None]:
    """Return where each tool that a target requires is, `None` where it is not."""
    return {name: find_tool(name, toolchain, environment) for name in target.required_tools}


def find_tool(name: str, toolchain: Toolchain, environment: Mapping[str, str]) -> Path | None:
    """Return a tool of the toolchain, or one on PATH; a dangling link is none."""
    return next((folder / name for folder in tool_folders(toolchain) if (folder / name).is_file()), None) or name_on_path(name, environment)


def is_tool_here(name: str, toolchains: Iterable[Toolchain], environment: Mapping[str, str]) -> bool:
    """Say whether a tool is on PATH or comes with one of the toolchains."""
    return name_on_path(name, environment) is not None or any(find_tool(name, toolchain, environment) for toolchain in toolchains)


def name_on_path(name: str, environment: Mapping[str, str]) -> Path | None:
    """Return the first file of that name on PATH."""
    return next(
        (Path(folder) / name for folder in environment.get("PATH", "").split(":") if folder and (Path(folder) / name).is_file()), None
    )


def tool_folders(toolchain: Toolchain) -> tuple[Path, ...]:
    """Return where a toolchain keeps its tools."""
    return (own_tools(toolchain), toolchain.folder)


def own_tools(toolchain: Toolchain) -> Path:
    """Return the folder in which rustc looks for its linkers by itself."""
    return toolchain.sysroot / "lib" / "rustlib" / toolchain.host / "bin"


def find_linker(tools: Mapping[str, Path | None]) -> Path | None:
    """Return the linker among a target's tools, `None` where it is `cc`."""
    return next((tool for name in LINKERS if (tool := tools.get(name)) is not None), None)


def find_cc(environment: Mapping[str, str], toolchain: Toolchain | None, stored: Path | None) -> Path | None:
    """Return a C compiler: on PATH, unpacked with the toolchain, or in the store; one that cannot link comes last, `None` is none."""
    found = tuple(_c_compilers(environment, toolchain, stored))
    return next((cc for cc in found if can_link(cc)), next(iter(found), None))


def can_link(cc: Path, root: Path = Path("/")) -> bool:
    """Say whether a C compiler of the distribution has a C library to link programs with; any other brings its own.

    `root` is where the file system begins.
    """
    if sys.platform != "linux" or cc.resolve().parent not in {root / "usr/bin", root / "bin"}:
        return True
    return any(True for pattern in START_FILES for _ in root.glob(pattern))


def missing_tool_packages(tool: str) -> str | None:
    """Return the package that a dangling link of the distribution waits for, `None` where nothing says so."""
    link = Path("/usr/bin") / tool
    return link.readlink().name if link.is_symlink() and not link.exists() else None


def _c_compilers(environment: Mapping[str, str], toolchain: Toolchain | None, stored: Path | None) -> Iterator[Path]:
    folders = [Path(folder) for folder in environment.get("PATH", "").split(":") if folder]
    folders += [] if toolchain is None else [toolchain.folder]
    folders += [] if stored is None else [stored / "bin"]
    yield from (folder / "cc" for folder in folders if (folder / "cc").is_file())

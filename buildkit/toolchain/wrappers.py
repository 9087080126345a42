"""Small scripts that run privately unpacked programs with the libraries that were unpacked with them.

They call the dynamic loader by name instead of setting LD_LIBRARY_PATH, which build scripts and the programs under test would inherit.
"""

from __future__ import annotations

import shlex
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from buildkit.records import dataclass

ROOT: Final = "root"
"""The folder of an entry that packages are unpacked into."""

PROGRAMS: Final = "bin"
"""The folder of an entry with its scripts."""

_IDENTITY: Final = 16
_MAGIC: Final = b"\x7fELF"
_INTERPRETER: Final = 3
"""`PT_INTERP` of the ELF specification."""

_BYTE_ORDERS: Final = {1: "<", 2: ">"}
_HEADERS: Final = {1: "12x I 10x HH", 2: "16x Q 14x HH"}
"""For each ELF class what follows the identity, as far as it is needed: offset, size and number of the program headers."""

_SEGMENTS: Final = {1: "II 8x I", 2: "I 4x Q 16x Q"}
"""For each ELF class the start of a program header: type, offset and size of the segment."""


@dataclass(frozen=True, kw_only=True)
class Libraries:
    """Where a privately unpacked program finds its libraries. `loader` is absolute for the system's, else relative to the entry."""

    loader: str
    folders: tuple[str, ...]

    @property
    def path(self) -> str:
        """Return the folders as a search path, in terms of the scripts' variable."""
        return ":".join(f"$entry/{folder}" for folder in self.folders)


def write_wrappers(entry: Path, programs: Mapping[str, str], libraries: Libraries) -> None:
    """Write a script for each program: its name, and the program's path in the entry."""
    for name, program in programs.items():
        exported = 'export CARGO="$0"\n' if name == "cargo" else ""
        write_script(
            entry / PROGRAMS / name,
            f'{exported}exec {_quoted(libraries.loader)} --library-path "{libraries.path}" --argv0 "$0" "$entry/{program}" "$@"',
        )


def write_script(file: Path, body: str) -> None:
    """Write a script in which `$entry` is the folder two levels above it, wherever that is."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\nentry=${{0%/*}}/..\n{body}\n", encoding="utf-8")
    file.chmod(0o755)


def find_libraries(entry: Path, program: Path) -> Libraries:
    """Return how a program of an entry is run: its own loader if its C library was unpacked with it, the system's otherwise."""
    root = entry / ROOT
    interpreter = read_interpreter(program)
    own = next(iter(sorted(path for folder in library_folders(root) for path in folder.glob(Path(interpreter).name))), None)
    folders = tuple(str(folder.relative_to(entry)) for folder in library_folders(root))
    return Libraries(loader=interpreter if own is None else str(own.relative_to(entry)), folders=folders)


def library_folders(root: Path) -> tuple[Path, ...]:
    """Return the library folders of this architecture in an unpacked tree, whose `lib` is a link to `usr/lib`."""
    return tuple(folder for folder in sorted((root / "usr/lib").glob("*-linux-gnu*")) if folder.is_dir() and not folder.is_symlink())


def read_interpreter(program: Path) -> str:
    """Return the dynamic loader that an ELF program asks for; raises `ValueError` where it asks for none.

    Own code, because an import of pyelftools would delay the start of every verb that may have to provide a compiler.
    """
    image = program.read_bytes()
    for kind, start, size in _segments(image):
        if kind == _INTERPRETER:
            return image[start : start + size].rstrip(b"\0").decode()
    raise ValueError(f"{program} asks for no loader")


def _segments(image: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield type, offset and size of each segment; none where it is no ELF file or cut off."""
    order = _BYTE_ORDERS.get(image[5]) if image.startswith(_MAGIC) and len(image) >= _IDENTITY else None
    if order is None or image[4] not in _HEADERS:
        return
    header, segment = struct.Struct(order + _HEADERS[image[4]]), struct.Struct(order + _SEGMENTS[image[4]])
    try:
        table, size, count = header.unpack_from(image, _IDENTITY)
        for index in range(count):
            yield segment.unpack_from(image, table + index * size)
    except struct.error:
        return


def _quoted(loader: str) -> str:
    return shlex.quote(loader) if loader.startswith("/") else f'"$entry/{loader}"'

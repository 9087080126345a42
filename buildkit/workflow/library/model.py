"""A library in the store: one file for each crate, and the description by which rustc is told of them.

Nothing in a description depends on where the library lies or where it was built, so the folder can be moved to another machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from buildkit.execute.input_state import InputList
from buildkit.toolchain.digest import entry_name

FILE_NAME: Final = "library.json"
"""The file of the description, at the top of a library's folder."""

VERSION: Final = 1

CRATES: Final = "crates"
"""The folder of the rlibs, which are code for the target."""

MACROS: Final = "macros"
"""The folder of the procedural macros, which are code for the host: rustc loads those of every crate that it links."""

NATIVE: Final = "native"
"""The folder of the archives of other languages; those of each package in a folder of their own."""


class CrateKind(StrEnum):
    """What a file of a library is."""

    RLIB = "rlib"
    PROC_MACRO = "proc-macro"
    NATIVE = "native"


class Crate(msgspec.Struct, frozen=True, kw_only=True):
    """A crate, or a native archive, of a package. `file` is relative to the library's folder, `size` in bytes."""

    name: str
    package: str
    version: str
    kind: CrateKind
    file: str
    size: int
    sha256: str


class Compiler(msgspec.Struct, frozen=True, kw_only=True):
    """The rustc that made a library: no other one can read it."""

    release: str
    commit: str
    host: str


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What `library.json` says.

    `sysroot` names the store's entry of the standard library, `None` for the compiler's own. `profile` are the cargo profile's settings
    and `rustflags` the flags for the target, the store written as `<store>`. `root` is the file of the package's own crate. `inputs` are
    the files and variables that were read, relative to the workspace; `facts` are what the key is made from.
    """

    version: int
    title: str
    stem: str
    package: str
    target: str
    triple: str
    features: tuple[str, ...]
    edition: str
    compiler: Compiler
    sysroot: str | None
    profile: Mapping[str, str | bool | int]
    rustflags: tuple[str, ...]
    root: str
    crates: tuple[Crate, ...]
    system_folders: tuple[str, ...] = ()
    """Folders of the system in which build scripts found what they link."""
    inputs: InputList
    facts: Mapping[str, str]

    @property
    def key(self) -> str:
        """Return the name of the library's entry in the store."""
        return entry_name(self.stem, self.facts)

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(crate.size for crate in self.crates)

    @property
    def crate_name(self) -> str:
        """Return the name by which a program uses the library."""
        return next(crate.name for crate in self.crates if crate.file == self.root)


class Library(Description, frozen=True, kw_only=True):
    """A library and the folder that it lies in."""

    folder: Path

    def description(self) -> Description:
        """Return what the library is, wherever it lies."""
        return Description(**{name: getattr(self, name) for name in Description.__struct_fields__})

    def file(self, name: str) -> Path:
        """Return where one of the library's files lies."""
        return self.folder / name


def describe(folder: Path, description: Description) -> None:
    """Write a description into the folder of its library."""
    (folder / FILE_NAME).write_bytes(encode(description))


def encode(description: Description) -> bytes:
    """Return a description as JSON, the same bytes for the same library."""
    return msgspec.json.format(msgspec.json.encode(description, order="sorted"), indent=1) + b"\n"


def decode(text: bytes) -> Description | None:
    """Return the description that a text is, `None` where it is none of this version."""
    try:
        description = msgspec.json.decode(text, type=Description)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    is_known = description.version == VERSION and any(crate.file == description.root for crate in description.crates)
    return description if is_known else None


def read_library(folder: Path) -> Library | None:
    """Return the library in a folder, `None` where there is none that can be read. Its files are not looked at."""
    try:
        description = decode((folder / FILE_NAME).read_bytes())
    except OSError:
        return None
    return None if description is None else Library(**msgspec.structs.asdict(description), folder=folder)


def rustc_arguments(library: Library) -> tuple[str, ...]:
    """Return the arguments that let rustc compile a program against a library; native archives are named by the crates themselves."""
    natives = dict.fromkeys(Path(crate.file).parent.as_posix() for crate in library.crates if crate.kind is CrateKind.NATIVE)
    searched = (
        *(f"dependency={library.file(folder)}" for folder in (CRATES, MACROS)),
        *(f"native={library.file(folder)}" for folder in natives),
        *(f"native={folder}" for folder in library.system_folders),
    )
    return ("--extern", f"{library.crate_name}={library.file(library.root)}", *(part for path in searched for part in ("-L", path)))

"""Libraries of a few small files, as they lie in a store."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
from toolchain_fakes import COMMIT, HOST

from buildkit.execute.input_state import InputList
from buildkit.workflow.library.model import VERSION, Compiler, Crate, CrateKind, Description, Library, describe, read_library

ROOT_FILE = "crates/libstdlib-0000000000000001.rlib"
CONTENTS: Mapping[str, bytes] = {
    ROOT_FILE: b"the root crate",
    "crates/libserde-0000000000000002.rlib": b"a crate" * 1000,
    "macros/libserde_derive-0000000000000003.so": b"a macro",
    "native/ring-0.17.14/libring_core.a": b"an archive",
}
KINDS = {"crates": CrateKind.RLIB, "macros": CrateKind.PROC_MACRO, "native": CrateKind.NATIVE}


def description(contents: Mapping[str, bytes] = CONTENTS, **changes: object) -> Description:
    """Return the description of a library with these files; the other arguments replace fields."""
    crates = tuple(
        Crate(
            name=Path(name).stem.removeprefix("lib").partition("-")[0],
            package="some",
            version="1.0.0",
            kind=KINDS[name.partition("/")[0]],
            file=name,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
        for name, content in sorted(contents.items())
    )
    made = Description(
        version=VERSION,
        title="library stdlib for native",
        stem="stdlib-native",
        package="stdlib",
        target="native",
        triple=HOST,
        features=("native",),
        edition="2024",
        compiler=Compiler(release="1.96.0", commit=COMMIT, host=HOST),
        sysroot=None,
        profile={"opt-level": "s"},
        rustflags=(),
        root=ROOT_FILE,
        crates=crates,
        inputs=InputList(files=("crates/lib.rs",), folders=(), packages=(), variables=()),
        facts={"format": "1", "std": ""},
    )
    return msgspec.structs.replace(made, **changes)


def write_library(folder: Path, contents: Mapping[str, bytes] = CONTENTS, **changes: object) -> Library:
    """Write a library into a folder of its key."""
    described = description(contents, **changes)
    place = folder / described.key
    for name, content in contents.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    describe(place, described)
    library = read_library(place)
    assert library is not None
    return library

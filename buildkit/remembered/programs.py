"""What tells one compiler from another without starting it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SCRIPT: Final = b"#!"
DRIVERS: Final = ("librustc_driver", "libLLVM")
"""How the names of the libraries begin that do a compiler's work."""


def identify(program: Path, compilers: Path) -> str | None:
    """Return a text that changes when a rustc, or the cargo beside it, is replaced or updated; `None` where nothing can promise that.

    The compiler's own library must lie where it looks for it: so a proxy that runs other compilers has no identity. Nor has a script,
    unless it lies in an entry of `compilers`, whose entries never change.
    """
    try:
        real = Path(os.path.realpath(program, strict=True))
        if _is_script(real) and not real.is_relative_to(compilers):
            return None
        drivers = tuple(_drivers(real))
        if not any(name.startswith(DRIVERS[0]) for name, _ in drivers):
            return None
        return "|".join((str(program), _described(real), *(described for _, described in drivers)))
    except OSError:
        return None


def _is_script(program: Path) -> bool:
    with program.open("rb") as stream:
        return stream.read(len(SCRIPT)) == SCRIPT


def _drivers(program: Path) -> Iterator[tuple[str, str]]:
    """Give the names of the libraries of a compiler, and what tells them from others."""
    above = program.parent.parent
    for library in (above / "lib", above / "root" / "usr" / "lib"):
        for folder in (library, *sorted(library.glob("*-linux-gnu*"))):
            if not folder.is_dir():
                continue
            for name in sorted(os.listdir(folder)):  # noqa: PTH208  # names are all that is wanted
                if name.startswith(DRIVERS):
                    yield name, _described(folder / name)


def _described(file: Path) -> str:
    status = file.stat()
    return f"{file}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"

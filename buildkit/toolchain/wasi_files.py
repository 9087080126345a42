"""The start files and the C library that programs for WASI 0.2 are linked with, from a recent wasi-libc."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from buildkit.errors import ToolchainError
from buildkit.toolchain.apt import NEWER_SUITES, Apt, Archive
from buildkit.toolchain.layout import STORED_PACKAGES
from buildkit.toolchain.store import Recipe, Store
from buildkit.toolchain.unpack import unpack

TRIPLE: Final = "wasm32-wasip2"
PACKAGE: Final = "wasi-libc"
FILES: Final = ("crt1-command.o", "crt1-reactor.o", "libc.a")
"""What rustc links by itself (rustc's "self-contained" files for this triple)."""

INSTALLED: Final = Path("/usr/lib") / TRIPLE


def find_wasi_files(store: Store) -> Path | None:
    """Return the folder of the files, installed or in the store, `None` where there is none."""
    folders = (INSTALLED, *(entry.path for entry in store.entries_of(STORED_PACKAGES, PACKAGE)))
    return next((folder for folder in folders if all((folder / name).is_file() for name in FILES)), None)


def provide_wasi_files(apt: Apt, store: Store) -> Path:
    """Fetch the files privately from the first suite whose wasi-libc has them; raises `ToolchainError` where none has."""
    for suite in (apt, *(Apt(store=apt.store, processes=apt.processes, emit=apt.emit, suite=name) for name in NEWER_SUITES)):
        source = suite.refreshed()
        if PACKAGE not in source.candidates([PACKAGE]):
            continue
        archives = source.archives((), alone=(PACKAGE,))
        folder = _obtain(source, archives, store)
        if all((folder / name).is_file() for name in FILES):
            return folder
    raise ToolchainError(f"no suite of this machine's package archive has a {PACKAGE} with {TRIPLE}", hint="buildkit doctor")


def _obtain(apt: Apt, archives: tuple[Archive, ...], store: Store) -> Path:
    facts = {archive.package: archive.version for archive in archives}
    recipe = Recipe(kind=STORED_PACKAGES, stem=PACKAGE, title=f"{PACKAGE} {facts[PACKAGE]}", facts=facts)

    def build(entry: Path, scratch: Path) -> None:
        unpack(apt.fetch(archives, scratch / "archives"), scratch / "root", scratch, processes=apt.processes)
        copy_files(scratch / "root" / INSTALLED.relative_to("/"), entry)

    return store.obtain(recipe, build)


def copy_files(source: Path, entry: Path) -> None:
    """Copy the files that are there; an old package has none, and the empty entry remembers that."""
    for name in FILES:
        if (source / name).is_file():
            shutil.copy2(source / name, entry / name)

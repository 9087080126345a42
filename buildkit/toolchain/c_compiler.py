"""A C compiler from the machine's own distribution, unpacked privately: linking needs one, for build scripts too."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from buildkit.toolchain.apt import Apt
from buildkit.toolchain.layout import STORED_PACKAGES
from buildkit.toolchain.store import Recipe, Store
from buildkit.toolchain.unpack import LAYOUT, unpack
from buildkit.toolchain.wrappers import PROGRAMS, ROOT, library_folders, write_script

C_PACKAGES: Final = ("gcc", "libc6-dev")
"""What a linker for programs of this machine takes."""

STEM: Final = "gcc"
BINUTILS: Final = ("ar", "ranlib", "as", "ld", "nm", "objcopy", "strip")


def write_c_wrappers(entry: Path) -> None:
    """Write `cc`, `gcc` and the binutils of an unpacked tree.

    The programs that gcc starts are its own, so the library path may reach them through the environment; no program under test sees it.
    """
    root = entry / ROOT
    folders = ":".join(f"$entry/{folder.relative_to(entry)}" for folder in library_folders(root))
    libraries = f'LD_LIBRARY_PATH="{folders}"'
    for name in ("cc", "gcc"):
        write_script(
            entry / PROGRAMS / name,
            f'{libraries} exec "$entry/{ROOT}/usr/bin/gcc" --sysroot="$entry/{ROOT}" -B"$entry/{ROOT}/usr/bin" "$@"',
        )
    for name in BINUTILS:
        if (root / "usr/bin" / name).exists():
            write_script(entry / PROGRAMS / name, f'{libraries} exec "$entry/{ROOT}/usr/bin/{name}" "$@"')
    for folder in (*library_folders(root), root / "usr/lib64"):
        link_system_libraries(folder, Path("/") / folder.relative_to(root))


def link_system_libraries(folder: Path, system: Path) -> None:
    """Link the system's shared libraries into a folder of an unpacked tree that lacks them.

    The tree has no package that the machine has, and a linker that takes the tree as its root looks for libc there all the same.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for library in sorted(system.glob("*.so.*")):
        if not (folder / library.name).exists():
            (folder / library.name).symlink_to(library)


def find_stored_compiler(store: Store) -> Path | None:
    """Return the entry with a C compiler, `None` where the store has none."""
    return next((entry.path for entry in store.entries_of(STORED_PACKAGES, STEM)), None)


def fetch_c_compiler(apt: Apt, store: Store) -> Path:
    """Unpack the distribution's C compiler privately; raises `ToolchainError`."""
    source = apt.refreshed()
    archives = source.archives(C_PACKAGES)
    recipe = Recipe(
        kind=STORED_PACKAGES,
        stem=STEM,
        title="gcc from distribution packages",
        facts={"layout": LAYOUT} | {archive.package: archive.version for archive in archives},
    )

    def build(entry: Path, scratch: Path) -> None:
        unpack(source.fetch(archives, scratch / "archives"), entry / ROOT, scratch, processes=apt.processes)
        write_c_wrappers(entry)

    return store.obtain(recipe, build)

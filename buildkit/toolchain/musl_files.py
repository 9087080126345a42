"""What static musl programs are linked with: musl's start files and C library, gcc's, and an unwinder that works with both."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from buildkit.process import Command, Runner
from buildkit.records import dataclass
from buildkit.toolchain.apt import Apt
from buildkit.toolchain.layout import STORED_PACKAGES
from buildkit.toolchain.manifest import digest_file
from buildkit.toolchain.store import Recipe, Store
from buildkit.toolchain.trouble import step_error
from buildkit.toolchain.unpack import unpack

STEM: Final = "musl"
PACKAGE: Final = "musl-dev"
MUSL_OBJECTS: Final = ("crt1.o", "Scrt1.o", "rcrt1.o", "crti.o", "crtn.o", "libc.a")
GCC_OBJECTS: Final = ("crtbegin.o", "crtbeginS.o", "crtend.o", "crtendS.o")
KERNEL_HEADERS: Final = ("linux", "asm-generic", "asm")
"""Folders of headers that C code for Linux includes whatever its C library is."""

DATA: Final = Path(__file__).parent / "data"
SHIM: Final = DATA / "unwind_for_musl.c"
SPECS: Final = DATA / "musl-gcc.specs"


@dataclass(frozen=True, kw_only=True)
class MuslFiles:
    """An entry of the store with `self-contained/`, `lib/`, `include/` and a C compiler `bin/musl-gcc`."""

    folder: Path

    @property
    def self_contained(self) -> Path:
        """Return the folder of what rustc links by itself."""
        return self.folder / "self-contained"

    @property
    def compiler(self) -> Path:
        """Return the C compiler for musl."""
        return self.folder / "bin" / "musl-gcc"


@dataclass(frozen=True, kw_only=True)
class Musl:
    """An unpacked or installed musl: its libraries and its headers."""

    lib: Path
    include: Path


@dataclass(frozen=True, kw_only=True)
class CCompiler:
    """The machine's C compiler, and how processes are started."""

    path: Path
    processes: Runner

    def run(self, *arguments: str, what: str) -> str:
        """Run it and return what it says; raises `ToolchainError`."""
        done = self.processes.run(Command(argv=(str(self.path), *arguments), cwd=Path("/"), env={"LC_ALL": "C.UTF-8"}))
        if not done.succeeded:
            raise step_error(what, done)
        return done.stdout.strip()

    def file(self, name: str) -> Path:
        """Return where it keeps one of its files."""
        return Path(self.run(f"-print-file-name={name}", what=name))


def find_musl_files(store: Store) -> MuslFiles | None:
    """Return the files in the store, `None` where they are not there."""
    found = (MuslFiles(folder=entry.path) for entry in store.entries_of(STORED_PACKAGES, STEM))
    return next((files for files in found if (files.self_contained / "libunwind.a").is_file()), None)


def installed_musl(architecture: str) -> Musl | None:
    """Return the musl that is installed for development, `None` where there is none."""
    musl = Musl(lib=Path(f"/usr/lib/{architecture}-linux-musl"), include=Path(f"/usr/include/{architecture}-linux-musl"))
    return musl if (musl.lib / "libc.a").is_file() else None


def take_installed(musl: Musl, store: Store, compiler: CCompiler) -> MuslFiles:
    """Put the files together from an installed musl."""
    facts = {"libc.a": digest_file(musl.lib / "libc.a")}
    return _assemble(facts, store, compiler, lambda _: musl)


def fetch_musl(apt: Apt, store: Store, compiler: CCompiler) -> MuslFiles:
    """Put the files together from the distribution's package, unpacked privately; raises `ToolchainError`."""
    source = apt.refreshed()
    archives = source.archives((), alone=(PACKAGE,))

    def fetch(scratch: Path) -> Musl:
        root = scratch / "root"
        unpack(source.fetch(archives, scratch / "archives"), root, scratch, processes=apt.processes)
        return Musl(lib=next((root / "usr/lib").glob("*-linux-musl")), include=next((root / "usr/include").glob("*-linux-musl")))

    return _assemble({archive.package: archive.version for archive in archives}, store, compiler, fetch)


def _assemble(facts: dict[str, str], store: Store, compiler: CCompiler, musl_in: Callable[[Path], Musl]) -> MuslFiles:
    what = "the C compiler's version"
    own = {
        "gcc": compiler.run("-dumpfullversion", "-dumpmachine", what=what),
        "shim": digest_file(SHIM),
        "specs": digest_file(SPECS),
        "cc": str(compiler.path),
    }
    recipe = Recipe(kind=STORED_PACKAGES, stem=STEM, title="musl with gcc's start files", facts={**facts, **own})

    def build(entry: Path, scratch: Path) -> None:
        musl = musl_in(scratch)
        shutil.copytree(musl.include, entry / "include", symlinks=True)
        _link_kernel_headers(entry / "include", compiler)
        (entry / "lib").mkdir()
        for file in (*musl.lib.glob("*.o"), *musl.lib.glob("*.a")):
            shutil.copy2(file, entry / "lib" / file.name)
        _write_compiler(entry, store.path(recipe), compiler)
        _collect(entry, compiler)

    return MuslFiles(folder=store.obtain(recipe, build))


def _collect(entry: Path, compiler: CCompiler) -> None:
    contained = entry / "self-contained"
    contained.mkdir()
    for name in MUSL_OBJECTS:
        shutil.copy2(entry / "lib" / name, contained / name)
    for name in GCC_OBJECTS:
        shutil.copy2(compiler.file(name), contained / name)
    unwinder, shim = contained / "libunwind.a", contained / "shim.o"
    shutil.copy2(compiler.file("libgcc_eh.a"), unwinder)
    own = ("-nostdinc", "-isystem", str(entry / "include"), "-isystem", str(compiler.file("include")))
    compiler.run(*own, "-O2", "-fPIC", "-Wall", "-Werror", "-c", str(SHIM), "-o", str(shim), what="the unwinder for musl")
    beside = compiler.path.with_name("ar")
    archiver = CCompiler(path=beside if beside.exists() else Path("ar"), processes=compiler.processes)
    archiver.run("rcs", str(unwinder), str(shim), what="the unwinder for musl")
    shim.unlink()


def _write_compiler(entry: Path, final: Path, compiler: CCompiler) -> None:
    """Write the C compiler in terms of the folder that the entry will have: gcc's specs know no relative paths."""
    folder = entry / "bin"
    folder.mkdir()
    (folder / "musl-gcc.specs").write_text(SPECS.read_text(encoding="utf-8").replace("@ENTRY@", str(final)), encoding="utf-8")
    script = folder / "musl-gcc"
    script.write_text(
        f'#!/bin/sh\nexec {shlex.quote(str(compiler.path))} "$@" -specs {shlex.quote(str(final / "bin" / "musl-gcc.specs"))}\n',
        encoding="utf-8",
    )
    script.chmod(0o755)


def _link_kernel_headers(include: Path, compiler: CCompiler) -> None:
    machine = compiler.run("-print-multiarch", what="the C compiler's machine")
    root = compiler.run("-print-sysroot", what="the C compiler's machine") or "/"
    for name in KERNEL_HEADERS:
        found = next(
            (folder for folder in (Path(root) / "usr/include" / name, Path(root) / "usr/include" / machine / name) if folder.is_dir()), None
        )
        if found is not None and not (include / name).exists():
            (include / name).symlink_to(found)

"""Where compilers may be on this machine, in the order in which its user would reach them; none of them is asked."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from buildkit.errors import ToolchainError
from buildkit.records import dataclass
from buildkit.toolchain.layout import STORED_TOOLCHAINS
from buildkit.toolchain.model import Origin

DISTRIBUTION_FOLDERS: Final = (
    "/usr/bin",
    "/usr/local/bin",
    "/usr/lib/rust-*/bin",
    "/usr/lib64/rust-*/bin",
    "/opt/*/bin",
    "/opt/homebrew/bin",
)
"""Where distributions and installers put compilers, also versions that are not on PATH."""

PACKAGED: Final = (Path("/usr/bin"), Path("/usr/lib"), Path("/usr/lib64"))
"""Folders whose programs belong to the distribution."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a compiler may be, and who put it there."""

    rustc: Path
    origin: Origin
    name: str

    @property
    def sysroot(self) -> Path | None:
        """Return the sysroot where no compiler needs to be asked for it: in a toolchain of rustup's, all is in one folder."""
        folder = self.rustc.parent.parent
        return folder if self.origin is Origin.RUSTUP and (folder / "lib" / "rustlib").is_dir() else None


def find_places(environment: Mapping[str, str], store: Path) -> Iterator[Place]:
    """Give the compilers that exist: `$RUSTC`, PATH with rustup's proxies resolved, distribution folders, rustup's others, the store."""
    rustup, stored = tuple(rustup_places(environment)), tuple(stored_places(store))
    reached = [] if (named := named_compiler(environment)) is None else [named]
    reached += [Path(folder) / "rustc" for folder in environment.get("PATH", "").split(":") if folder]
    packaged = [folder / "rustc" for pattern in DISTRIBUTION_FOLDERS for folder in sorted(Path("/").glob(pattern.lstrip("/")))]
    for rustc in reached:
        yield from _resolved(rustc, rustup, stored)
    yield from rustup
    for rustc in packaged:
        yield from _resolved(rustc, rustup, stored)
    yield from stored


def named_compiler(environment: Mapping[str, str]) -> Path | None:
    """Return the compiler that `$RUSTC` names, as a path or by a name on PATH; raises `ToolchainError` where there is none."""
    named = environment.get("RUSTC")
    if not named:
        return None
    found = shutil.which(named, path=environment.get("PATH"))
    if found is None:
        raise ToolchainError(f"RUSTC is {named!r}, and there is no such program", hint="unset RUSTC, or name a rustc")
    return Path(found)


def stored_places(store: Path) -> Iterator[Place]:
    """Give the compilers that were unpacked into the store."""
    for folder in sorted((store / STORED_TOOLCHAINS).glob("*/bin")):
        yield from existing(Place(rustc=folder / "rustc", origin=Origin.STORE, name=folder.parent.name))


def rustup_places(environment: Mapping[str, str]) -> Iterator[Place]:
    """Give rustup's toolchains, the one that its proxies run first; raises `ToolchainError` where the variable for it names none."""
    home = rustup_home(environment)
    named = environment.get("RUSTUP_TOOLCHAIN", "")
    if Path(named).parent == home / "toolchains":
        named = Path(named).name
    preferred = (named or None, _default_toolchain(home))
    yield from _named_by_path(named)
    folders = sorted(
        (home / "toolchains").glob("*"),
        key=lambda folder: (not _is_named(folder, preferred[0]), not _is_named(folder, preferred[1]), folder.name),
    )
    if named and "/" not in named and folders and not _is_named(folders[0], named):
        raise _unknown_toolchain(named)
    for folder in folders:
        yield from existing(Place(rustc=folder / "bin" / "rustc", origin=Origin.RUSTUP, name=folder.name))


def _named_by_path(name: str) -> Iterator[Place]:
    """Give the toolchain that the variable names by its folder, which rustup allows."""
    if "/" in name:
        rustc = Path(name, "bin", "rustc")
        if not rustc.is_file():
            raise _unknown_toolchain(name)
        yield Place(rustc=rustc, origin=Origin.OTHER, name=name)


def _unknown_toolchain(name: str) -> ToolchainError:
    hint = "unset RUSTUP_TOOLCHAIN" if "/" in name else f"rustup toolchain install {name}, or unset RUSTUP_TOOLCHAIN"
    return ToolchainError(f"RUSTUP_TOOLCHAIN is {name!r}, and rustup has no such toolchain", hint=hint)


def rustup_home(environment: Mapping[str, str]) -> Path:
    """Return rustup's folder."""
    return Path(environment.get("RUSTUP_HOME") or Path(environment.get("HOME", "/")) / ".rustup")


def is_proxy(program: Path) -> bool:
    """Say whether a program is one of rustup's proxies, which run another one by the folder that they are called in."""
    return program.resolve().name in {"rustup", "rustup-init"}


def _resolved(rustc: Path, rustup: tuple[Place, ...], stored: tuple[Place, ...]) -> Iterator[Place]:
    """Give a compiler that exists; in the place of a proxy the toolchain that it runs."""
    if not rustc.is_file():
        return
    if is_proxy(rustc):
        yield from rustup[:1]
        return
    real = rustc.resolve()
    known = next((place for place in (*rustup, *stored) if place.rustc.resolve() == real), None)
    if known is not None:
        yield known
        return
    origin = Origin.DISTRIBUTION if any(real.is_relative_to(folder) for folder in PACKAGED) else Origin.OTHER
    yield Place(rustc=rustc.absolute(), origin=origin, name=str(rustc))


def existing(place: Place) -> Iterator[Place]:
    """Give a place where there is a program."""
    if place.rustc.is_file():
        yield place


def _default_toolchain(home: Path) -> str | None:
    try:
        settings = tomllib.loads((home / "settings.toml").read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError):
        return None
    default = settings.get("default_toolchain")
    return default if isinstance(default, str) else None


def _is_named(folder: Path, name: str | None) -> bool:
    return name is not None and (folder.name == name or folder.name.startswith(f"{name}-"))

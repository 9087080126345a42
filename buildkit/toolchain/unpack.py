"""Take package files apart into a folder; nothing is installed and no package script runs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from buildkit.process import Command, Runner
from buildkit.toolchain.trouble import step_error

UNNEEDED: Final = (
    *("./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/info", "./usr/share/lintian", "./usr/share/bash-completion"),
    *("./usr/src/*/src", "./usr/src/*/compiler", "./usr/src/*/debian", "./usr/src/*/library/vendor", "./usr/src/*/tests"),
    *(
        "./usr/lib/llvm-*/share",
        "./usr/lib/rustlib/etc",
        "./usr/libexec/rust-analyzer*",
        "./usr/share/perl",
        "./usr/lib/*/perl*",
        "./etc",
        "./var",
    ),
)
"""What compiling never reads, as patterns for tar; most of a compiler's source among it."""

MERGED: Final = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
"""Folders that are links into `usr` on a Debian system, while packages may still name them."""

_SCRIPT: Final = (
    'dpkg-deb --fsys-tarfile "$1" | tar -x --no-same-owner --wildcards --no-wildcards-match-slash --keep-directory-symlink -C "$2" -X "$3"'
)
"""A pipe of two programs; the archives are gigabytes when unpacked whole."""

LAYOUT: Final = "2"
"""The way in which packages are laid out; entries that were laid out in another way are not used."""


def unpack(archives: Iterable[Path], folder: Path, scratch: Path, *, processes: Runner) -> None:
    """Unpack package files into a folder; raises `ToolchainError` that names the package."""
    for name in MERGED:
        (folder / "usr" / name).mkdir(parents=True, exist_ok=True)
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(f"usr/{name}")
    excluded = scratch / "excluded"
    excluded.write_text("".join(f"{pattern}\n" for pattern in UNNEEDED), encoding="utf-8")
    for archive in archives:
        argv = ("sh", "-c", _SCRIPT, "unpack", str(archive), str(folder), str(excluded))
        done = processes.run(Command(argv=argv, cwd=scratch, env={"LC_ALL": "C.UTF-8"}))
        if not done.succeeded or "dpkg-deb: error" in done.stderr:
            raise step_error(f"the package {archive.name.partition('_')[0]}", done)

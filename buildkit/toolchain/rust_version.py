"""The newest `rust-version` of a workspace's members."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from buildkit.process import Command, Runner
from buildkit.toolchain.model import Toolchain
from buildkit.toolchain.release import Release


class _Member(msgspec.Struct, frozen=True):
    rust_version: str | None = None


class _Members(msgspec.Struct, frozen=True):
    packages: tuple[_Member, ...]


def read_rust_version(directory: Path, toolchain: Toolchain, *, processes: Runner) -> str | None:
    """Ask cargo for what compiles every member of the workspace at or above a folder.

    Dependencies are not looked at, so no network is used. `None` where no member says one, or where cargo cannot read the workspace: the
    command that compiles it will say why.
    """
    argv = (str(toolchain.cargo), "metadata", "--format-version", "1", "--no-deps", "--offline")
    done = processes.run(Command(argv=argv, cwd=directory, env={"RUSTC": str(toolchain.rustc), "RUSTUP_TOOLCHAIN": None}))
    try:
        members = msgspec.json.decode(done.stdout, type=_Members).packages
    except msgspec.DecodeError:
        return None
    return newest(member.rust_version for member in members)


def newest(versions: Iterable[str | None]) -> str | None:
    """Return the newest of the members' `rust-version`s, `None` where no member says one."""
    return max((version for version in versions if version is not None), key=Release, default=None)

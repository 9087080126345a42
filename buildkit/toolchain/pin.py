"""What `rust-toolchain.toml` asks for, as the rustup book describes it under "the toolchain file"."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from buildkit.errors import ConfigurationError
from buildkit.records import dataclass
from buildkit.toolchain.model import Origin, Toolchain
from buildkit.toolchain.release import meets_channel

NAMES: Final = ("rust-toolchain", "rust-toolchain.toml")
"""The two names of the file, the one that rustup prefers first."""


@dataclass(frozen=True, kw_only=True)
class Pin:
    """A toolchain that a file asks for: by channel, or by the folder of a toolchain. `file` is where it stands."""

    file: Path
    channel: str | None = None
    path: Path | None = None

    @property
    def wanted(self) -> str:
        """Return what is asked for, as the file has it."""
        return self.channel or str(self.path)

    def is_met_by(self, toolchain: Toolchain) -> bool:
        """Say whether a toolchain is the one that is asked for."""
        if self.path is not None:
            return toolchain.rustc.is_relative_to(self.path) or toolchain.sysroot == self.path
        if self.channel is None:
            return True
        if toolchain.origin is Origin.RUSTUP and toolchain.name in {self.channel, f"{self.channel}-{toolchain.host}"}:
            return True
        return meets_channel(toolchain.release, self.channel)


def read_pin(directory: Path) -> Pin | None:
    """Return the nearest pin at or above a folder, `None` where there is none; raises `ConfigurationError` for a file that is none."""
    for folder in (directory.resolve(), *directory.resolve().parents):
        for name in NAMES:
            file = folder / name
            if file.is_file():
                return parse_pin(file, file.read_text(encoding="utf-8", errors="replace"))
    return None


def parse_pin(file: Path, text: str) -> Pin | None:
    """Parse the text of a toolchain file; the name without extension may hold the channel alone."""
    lines = text.strip().splitlines()
    if file.name == NAMES[0] and len(lines) == 1 and "[" not in text and "=" not in text:
        return Pin(file=file, channel=lines[0].strip())
    try:
        table = tomllib.loads(text).get("toolchain", {})
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"is no TOML: {error}", file=file) from error
    return _pin_of(file, table)


def _pin_of(file: Path, table: Any) -> Pin | None:
    if not isinstance(table, dict):
        raise ConfigurationError("[toolchain] must be a table", file=file)
    channel, path = table.get("channel"), table.get("path")
    for key, value in (("channel", channel), ("path", path)):
        if value is not None and not isinstance(value, str):
            raise ConfigurationError(f"[toolchain] {key} must be a string, and is {value!r}", file=file)
    if channel is not None and path is not None:
        raise ConfigurationError("[toolchain] has both a channel and a path", file=file, hint="remove one of them")
    if channel is None and path is None:
        return None
    return Pin(file=file, channel=channel, path=None if path is None else (file.parent / path).resolve())

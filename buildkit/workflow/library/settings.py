"""How libraries are compiled: small code, whose compilation is paid for once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from buildkit.model import CompilationTarget

PROFILE: Final = "release"
"""The cargo profile whose settings are replaced."""

SETTINGS: Final[Mapping[str, str | bool | int]] = MappingProxyType(
    {
        "opt-level": "s",
        "codegen-units": 1,
        "lto": "off",
        "debug": 0,
        "strip": "none",
        "incremental": False,
        "debug-assertions": False,
        "overflow-checks": False,
        # Of a macro, rustc reads nothing but what is exported; its symbols are nine tenths of the file.
        "build-override.strip": "symbols",
    }
)
"""Said in full: a workspace's own `[profile.release]` is for its own programs."""


def cargo_profile(target: CompilationTarget, triple: str) -> Mapping[str, str | bool | int]:
    """Return the settings of the cargo profile for a target; wasm cannot unwind."""
    panic = {"panic": "abort"} if triple.startswith("wasm") else {}
    return {**SETTINGS, **panic, **target.cargo_profile}

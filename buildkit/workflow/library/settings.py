"""How libraries are compiled, and how programs are linked with them: small code, whose compilation is paid for once.

Measured on a scenario for wasm32-wasip2 with rustc 1.95, in CPU seconds of the compile, before libraries had the instances of their own
generic code: without LTO 1.8 s and 626 kB, with thin LTO no smaller and slower than with fat LTO, which takes 5.4 s for 530 kB. So there is
no LTO; wasm-ld's `--compress-relocations`, which costs nothing, makes 581 kB of the 626, and `opt-level = "z"` would make 567 of slower code.
"""

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
        # Of a macro, rustc reads nothing but what is exported; its symbols are two thirds of the file.
        "build-override.strip": "symbols",
    }
)
"""Said in full: a workspace's own `[profile.release]` is for its own programs."""

WASM: Final = "wasm"
"""How the triples of wasm begin."""

WASM_LINKING: Final = ("-Clink-arg=--compress-relocations",)
"""Calls and addresses of linked wasm have five bytes each, whatever they need, unless the linker is told otherwise."""


def cargo_profile(target: CompilationTarget, triple: str) -> Mapping[str, str | bool | int]:
    """Return the settings of the cargo profile for a target; wasm cannot unwind."""
    panic = {"panic": "abort"} if triple.startswith(WASM) else {}
    return {**SETTINGS, **panic, **target.cargo_profile}


def linking_flags(triple: str) -> tuple[str, ...]:
    """Return the flags with which rustc links a program without debug information against a library; the program is the smaller for them."""
    return WASM_LINKING if triple.startswith(WASM) else ()

"""What a compiled scenario is on each platform, and how rustc makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from buildkit.model import CompilationTarget
from buildkit.records import dataclass
from buildkit.workflow.agents import Platform
from buildkit.workflow.library.settings import cargo_profile, linking_flags
from buildkit.workflow.support import platform_of

EDITION: Final = "2024"
CRATE: Final = "scenario"
"""The name of the crate; it is seen in symbols, which are stripped."""

MUSL: Final = "-linux-musl"
Profile = Mapping[str, str | bool | int]

FLAGS: Final = {
    "opt-level": "opt-level",
    "codegen-units": "codegen-units",
    "panic": "panic",
    "lto": "lto",
    "debug": "debuginfo",
    "debug-assertions": "debug-assertions",
    "overflow-checks": "overflow-checks",
    "strip": "strip",
}
"""The names that rustc has for the keys of a cargo profile (the Cargo book, "Profiles")."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """A kind of crate, the name of its root file, and the ending of the artifact's file."""

    crate_type: str
    source: str
    ending: str


def form_of(target: CompilationTarget) -> Form:
    """Return what a scenario is on a target; raises `UsageError` for one that no agent works on."""
    ending = f".{target.file_extension}" if target.file_extension else ""
    forms: Mapping[Platform, Form] = {
        Platform.NATIVE: Form(crate_type="bin", source="main.rs", ending=ending),
        Platform.WASI: Form(crate_type="bin", source="main.rs", ending=ending),
        Platform.WASM_JS: Form(crate_type="cdylib", source="lib.rs", ending=ending),
        Platform.EMBEDDED: Form(crate_type="staticlib", source="lib.rs", ending=ending or ".a"),
    }
    return forms[platform_of(target)]


def profile_of(target: CompilationTarget, triple: str) -> Profile:
    """Return the settings of a cargo profile that compiles as buildkit does: those of the library, and without symbols in the end."""
    return {**cargo_profile(target, triple), "strip": "symbols", **target.cargo_profile}


def codegen_flags(target: CompilationTarget, triple: str) -> tuple[str, ...]:
    """Return the same for rustc, and what a cargo profile cannot say.

    Nothing reads the bitcode of an artifact, and a static C library is what musl is for.
    """
    profile = profile_of(target, triple)
    told = tuple(f"-C{flag}={_value(profile[key])}" for key, flag in FLAGS.items() if key in profile)
    static = ("-Ctarget-feature=+crt-static",) if triple.endswith(MUSL) else ()
    return (*told, "-Cembed-bitcode=no", *static, *linking_flags(triple))


def _value(value: str | bool | int) -> str:  # noqa: FBT001  # a cargo profile's values are what they are
    return ("on" if value else "off") if isinstance(value, bool) else str(value)

"""Flags for rustc from all the places that cargo knows, composed so that none is lost.

Cargo takes the first of `CARGO_ENCODED_RUSTFLAGS`, `RUSTFLAGS`, the flags for the target, and `[build]`'s (the Cargo book, `build.rustflags`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from buildkit.cargo.configuration import ConfiguredFlags

ENCODED: Final = "CARGO_ENCODED_RUSTFLAGS"
PLAIN: Final = "RUSTFLAGS"
BUILD: Final = "CARGO_BUILD_RUSTFLAGS"
SYSROOT: Final = "--sysroot"
SEPARATOR: Final = "\x1f"

Patch = Mapping[str, str | None]


def target_variable(triple: str, key: str) -> str:
    """Return the variable that sets a key of `[target.TRIPLE]`."""
    return f"CARGO_TARGET_{triple.upper().replace('-', '_').replace('.', '_')}_{key.upper()}"


def everywhere_flags(environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the flags of the two variables that replace all others, `None` where neither is set; one that is empty counts as well."""
    if ENCODED in environment:
        return tuple(environment[ENCODED].split(SEPARATOR)) if environment[ENCODED] else ()
    return tuple(environment[PLAIN].split()) if PLAIN in environment else None


def user_flags(environment: Mapping[str, str], triple: str, configured: ConfiguredFlags) -> tuple[str, ...]:
    """Return the flags that cargo would use for a triple without buildkit."""
    everywhere = everywhere_flags(environment)
    if everywhere is not None:
        return everywhere
    target = (*configured.target, *environment.get(target_variable(triple, "rustflags"), "").split(), *configured.matching)
    return target or (*configured.build, *environment.get(BUILD, "").split())


def compose(environment: Mapping[str, str], triple: str, configured: ConfiguredFlags, added: tuple[str, ...]) -> Patch:
    """Return a patch under which cargo uses the user's flags and then `added`; empty where nothing is added.

    One variable holds them all, so that it does not matter where cargo would have found the user's. A call with `--target` does not
    apply it to build scripts.
    """
    if not added:
        return {}
    return as_variables(joined(user_flags(environment, triple, configured), added))


def as_variables(flags: tuple[str, ...]) -> Patch:
    """Return the variables for flags: the plain one where it can say them, for it can be pasted into a shell."""
    if any(not flag or flag.split() != [flag] for flag in flags):
        return {ENCODED: SEPARATOR.join(flags), PLAIN: None}
    return {PLAIN: " ".join(flags), ENCODED: None}


def compose_exports(environment: Mapping[str, str], triple: str, configured: ConfiguredFlags, added: tuple[str, ...]) -> Patch:
    """Return a patch for a whole shell: `added` reaches the target alone, and calls without `--target` keep the user's flags.

    Cargo itself joins the target's variable with its files. Flags of the two variables that replace all others move to `[build]`'s.
    """
    if not added:
        return {}
    everywhere = everywhere_flags(environment)
    variable = target_variable(triple, "rustflags")
    own = tuple(environment.get(variable, "").split())
    build = (*configured.build, *environment.get(BUILD, "").split())
    if everywhere is not None:
        return {variable: " ".join(joined(everywhere, added)), BUILD: " ".join(everywhere) or None, PLAIN: None, ENCODED: None}
    inherited = () if configured.target or configured.matching or own else build
    return {variable: " ".join(joined((*inherited, *own), added))}


def joined(flags: tuple[str, ...], added: tuple[str, ...]) -> tuple[str, ...]:
    """Return the user's flags and then ours.

    In a shell that has evaluated our variables ours are among the user's already, the sysroot perhaps of an earlier compiler; rustc takes
    one sysroot, and it must be that of the compiler which is called.
    """
    kept = flags[: -len(added)] if flags[-len(added) :] == added else flags
    return (*(without_sysroot(kept) if SYSROOT in added else kept), *added)


def without_sysroot(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return flags without `--sysroot DIR` and `--sysroot=DIR`."""
    return tuple(
        flag
        for index, flag in enumerate(flags)
        if flag != SYSROOT and not flag.startswith(f"{SYSROOT}=") and (index == 0 or flags[index - 1] != SYSROOT)
    )

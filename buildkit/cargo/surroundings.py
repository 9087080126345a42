"""When cargo fails by what is around it: the network, the disk, permissions, a wrapper of rustc."""

from __future__ import annotations

import re
from typing import Final

from buildkit.cargo.words import causes, error_lines, first_error
from buildkit.errors import ToolchainError

NO_SPACE: Final = ("no space left on device", "disk quota exceeded")
_NO_PERMISSION: Final = ("permission denied", "read-only file system")
OFFLINE: Final = ("--offline was specified", "you're using offline mode", "offline mode (--offline)", "without the offline flag")
_NO_NETWORK: Final = (
    *OFFLINE,
    "could not resolve host",
    "couldn't resolve host",
    "failed to download",
    "network failure",
    "failed to connect",
    "unable to update",
    "download of config.json failed",
)
_VENDORED: Final = re.compile(r"directory source:? `?(?P<folder>/[^\n`]+)")
_CHANGED: Final = re.compile(r"the listed checksum of `(?P<file>[^`]+)` has changed")
_PATH: Final = re.compile(r'`(?P<quoted>/[^`]+)`|at path "(?P<named>/[^"]+)"')
_PROBE: Final = re.compile(
    r"process didn't exit successfully: `(?P<command>[^`]*rustc -vV)`|could not execute process `(?P<missing>[^`]*rustc -vV)`"
)
_NO_C_LIBRARY: Final = re.compile(r"(?:cannot (?:find|open)|unable to find library) (?P<file>S?crt[1in]\.o|-lc)(?=[:\s]|$)", re.MULTILINE)
C_LIBRARY_HINT: Final = "apt-get install libc6-dev, or your distribution's package of the C library for development"

_FLAGS: Final = "to learn about target-specific information"


def surroundings_error(said: str) -> ToolchainError | None:
    """Return the error that names what is around cargo, `None` where nothing of it is at fault."""
    lowered = said.lower()
    if any(words in lowered for words in NO_SPACE):
        return ToolchainError("the disk is full: cargo could not write its output", hint="df -h")
    if any(words in lowered for words in _NO_PERMISSION):
        return _denied(said)
    return _tool_error(said) or _source_error(said, lowered)


def _tool_error(said: str) -> ToolchainError | None:
    unlinked = _NO_C_LIBRARY.search(said)
    if unlinked is not None:
        return ToolchainError(f"there is no C library to link with: the linker cannot find {unlinked['file']}", hint=C_LIBRARY_HINT)
    return _compiler_error(said) if _FLAGS in said or _PROBE.search(said) is not None else None


def _source_error(said: str, lowered: str) -> ToolchainError | None:
    changed = _CHANGED.search(said)
    if changed is not None:
        return ToolchainError(f"{changed['file']} is vendored and was edited: its checksum has changed", hint="cargo vendor, or [patch]")
    return _not_fetched(said) if any(words in lowered for words in _NO_NETWORK) else None


def _denied(said: str) -> ToolchainError:
    line = next((line.strip() for line in said.splitlines() if any(words in line.lower() for words in _NO_PERMISSION)), "")
    place = next((found["quoted"] or found["named"] for found in _PATH.finditer(said)), None)
    where = line if place is None or place in line else f"{place}: {line}"
    if "Cargo.lock" in (place or ""):
        hint = "cargo generate-lockfile, where the workspace can be written"
    else:
        hint = "set CARGO_TARGET_DIR to a folder that can be written"
    return ToolchainError(f"cargo may not write there: {where.removeprefix('error: ')}", hint=hint)


def _compiler_error(said: str) -> ToolchainError:
    """Return what cargo got when it asked rustc, with the user's flags and through the user's wrapper, what it is."""
    probe = _PROBE.search(said)
    _, _, answer = said.partition("--- stderr")
    reason = next((line.strip().removeprefix("error: ") for line in answer.splitlines() if line.strip()), causes(said)[-1])
    if probe is None:
        return ToolchainError(
            f"rustc refuses the flags that it is given: {reason}", hint="look at RUSTFLAGS, and at rustflags in .cargo/config.toml"
        )
    program, _, wrapped = (probe["command"] or probe["missing"]).partition(" ")
    if not wrapped.endswith("rustc -vV"):
        return ToolchainError(f"{program} does not run: {reason}", hint="buildkit doctor")
    absent = "No such file" in said and probe["missing"] is not None
    return ToolchainError(
        f"the wrapper of rustc {program} {'is missing' if absent else f'fails: {reason}'}",
        hint="unset RUSTC_WRAPPER, or mend build.rustc-wrapper in .cargo/config.toml",
    )


def _not_fetched(said: str) -> ToolchainError:
    vendored = _VENDORED.search(said)
    chain = causes(said)
    if vendored is not None:
        return ToolchainError(f"a crate is not among the vendored ones in {vendored['folder']}: {chain[0]}", hint="cargo vendor")
    lines = error_lines(said)
    where = next((line for line in lines if "://" in line), "")
    user = next((line for line in lines if line.startswith("required by")), "")
    told = dict.fromkeys(part.rstrip(".") for part in (chain[0], user, where, chain[-1]) if part) or {first_error(said): None}
    return ToolchainError(f"a crate could not be fetched: {': '.join(told)}", hint="cargo fetch --locked, where there is a network")

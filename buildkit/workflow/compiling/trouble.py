"""Known ways in which rustc and linkers fail that say nothing of the scenario, each with the command that mends it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from buildkit.cargo.messages import Diagnostic
from buildkit.cargo.surroundings import C_LIBRARY_HINT
from buildkit.errors import ToolchainError
from buildkit.process import NOT_STARTED, Completed
from buildkit.records import dataclass
from buildkit.workflow.fault import printable

ENSURE: Final = "buildkit toolchain ensure {target}"
PREBUILD: Final = "buildkit prebuild -t {target}"
MEMORY: Final = "free -h; a machine that is out of memory kills what is largest"

STD: Final = "core|alloc|std|compiler_builtins|panic_abort|panic_unwind|test|proc_macro"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """How a failure is told by a program (`said`), what is wrong, and what mends it.

    In both sentences, `{target}`, `{triple}` and the groups of the pattern stand for what they were this time.
    """

    said: str
    message: str
    hint: str


TROUBLES: Final = (
    Trouble(
        said=r"(?i)no space left on device|disk quota exceeded",
        message="the disk is full: the artifact for {target} could not be written",
        hint="df -h",
    ),
    Trouble(
        # lld writes through memory, which the system takes away where there is no room.
        said=r"signal:? 7\b",
        message="the linker for {target} ended with a bus error, as it does where the disk is full",
        hint="df -h",
    ),
    Trouble(
        said=rf"error\[E0463\]: can't find crate for `(?P<crate>{STD})`",
        message="the standard library for {triple} is missing: rustc finds no crate {crate}",
        hint=ENSURE,
    ),
    Trouble(
        said=rf"error\[E0514\]: found crate `(?P<crate>{STD})` compiled by an incompatible version of rustc",
        message="the standard library for {triple} is another compiler's: it has another crate {crate}",
        hint=ENSURE,
    ),
    Trouble(
        said=r"error\[E0514\]: found crate `(?P<crate>[^`]+)` compiled by an incompatible version of rustc",
        message="the prebuilt library for {target} was made by another compiler: its crate {crate} cannot be read",
        hint=PREBUILD,
    ),
    Trouble(
        said=r"error\[E0(?:460|461|462|463|464|786)\]: [^`\n]*`(?P<crate>[^`]+)`",
        message="the prebuilt library for {target} is incomplete or damaged: rustc cannot use its crate {crate}",
        hint=PREBUILD,
    ),
    Trouble(
        said=r"linker `(?P<linker>[^`]+)` not found",
        message="the linker {linker} for {target} is missing",
        hint=ENSURE,
    ),
    Trouble(
        said=r"could not exec the linker `(?P<linker>[^`]+)`(?:: (?P<reason>[^\n]+))?",
        message="the linker {linker} for {target} cannot be started",
        hint=ENSURE,
    ),
    Trouble(
        said=r"(?:cannot find|unable to find|failed to find|failed to spawn)[^\n]*(?P<tool>wasm-ld|rust-lld|ld\.lld)",
        message="the linker for {target} needs {tool}, which is missing",
        hint=ENSURE,
    ),
    Trouble(
        said=r"collect2: fatal error: cannot find '(?P<tool>[^']+)'|invalid linker name in (?:argument )?'-fuse-ld=(?P<named>[^']+)'",
        message="the C compiler finds no linker for {target}",
        hint="apt-get install binutils lld",
    ),
    Trouble(
        said=r"(?:cannot (?:find|open)|unable to find library) (?P<file>S?crt[1in]\.o|-lc)(?=[:\s]|$)",
        message="there is no C library to link with: the linker cannot find {file}",
        hint=C_LIBRARY_HINT,
    ),
    Trouble(
        said=r"(?:could not find native static library `|(?:cannot find|unable to find library) -l)(?P<name>[^\s`:,]+)",
        message="the prebuilt library for {target} is incomplete: the archive of {name} is missing",
        hint=PREBUILD,
    ),
    Trouble(
        said=r"(?:undefined (?:reference to|symbol:)|unresolved external symbol) [`'\"]?(?P<name>[^\s`'\"]+)",
        message="the prebuilt library for {target} is incomplete: nothing defines {name}",
        hint=PREBUILD,
    ),
    Trouble(
        said=r"(?i)(?:terminated with|due to) signal (?P<signal>9|kill)|signal: 9 \(SIGKILL\)",
        message="the linker for {target} was killed",
        hint=MEMORY,
    ),
    Trouble(
        said=r"memory allocation of (?P<bytes>\d+) bytes failed|LLVM ERROR: out of memory",
        message="rustc ran out of memory while it compiled for {target}",
        hint=MEMORY,
    ),
    Trouble(
        said=r"internal compiler error: (?P<reason>[^\n]+)|the compiler unexpectedly panicked",
        message="rustc crashed while it compiled for {target}",
        hint="rustc --version; another version may not crash",
    ),
    Trouble(
        said=r"(?i)(?P<place>[^\n:]+): (?:permission denied|read-only file system)",
        message="rustc may not write there: {place}",
        hint="set TMPDIR to a folder that can be written",
    ),
)


def trouble_of(done: Completed, errors: Sequence[Diagnostic], *, target: str, triple: str) -> ToolchainError | None:
    """Return the known trouble that ended a call of rustc, `None` where it has judged the code."""
    if done.returncode == NOT_STARTED:
        return ToolchainError(f"rustc cannot be started: {done.stderr.strip()}", hint="buildkit doctor")
    known = find_trouble(own_words(done, errors))
    if known is not None:
        trouble, found = known
        words = {"target": target, "triple": triple, **found}
        return ToolchainError(trouble.message.format(**words), hint=trouble.hint.format(**words))
    return ToolchainError(f"rustc was {done.ending} while it compiled for {target}", hint=MEMORY) if done.returncode < 0 else None


def find_trouble(said: str) -> tuple[Trouble, Mapping[str, str]] | None:
    """Return the first entry of the table that a text is of, with what its pattern's groups found; `None` where it is of none."""
    for trouble in TROUBLES:
        found = re.search(trouble.said, said, re.MULTILINE)
        if found is not None:
            return trouble, {name: printable((value or "").strip()) for name, value in found.groupdict().items()}
    return None


def own_words(done: Completed, errors: Sequence[Diagnostic]) -> str:
    """Return what rustc and the linker said themselves: no lines of the code, which may have any text in it."""
    beside = (line for line in done.stderr.splitlines() if not line.startswith("{"))
    return "\n".join((*map(_worded, errors), *beside))


def _worded(error: Diagnostic) -> str:
    code = f"[{error.code.code}]" if error.code is not None else ""
    headed = f"error{code}: {error.message}"
    return headed if error.spans else f"{headed}\n{error.rendered or ''}"

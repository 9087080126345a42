"""Turn what cargo says when it gives up into one clear sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from buildkit.cargo.refusal import manifest_error
from buildkit.cargo.surroundings import OFFLINE, surroundings_error
from buildkit.cargo.words import causes, first_error
from buildkit.errors import BuildkitError, ToolchainError
from buildkit.process import NOT_STARTED, Completed

__all__ = ["explain_failure", "explain_obstacle", "first_error"]

_SIGNAL: Final = re.compile(r"^.*\(signal: (?P<number>\d+)(?:, (?P<name>SIG\w+))?", re.MULTILINE)
_BUILD_SCRIPT_SAID: Final = re.compile(r"^\s*--- std(?:out|err)$", re.MULTILINE)
_BUILD_SCRIPT: Final = re.compile(r"failed to run custom build command for `(?P<package>[^` ]+)")
_LINKER_KILLED: Final = re.compile(
    r"(?:collect2|cc|gcc|clang)[^\n]*: (?:ld|linker)[^\n]* (?:terminated with|due to) signal (?P<signal>[^\n(]+)"
)
_CRASH: Final = re.compile(r"internal compiler error: [^\n]+|the compiler unexpectedly panicked")
_PROGRESS: Final = re.compile(r"^\s*(?:[A-Z][a-z]+ \S+ v\d|Blocking|Updating|Locking)")
_DIED: Final = re.compile(
    r"^error: could not compile [^\n]*\n\nCaused by:\n  process didn't exit successfully: `(?P<program>[^` ]+)[^\n]*\(exit status: (?P<code>\d+)\)",
    re.MULTILINE,
)
_NEVER_EXECUTED: Final = re.compile(r"could not execute process `(?P<program>[^` ]+)[^\n]*\(never executed\)")


def explain_failure(done: Completed) -> BuildkitError:
    """Return the error that says why cargo could not go on; `done` is a failed call of cargo."""
    if done.returncode == NOT_STARTED and not done.seconds:
        return ToolchainError(f"cargo cannot be started: {done.stderr.strip()}", hint="buildkit doctor")
    if done.returncode < 0:
        return ToolchainError(f"{Path(done.command.argv[0]).name} was {done.ending}", hint=done.command.shell)
    said, folder = done.stderr, done.command.cwd
    known = surroundings_error(said) if _is_out_of_reach(said) else manifest_error(said, folder) or surroundings_error(said)
    return known or BuildkitError(first_error(said), hint=done.command.shell)


def explain_obstacle(done: Completed, told: str = "") -> str | None:
    """Return why a compilation could not be judged (a crash, a full disk, no network), or `None` where rustc judged the code.

    `told` are rustc's errors that point to no line of code. What a build script itself said is its judgement of the code.
    """
    if done.returncode < 0 or (done.returncode == NOT_STARTED and not done.seconds):
        return explain_failure(done).message
    said = _BUILD_SCRIPT_SAID.split(done.stderr)[0] + told
    killed = _SIGNAL.search(said)
    if killed is not None:
        script = _BUILD_SCRIPT.search(said)
        what = "a compiler process" if script is None else f"the build script of {script['package']}"
        return f"{what} was killed by {killed['name'] or 'signal ' + killed['number']}"
    linker = _LINKER_KILLED.search(said)
    if linker is not None:
        return f"the linker was killed by signal {linker['signal'].strip()}"
    crash = _CRASH.search(said)
    if crash is not None:
        return f"rustc crashed: {crash[0]}"
    lost = _NEVER_EXECUTED.search(said)
    if lost is not None:
        return f"{lost['program']} could not be started: {causes(said)[-1]}"
    surroundings = surroundings_error(said)
    return _death(said) if surroundings is None else surroundings.message


def _death(said: str) -> str | None:
    """Return how rustc, or a wrapper of it, ended otherwise than rustc does after an error: only then does cargo tell how."""
    died = _DIED.search(said)
    if died is None:
        return None
    own = [line.strip() for line in said[: died.start()].splitlines() if line.strip() and not _PROGRESS.match(line)]
    words = f": {own[-1]}" if own else " without a word"
    return f"{died['program']} ended with exit code {died['code']}{words}"


def _is_out_of_reach(said: str) -> bool:
    """Say whether cargo could not look everywhere: it then speaks of packages that do not exist, though they may."""
    return any(words in said for words in OFFLINE)

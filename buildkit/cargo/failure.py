"""Turn what cargo says when it gives up into one clear sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from buildkit.errors import BuildkitError, ConfigurationError, ToolchainError, UsageError
from buildkit.process import NOT_STARTED, Completed

_ARROW: Final = re.compile(r"^\s*--> (?P<file>[^\n]*?\.(?:toml|lock)):(?P<line>\d+):\d+", re.MULTILINE)
_NAMED: Final = re.compile(
    r"failed to (?:parse|load|read)[^\n`:]*:? `?(?P<file>[^\n`]+?(?:Cargo\.toml|Cargo\.lock|config\.toml|rust-toolchain\.toml))`?$",
    re.MULTILINE,
)
_LINE: Final = re.compile(r"at line (?P<line>\d+)")
_LOCKED: Final = re.compile(r"lock file (?P<file>[^\n]*?Cargo\.lock)[^\n]*--locked")
_SIGNAL: Final = re.compile(r"\(signal: (?P<number>\d+)(?:, (?P<name>SIG\w+))?")
_BUILD_SCRIPT_SAID: Final = re.compile(r"^\s*--- std(?:out|err)$", re.MULTILINE)
_NO_WORKSPACE: Final = re.compile(r"could not find `Cargo\.toml` in `(?P<folder>[^`]+)`")
_NO_NETWORK: Final = (
    "could not resolve host",
    "couldn't resolve host",
    "failed to download",
    "network failure",
    "spurious network error",
    "--offline was specified",
    "without the offline flag",
    "you're using offline mode",
    "failed to connect",
    "unable to update registry",
    "download of config.json failed",
)
_NO_SPACE: Final = "no space left on device"
_NO_PERMISSION: Final = ("permission denied", "read-only file system")


def explain_failure(done: Completed) -> BuildkitError:
    """Return the error that says why cargo could not go on; `done` is a failed call of cargo."""
    if done.returncode == NOT_STARTED and not done.seconds:
        return ToolchainError(f"cargo cannot be started: {done.stderr.strip()}", hint="buildkit doctor")
    if done.returncode < 0:
        return ToolchainError(f"{Path(done.command.argv[0]).name} was {done.ending}", hint=done.command.shell)
    said = done.stderr
    return _manifest_error(said, done.command.cwd) or _surroundings_error(said) or BuildkitError(first_error(said), hint=done.command.shell)


def explain_obstacle(done: Completed, told: str = "") -> str | None:
    """Return why a compilation could not be judged (a crash, a full disk, no network), or `None` where rustc judged the code.

    `told` are rustc's errors that point to no line of code. What a build script itself said is its judgement of the code.
    """
    if done.returncode < 0 or (done.returncode == NOT_STARTED and not done.seconds):
        return explain_failure(done).message
    said = _BUILD_SCRIPT_SAID.split(done.stderr)[0] + told
    crash = _SIGNAL.search(said)
    if crash is not None:
        return f"a compiler process was killed by {crash['name'] or 'signal ' + crash['number']}"
    surroundings = _surroundings_error(said)
    return None if surroundings is None else surroundings.message


def first_error(said: str) -> str:
    """Return cargo's first error with its causes as one line."""
    lines = [
        line for line in said.splitlines() if line.strip() and not line.lstrip().startswith(("warning", "note", "Updating", "Blocking"))
    ]
    start = next((number for number, line in enumerate(lines) if line.startswith("error")), 0)
    kept = [line.strip() for line in lines[start : start + 8] if line.strip() not in {"Caused by:", "|"}]
    text = ": ".join(kept) if kept else "cargo failed without a word"
    return text.removeprefix("error: ")


def _manifest_error(said: str, folder: Path) -> BuildkitError | None:
    missing = _NO_WORKSPACE.search(said)
    if missing is not None:
        return UsageError(f"no Cargo workspace at or above {missing['folder']}", hint="buildkit … --workspace DIR")
    locked = _LOCKED.search(said)
    if locked is not None:
        hint = "cargo generate-lockfile, or leave --locked out"
        return ConfigurationError("is missing or out of date, and --locked forbids writing it", file=Path(locked["file"]), hint=hint)
    arrow = _ARROW.search(said)
    if arrow is not None:
        first = said[: arrow.start()].strip().splitlines()[-1].removeprefix("error: ")
        return ConfigurationError(first, file=folder / arrow["file"], line=int(arrow["line"]))
    named = _NAMED.search(said)
    if named is None:
        return None
    line = _LINE.search(said)
    return ConfigurationError(_last_cause(said), file=Path(named["file"]), line=int(line["line"]) if line is not None else None)


def _last_cause(said: str) -> str:
    """Return the innermost reason: cargo puts it last, TOML errors with a picture of the line before it."""
    lines = [line.strip() for line in said.strip().splitlines()]
    words = [line for line in lines if line and not re.match(r"^(\d+ )?\||^-->|^help:|^Caused by:", line)]
    return words[-1].removeprefix("error: ") if words else "cannot be read"


def _surroundings_error(said: str) -> BuildkitError | None:
    lowered = said.lower()
    if _NO_SPACE in lowered:
        return ToolchainError("the disk is full: cargo could not write its output", hint="df -h")
    if any(words in lowered for words in _NO_PERMISSION):
        return ToolchainError(
            f"cargo may not write there: {_line_with(said, _NO_PERMISSION)}", hint="set CARGO_TARGET_DIR to a folder that can be written"
        )
    if any(words in lowered for words in _NO_NETWORK):
        return ToolchainError(
            f"a crate could not be fetched: {_line_with(said, _NO_NETWORK)}", hint="cargo fetch --locked, where there is a network"
        )
    return None


def _line_with(said: str, words: tuple[str, ...]) -> str:
    return next((line.strip() for line in said.splitlines() if any(word in line.lower() for word in words)), first_error(said))

"""Exit codes, and the errors that end a command with one clear sentence."""

from __future__ import annotations

import errno
from enum import IntEnum, unique
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from pathlib import Path

FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""How the system says that there is no room. What ends a command so ends it with `ExitCode.TOOLCHAIN`; what ends a cell so is its `error`."""


@unique
class ExitCode(IntEnum):
    """What a `buildkit` process ends with, and nothing else."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    NOTHING_SELECTED = 3
    TOOLCHAIN = 4
    PLUGIN = 5
    INTERNAL = 70
    INTERRUPTED = 130


class BuildkitError(Exception):
    """Something that buildkit cannot go on from: what is wrong, and the next command to type.

    The message is a lowercase fragment that names the value in question, without a full stop.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        """Keep the sentence and, when there is one, the mend."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BuildkitError):
    """The command line asks for something that does not exist or does not fit together."""


class ConfigurationError(BuildkitError):
    """A file of the workspace cannot be used; names the file and, where known, the line (from 1)."""

    def __init__(self, message: str, *, file: Path, line: int | None = None, hint: str | None = None) -> None:
        """Prefix the message with `file:line`."""
        place = f"{file}:{line}" if line is not None else f"{file}"
        super().__init__(f"{place}: {message}", hint=hint)
        self.file = file
        self.line = line


class NothingSelectedError(BuildkitError):
    """Every cell was filtered away."""

    exit_code = ExitCode.NOTHING_SELECTED


class ToolchainError(BuildkitError):
    """A compiler, a standard library, a linker or another tool is missing or unusable."""

    exit_code = ExitCode.TOOLCHAIN


class PluginError(BuildkitError):
    """A plugin was refused; the message names it."""

    exit_code = ExitCode.PLUGIN

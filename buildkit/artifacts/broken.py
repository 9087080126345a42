"""The error for an artifact that is not what it should be."""

from __future__ import annotations

from pathlib import Path

from buildkit.errors import BuildkitError, ExitCode
from buildkit.model import Finding, Rule


class BrokenArtifactError(BuildkitError):
    """A file cannot be read, or breaks its own format; `offset` is where, in bytes from its start, when that is known."""

    exit_code = ExitCode.FAILED

    def __init__(self, path: Path, problem: str, *, offset: int | None = None) -> None:
        """Name the file and the place."""
        place = f"{path} at offset {offset:#x}" if offset is not None else f"{path}"
        super().__init__(f"{place}: {problem}", hint="remove the file and build again")
        self.path = path
        self.problem = problem
        self.offset = offset

    @property
    def finding(self) -> Finding:
        """Return the same as a reason for a verdict."""
        return Finding(rule=Rule.LINKAGE, subject=self.path.name, message=self.message, fix=self.hint)

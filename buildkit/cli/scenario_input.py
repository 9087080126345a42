"""The input of a scenario, read and held against it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

from buildkit.config.document import shown_path
from buildkit.errors import UsageError
from buildkit.reports.scenario import fault_line
from buildkit.workflow.compiling.metadata import Metadata, metadata_file
from buildkit.workflow.document import Document
from buildkit.workflow.input_check import Inputs, judge_input, parse_input

STANDARD_INPUT: Final = "-"


def read_input(name: str | None, file: Path) -> Document:
    """Return the input, which is JSON; raises `UsageError` or `ConfigurationError` with the place where it is not."""
    if name is None:
        raise UsageError(f"{file.name} is a compiled scenario, and there is no input for it", hint=f"buildkit run {file} --input data.json")
    if name == STANDARD_INPUT:
        return parse_input(sys.stdin.buffer.read(), Path("standard input"), "--input FILE")
    try:
        content = Path(name).read_bytes()
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise UsageError(f"{name}: {reason.lower()}", hint="--input FILE") from None
    return parse_input(content, shown_path(Path(name), Path.cwd()), f"python -m json.tool {shlex.quote(name)}")


def input_notes(document: Document, metadata: Metadata | None, file: Path) -> tuple[str, ...]:
    """Hold the input of a compiled scenario against what its metadata say, and return what is worth a note.

    Raises `ConfigurationError` for an input with which every run would fail.
    """
    if metadata is None or metadata.needs is None:
        return ()
    judgement = judge_input(document, Inputs(declared=metadata.input, needs=metadata.needs))
    judgement.require_none(f'the types are under "input" in {shown_path(metadata_file(file), Path.cwd())}')
    return tuple(fault_line(document, located, "note: ") for located in judgement.notes)

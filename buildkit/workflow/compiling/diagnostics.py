"""What rustc says of a generated program, told of the steps of its scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from buildkit.cargo.messages import Diagnostic
from buildkit.records import dataclass
from buildkit.workflow.code.model import StepLines
from buildkit.workflow.document import Document
from buildkit.workflow.fault import printable, shown

STEPS: Final = "/steps"


@dataclass(frozen=True, kw_only=True)
class CodeError:
    """An error in the code of a scenario.

    `step`, its pointer and its line in the scenario's file are `None` for what belongs to no step; `rendered` is rustc's own text.
    """

    message: str
    rendered: str
    step: str | None = None
    pointer: str | None = None
    line: int | None = None


def parse_diagnostics(said: str) -> tuple[Diagnostic, ...]:
    """Return rustc's messages out of its standard error, where a linker or a crash may have written as well."""
    decoder = msgspec.json.Decoder(Diagnostic)
    found = []
    for line in said.splitlines():
        if line.startswith("{"):
            try:
                found.append(decoder.decode(line))
            except msgspec.DecodeError:
                continue
    return tuple(found)


def errors_of(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return the errors, without the closing counts that point nowhere unless there is nothing else."""
    errors = [one for one in diagnostics if one.level.startswith("error")]
    pointed = [one for one in errors if one.spans or one.code is not None] or errors
    return tuple({one.rendered or one.message: one for one in pointed}.values())


def code_errors(errors: Iterable[Diagnostic], steps: Sequence[StepLines], document: Document) -> tuple[CodeError, ...]:
    """Return errors with the steps that they stand in, in rustc's order."""
    places = _places(document)
    return tuple(_located(error, _step_of(error, steps), places, document) for error in errors)


def sentence(error: CodeError, document: Document) -> str:
    """Return an error as one line that begins with its place in the scenario."""
    if error.step is None:
        return error.message
    return f"step {shown(error.step)} ({error.pointer}, {document.shown}:{error.line}): {error.message}"


def headline(error: Diagnostic) -> str:
    """Return the first line of an error, as rustc heads it."""
    code = f"[{error.code.code}]" if error.code is not None else ""
    return printable(f"error{code}: {error.message.splitlines()[0] if error.message else 'without a word'}")


def _step_of(error: Diagnostic, steps: Sequence[StepLines]) -> str | None:
    lines = [span.line_start for span in error.spans if span.is_primary]
    return next((step.step for line in lines for step in steps if step.first <= line <= step.last), None)


def _places(document: Document) -> Mapping[str, str]:
    """Return the pointer of each step by its id."""
    return {step["id"]: f"{STEPS}/{index}" for index, step in enumerate(document.tree["steps"])}


def _located(error: Diagnostic, step: str | None, places: Mapping[str, str], document: Document) -> CodeError:
    rendered = (error.rendered or error.message).rstrip()
    if step is None:
        return CodeError(message=headline(error), rendered=rendered)
    pointer = places[step]
    line = document.line(document.offsets({pointer})[pointer])
    return CodeError(message=headline(error), rendered=rendered, step=step, pointer=pointer, line=line)

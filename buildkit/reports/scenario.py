"""What is known of a scenario, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from buildkit.reports.words import clean, counted
from buildkit.workflow.document import Document
from buildkit.workflow.input_check import InputJudgement
from buildkit.workflow.judge import Judgement, Located, sentence

SCENARIO_VERSION: Final = 1


def judgement_lines(judgement: Judgement) -> Iterator[str]:
    """Give every fault and note with its place, and a last line that sums up."""
    file = clean(str(judgement.document.shown))
    yield from (fault_line(judgement.document, located) for located in judgement.faults)
    yield from note_lines(judgement)
    scenario = judgement.scenario
    if scenario is None:
        yield f"{counted(len(judgement.faults), 'fault')} in {file}{', and more' if judgement.has_more else ''}"
        return
    steps = counted(len(scenario.steps), "step")
    if judgement.targets:
        yield f"{file}: {steps}, valid for {', '.join(judgement.targets)}"
    else:
        yield f"{file}: {steps}, valid; all its agents work on {', '.join(judgement.fits) or 'no target here'}"


def note_lines(judgement: Judgement) -> Iterator[str]:
    """Give what works only in part, with its place."""
    yield from (fault_line(judgement.document, located, "note: ") for located in judgement.notes)


def fault_line(document: Document, located: Located, word: str = "") -> str:
    """Return a fault, or with a word before it a note, with its place."""
    return f"{clean(str(document.shown))}:{located.line}: {word}{clean(sentence(located.fault))}"


def input_lines(given: InputJudgement | None) -> Iterator[str]:
    """Give every fault and note of an input with its place, and a last line that sums up; nothing where none was judged."""
    if given is None:
        return
    file = clean(str(given.document.shown))
    yield from (fault_line(given.document, located) for located in given.faults)
    yield from (fault_line(given.document, located, "note: ") for located in given.notes)
    yield f"{counted(len(given.faults), 'fault')} in {file}" if given.faults else f"{file}: fits"


def judgement_json(judgement: Judgement, given: InputJudgement | None = None) -> str:
    """Return the one document of `--format json`; its `input` is null where none was judged."""
    scenario = judgement.scenario
    document = {
        "version": SCENARIO_VERSION,
        "file": str(judgement.document.shown),
        "name": None if scenario is None else scenario.name,
        "valid": scenario is not None,
        "targets": list(judgement.targets),
        "fits": list(judgement.fits),
        "more_faults": judgement.has_more,
        "faults": [located_json(located) for located in judgement.faults],
        "notes": [located_json(located) for located in judgement.notes],
        "input": None if given is None else _input_json(given),
    }
    return json.dumps(document, indent=2)


def _input_json(given: InputJudgement) -> dict[str, Any]:
    return {
        "file": str(given.document.shown),
        "fits": not given.faults,
        "faults": [located_json(located) for located in given.faults],
        "notes": [located_json(located) for located in given.notes],
    }


def located_json(located: Located) -> dict[str, Any]:
    """Return a fault or a note as JSON has it."""
    fault = located.fault
    return {
        "rule": fault.rule.value,
        "pointer": fault.pointer,
        "line": located.line,
        "value": fault.value,
        "message": fault.message,
        "suggestion": fault.suggestion,
    }

"""Answers of `buildkit why`, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from buildkit.features.answer import Answer
from buildkit.model import PathStep
from buildkit.reports.plain import BRANCH, path_lines
from buildkit.reports.words import clean, counted, selection


def answers_lines(answers: Sequence[Answer], where: str, branch: str = BRANCH) -> Iterator[str]:
    """Give all answers about a package and a target, what is reached first and the rest in few sentences."""
    for found in answers:
        if found.is_reached:
            yield from reached_lines(found, where, branch)
    unreached: dict[str, list[str]] = {}
    for found in answers:
        if not found.is_reached:
            unreached.setdefault(f"{_unreached(found)} of {where}{_remark(found)}", []).append(clean(found.subject))
    yield from (f"{', '.join(subjects)}: {sentence}" for sentence, subjects in unreached.items())


def reached_lines(found: Answer, where: str, branch: str = BRANCH) -> Iterator[str]:
    """Give an answer with its paths; `where` names the package and the target."""
    reason = f": {clean(found.reason)}" if found.reason else ""
    yield f"{clean(found.subject)} is reached from {where} with {selection(found.selection or ())}{reason}"
    for path in found.paths:
        yield from (f"  {line}" for line in path_lines(path, branch) if path)
        yield from () if path else ("  it is selected itself",)
        yield from ("",) if len(found.paths) > 1 else ()
    if found.has_more_paths:
        yield f"  there are more paths than these {len(found.paths)}" if len(found.paths) > 1 else "  there are more paths: --all-paths"
    if found.fix is not None:
        yield f"  fix: {clean(found.fix)}"


def answer_entry(answer: Answer) -> dict[str, Any]:
    """Return an answer as the JSON document has it."""
    return {
        "subject": answer.subject,
        "reached": answer.is_reached,
        "reason": answer.reason,
        "selections": answer.selections,
        "versions": list(answer.versions),
        "on_host": answer.is_on_host,
        "minimal_features": None if answer.selection is None else list(answer.selection),
        "paths": [[_step_entry(step) for step in path] for path in answer.paths],
        "more_paths": answer.has_more_paths,
        "fix": answer.fix,
    }


def _unreached(answer: Answer) -> str:
    match answer.selections:
        case None:
            return "not reachable from any allowed selection"
        case 0:
            return "no selection is allowed"
        case 1:
            return "not reachable from the only allowed selection"
        case number:
            return f"not reachable from any of the {counted(number, 'allowed selection')}"


def _remark(answer: Answer) -> str:
    if not answer.versions:
        return "; no package of the graph has such a name"
    return "; it is built for the host, for build scripts and procedural macros" if answer.is_on_host else ""


def _step_entry(step: PathStep) -> dict[str, Any]:
    return {"from": step.source, "to": step.to, "because": step.because, "file": step.file, "line": step.line}

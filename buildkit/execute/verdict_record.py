"""A verdict as it is remembered: without anything that holds for one checkout only."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from buildkit.execute.outcome import StageOutcome
from buildkit.execute.verdict_facts import replace_folder
from buildkit.execute.verdict_model import CheckQuestion
from buildkit.model import Finding, Stage, StageResult, Verdict

MARK: Final = "\x1f"
_MARKED: Final = re.compile(f"{MARK}([^{MARK}]*){MARK}")

Change = Callable[[str], str]


class Remembered(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict, and under which contents of which inputs it was reached. Paths of the checkout are marked in its texts."""

    inputs: bytes
    files: bytes
    variables: bytes
    stage: Stage
    verdict: Verdict
    reason: str | None = None
    diagnostics: str = ""
    findings: tuple[Finding, ...] = ()

    def outcome(self, question: CheckQuestion) -> StageOutcome:
        """Return the verdict as that of this checkout."""

        def found(text: str) -> str:
            return _MARKED.sub(lambda marked: os.path.normpath(os.path.join(question.root, marked.group(1))), text)

        result = StageResult(
            stage=self.stage,
            verdict=self.verdict,
            command=question.command,
            cached=True,
            reason=None if self.reason is None else found(self.reason),
            diagnostics=found(self.diagnostics),
        )
        return StageOutcome(result=result, findings=_rewritten(self.findings, found))


def remember(question: CheckQuestion, outcome: StageOutcome, observed: tuple[bytes, bytes, bytes]) -> Remembered:
    """Return what is remembered of a verdict; `observed` are the digests of the names of inputs, of contents and of variables."""

    def marked(text: str) -> str:
        for folder in (*question.neighbors, "."):
            text = replace_folder(text, os.path.normpath(os.path.join(question.root, folder)), f"{MARK}{folder}{MARK}")
        return text

    result = outcome.result
    inputs, files, variables = observed
    return Remembered(
        inputs=inputs,
        files=files,
        variables=variables,
        stage=result.stage,
        verdict=result.verdict,
        reason=None if result.reason is None else marked(result.reason),
        diagnostics=marked(result.diagnostics),
        findings=_rewritten(outcome.findings, marked),
    )


def _rewritten(findings: tuple[Finding, ...], change: Change) -> tuple[Finding, ...]:
    if not findings:
        return ()
    return msgspec.convert(_changed(msgspec.to_builtins(findings), change), tuple[Finding, ...])


def _changed(value: Any, change: Change) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _changed(inner, change) for key, inner in value.items()}
    return [_changed(inner, change) for inner in value] if isinstance(value, list | tuple) else value

"""Answer the check stage of a cell from what is remembered, or compile and remember."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from buildkit.cargo.messages import Message
from buildkit.execute.context import Context, Trust
from buildkit.execute.inputs import inputs_of
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.verdict_model import CheckQuestion
from buildkit.execute.verdict_question import question_for
from buildkit.execute.work import Work
from buildkit.model import Finding, Rule, Verdict
from buildkit.process import Command

Compile = Callable[[], tuple[StageOutcome, tuple[Message, ...]]]
"""Compiles a cell, and returns what cargo reported as well."""

ENTRY_LENGTH = 16
"""How many digits of a key name its entry."""


def recall(context: Context, work: Work, command: Command, compile_cell: Compile) -> StageOutcome:
    """Return the remembered verdict of a cell, or compile it; `command` is what the cell's own call of cargo is."""
    question = None if context.verdicts is None else question_for(context, work, command)
    if context.verdicts is None or question is None:
        return compile_cell()[0]
    known = find_trusted(context, question)
    if known is not None and context.trust is Trust.ALWAYS:
        return known
    outcome, messages = compile_cell()
    context.verdicts.keep(question, inputs_of(context, work, question, messages), outcome)
    return outcome if known is None else verified(question, known, outcome)


def find_trusted(context: Context, question: CheckQuestion) -> StageOutcome | None:
    """Return what is remembered of a cell, `None` where nothing is, or nothing remembered is believed."""
    if context.verdicts is None or context.trust is Trust.NEVER:
        return None
    return context.verdicts.find(question)


def verified(question: CheckQuestion, known: StageOutcome, fresh: StageOutcome) -> StageOutcome:
    """Return a fresh outcome, as an error where the remembered one was another; what could not be judged now contradicts nothing."""
    if fresh.result.verdict in (known.result.verdict, Verdict.ERROR):
        return fresh
    reason = (
        f"the verdict cache has {known.result.verdict} and compiling gives {fresh.result.verdict} "
        f"(entry {question.key[:ENTRY_LENGTH]}, which is replaced)"
    )
    result = replace(fresh.result, verdict=Verdict.ERROR, reason=reason)
    finding = Finding(rule=Rule.TOOLCHAIN, subject="verdict cache", message=reason, fix="buildkit check --no-cache")
    return replace(fresh, result=result, findings=(finding, *fresh.findings))

"""Answer the check stage of cells from what is remembered, and remember what cargo answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field, replace
from typing import Final

from buildkit.cargo.messages import Message
from buildkit.execute.context import Context, Trust
from buildkit.execute.inputs import inputs_of
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.verdict_model import CheckQuestion
from buildkit.execute.verdict_question import question_for
from buildkit.execute.work import Work
from buildkit.model import Cell, Finding, Rule, Verdict
from buildkit.records import dataclass

Compile = Callable[[Context, Work], tuple[StageOutcome, tuple[Message, ...]]]
"""Compiles a cell, and returns what cargo reported as well."""

ENTRY_LENGTH: Final = 16
"""How many digits of a key name its entry."""


@dataclass(frozen=True, kw_only=True)
class Recollection:
    """What is remembered of some cells. Each must be asked for before cargo is called: what changes after that is not remembered."""

    context: Context
    _questions: dict[Cell, CheckQuestion] = field(default_factory=dict)
    _known: dict[Cell, StageOutcome] = field(default_factory=dict)

    def find(self, work: Work) -> StageOutcome | None:
        """Return the verdict of a cell, `None` where it is to be compiled."""
        context, cell = self.context, work.planned.cell
        question = None if context.verdicts is None else question_for(context, work, context.check_command(work.planned))
        if context.verdicts is None or question is None:
            return None
        self._questions[cell] = question
        known = None if context.trust is Trust.NEVER else context.verdicts.find(question)
        if known is not None:
            self._known[cell] = known
        return known if context.trust is Trust.ALWAYS else None

    def verified(self, work: Work, outcome: StageOutcome) -> StageOutcome:
        """Return what a cell came to, as an error where another verdict was remembered of it."""
        known = self._known.get(work.planned.cell)
        return outcome if known is None else contradicted(self._questions[work.planned.cell], known, outcome)

    def keep(self, work: Work, outcome: StageOutcome, messages: Iterable[Message]) -> None:
        """Remember what a cell came to in a call of cargo that reported these messages, of this cell and perhaps of others."""
        question = self._questions.get(work.planned.cell)
        if self.context.verdicts is not None and question is not None and outcome.result.verdict is not Verdict.ERROR:
            self.context.verdicts.keep(question, inputs_of(self.context, work, question, messages), outcome)

    def drop(self, work: Work) -> None:
        """Forget what a cell came to."""
        question = self._questions.get(work.planned.cell)
        if self.context.verdicts is not None and question is not None:
            self.context.verdicts.drop(question)

    def compiled(self, work: Work, compile_cell: Compile) -> StageOutcome:
        """Compile a cell by itself, whatever is remembered, and remember what it comes to."""
        outcome, messages = compile_cell(self.context, work)
        self.keep(work, outcome, messages)
        return self.verified(work, outcome)


def contradicted(question: CheckQuestion, known: StageOutcome, fresh: StageOutcome) -> StageOutcome:
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

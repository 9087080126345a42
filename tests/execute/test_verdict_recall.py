"""Cargo is called for a cell only where no verdict is remembered, or none is believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from asked import Place, ended

from buildkit.cargo.messages import Message
from buildkit.execute.context import Context, Trust
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.verdict_model import Inputs
from buildkit.execute.verdict_recall import Compile, Recollection
from buildkit.execute.work import Work
from buildkit.model import Rule, Verdict


@pytest.fixture
def context(tmp_path: Path) -> Context:
    """Return a run in which a pass is remembered of the cell."""
    place = Place(root=tmp_path / "ws", store=tmp_path / "store").fill()
    context = place.context
    assert context.verdicts is not None
    context.verdicts.keep(place.ask(), Inputs(), ended(Verdict.PASS))
    return context


def recall(context: Context, work: Work, compile_cell: Compile) -> StageOutcome:
    recollection = Recollection(context=context)
    return recollection.find(work) or recollection.compiled(work, compile_cell)


def fails(_: Context, __: Work) -> tuple[StageOutcome, tuple[Message, ...]]:
    return ended(Verdict.FAIL), ()


def never(_: Context, __: Work) -> tuple[StageOutcome, tuple[Message, ...]]:
    raise AssertionError


def work_of(context: Context) -> Place:
    return Place(root=context.workspace.root, store=context.cache)


def test_a_remembered_verdict_calls_nothing(context: Context) -> None:
    work = work_of(context).work(context)
    assert recall(context, work, never).result.verdict is Verdict.PASS
    assert Recollection(context=context).find(work) is not None


def test_what_is_not_believed_is_compiled(context: Context) -> None:
    careless = replace(context, trust=Trust.NEVER)
    assert recall(careless, work_of(context).work(careless), fails).result.verdict is Verdict.FAIL


def test_a_remembered_verdict_that_differs_is_an_error_that_names_its_entry(context: Context) -> None:
    careful = replace(context, trust=Trust.VERIFY)
    place = work_of(context)
    outcome = recall(careful, place.work(careful), fails)
    assert outcome.result.verdict is Verdict.ERROR
    (finding,) = outcome.findings
    assert finding.rule is Rule.TOOLCHAIN
    assert finding.message == f"the verdict cache has pass and compiling gives fail (entry {place.ask().key[:16]}, which is replaced)"


@pytest.mark.parametrize("verdict", [Verdict.PASS, Verdict.ERROR])
def test_what_agrees_or_could_not_be_judged_contradicts_nothing(verdict: Verdict, context: Context) -> None:
    careful = replace(context, trust=Trust.VERIFY)
    outcome = recall(careful, work_of(context).work(careful), lambda _, __: (ended(verdict), ()))
    assert outcome == ended(verdict)


def test_without_a_cache_every_cell_is_compiled(context: Context) -> None:
    without = replace(context, verdicts=None)
    assert recall(without, work_of(context).work(without), fails).result.verdict is Verdict.FAIL


def test_a_cell_that_was_not_asked_for_is_not_remembered(context: Context) -> None:
    place = replace(work_of(context), features=("fast",))
    recollection = Recollection(context=context)
    recollection.keep(place.work(context), ended(Verdict.PASS), ())
    assert recollection.find(place.work(context)) is None

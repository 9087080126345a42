"""What becomes of a cell on its way through the stages."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from linked import link_all, resolved
from toolchain_fakes import HOST, NATIVE, FakeRunner, says, toolchain_of
from workspaces import ROOT, package, workspace

from buildkit.cargo.calls import CargoOptions
from buildkit.cargo.manifest import Manifests
from buildkit.config.schema import Configuration, Expectation
from buildkit.errors import BuildkitError, ToolchainError
from buildkit.events import Event, StageFinished
from buildkit.execute.compile import MOST_LINES, abridged, check_cell
from buildkit.execute.context import Context, TargetSupply
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome, skipped
from buildkit.execute.pipeline import close, run_stages, share_result
from buildkit.execute.work import Job, StageFunction, Work
from buildkit.model import Cell, CellResult, Finding, Rule, Stage, StageResult, Verdict
from buildkit.plan.model import Origin, PlannedCell, Subject
from buildkit.toolchain.model import StdProvider, Supply

APP = package("app")
GRAPH = Graph(resolution=resolved(link_all(APP), "app"), problem=None, seconds=0.1)
FORETOLD = Expectation(cell="app/native/-", verdict=Verdict.FAIL, reason="known since spring")


def context_of(events: list[Event], *, said: str = "", code: int = 0) -> Context:
    supply = Supply(toolchain=toolchain_of(Path("/tc/bin/rustc")), target=NATIVE, triple=HOST, provider=StdProvider.SHIPPED)
    return Context(
        workspace=workspace(APP),
        configuration=Configuration(),
        manifests=Manifests(root=ROOT),
        supplies={"native": TargetSupply(supply=supply, env={})},
        options=CargoOptions(),
        processes=FakeRunner(answers=(says("cargo", out=said, code=code),)),
        emit=events.append,
        jobs=1,
        cache=Path("/store"),
    )


def planned(expectation: Expectation | None = None) -> PlannedCell:
    cell = Cell(package="app", target="native")
    return PlannedCell(cell=cell, subject=Subject(package=APP, target=NATIVE), origin=Origin.CONFIGURED, expectation=expectation)


def ending(verdict: Verdict, *findings: Finding) -> StageFunction:
    """Return a stage that ends so."""

    def stage(_: Context, work: Work) -> StageOutcome:
        del work
        return StageOutcome(result=StageResult(stage=Stage.CHECK, verdict=verdict), findings=findings)

    return stage


def raising(error: BaseException) -> StageFunction:
    """Return a stage that breaks off."""

    def stage(_: Context, work: Work) -> StageOutcome:
        del work
        raise error

    return stage


def run(stage: StageFunction, expectation: Expectation | None = None, events: list[Event] | None = None) -> CellResult:
    context = context_of([] if events is None else events)
    return through(context, Job(stages={Stage.CHECK: stage, Stage.RUN: ending(Verdict.PASS)}), expectation)


def through(context: Context, job: Job, expectation: Expectation | None = None) -> CellResult:
    return close(context, run_stages(context, planned(expectation), GRAPH, job))


@pytest.mark.parametrize(
    ("error", "sentence", "fix"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/ws/target/app"), "/ws/target/app: no space left on device", None),
        (OSError("the pipe is gone"), "the pipe is gone", None),
        (BuildkitError("app is unknown"), "app is unknown", None),
        (ToolchainError("wasm-opt is missing", hint="buildkit doctor"), "wasm-opt is missing", "buildkit doctor"),
    ],
    ids=["file", "no file", "error", "error with a hint"],
)
def test_a_stage_that_breaks_off_ends_its_cell_and_not_the_run(error: Exception, sentence: str, fix: str | None) -> None:
    events: list[Event] = []
    result = run(raising(error), events=events)
    broken, left = result.stages
    assert (result.verdict, broken.verdict, broken.reason) == (Verdict.ERROR, Verdict.ERROR, sentence)
    assert (left.verdict, left.reason) == (Verdict.SKIPPED, "check did not pass")
    assert result.findings == (Finding(rule=Rule.TOOLCHAIN, subject="app/native/-", message=sentence, fix=fix),)
    assert StageFinished(cell=result.cell, result=broken) in events


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("a defect")], ids=["interrupt", "defect"])
def test_an_interrupt_and_a_defect_pass_through(error: BaseException) -> None:
    with pytest.raises(type(error)):
        run(raising(error))


def test_a_result_has_the_reason_of_its_expectation() -> None:
    assert run(ending(Verdict.FAIL), FORETOLD).expectation == "known since spring"
    assert run(ending(Verdict.PASS)).expectation is None


def test_a_cell_that_is_not_to_be_judged_has_the_reason_too() -> None:
    result = run(raising(AssertionError()), Expectation(cell="app/native/-", verdict=Verdict.SKIPPED, reason="no clock there"))
    assert (result.verdict, result.expectation, result.stages[0].reason) == (Verdict.SKIPPED, "no clock there", "no clock there")


def test_a_shared_result_has_the_expectation_of_its_own_cell() -> None:
    result = run(ending(Verdict.FAIL))
    shared = share_result(context_of([]), planned(FORETOLD), result)
    assert (shared.verdict, shared.expectation) == (Verdict.EXPECTED_FAIL, "known since spring")
    assert share_result(context_of([]), planned(), shared).expectation is None


def test_a_cell_whose_program_was_not_run_is_skipped() -> None:
    job = Job(stages={Stage.BUILD: ending(Verdict.PASS), Stage.RUN: lambda _, __: skipped(Stage.RUN, "no runner")})
    result = through(context_of([]), job)
    assert (result.verdict, result.stages[-1].reason) == (Verdict.SKIPPED, "no runner")


def checked(context: Context, work: Work) -> StageOutcome:
    return check_cell(context, work)[0]


def artifact(*, fresh: bool) -> str:
    return (
        f'{{"reason":"compiler-artifact","package_id":"{APP.id}","target":{{"name":"app","kind":["lib"]}},'
        f'"features":[],"filenames":[],"fresh":{str(fresh).lower()}}}\n'
    )


@pytest.mark.parametrize(
    ("said", "code", "expected"),
    [
        pytest.param(artifact(fresh=True) * 2, 0, True, id="all fresh"),
        pytest.param(artifact(fresh=True) + artifact(fresh=False), 0, False, id="one compiled"),
        pytest.param(artifact(fresh=True), 101, False, id="what is left does not compile"),
        pytest.param("", 0, False, id="nothing said"),
    ],
)
def test_a_stage_is_cached_when_cargo_compiled_nothing(*, said: str, code: int, expected: bool) -> None:
    result = through(context_of([], said=said, code=code), Job(stages={Stage.CHECK: checked}))
    assert result.stages[0].cached is expected


def message(level: str, text: str) -> str:
    span = {"file_name": "src/lib.rs", "line_start": 3, "is_primary": True}
    told = {"message": text, "level": level, "spans": [span], "rendered": f"{level}: {text}\n"}
    target = {"name": "app", "kind": ["lib"]}
    return json.dumps({"reason": "compiler-message", "package_id": APP.id, "target": target, "message": told}) + "\n"


@pytest.mark.parametrize(
    ("said", "verdict", "reason"),
    [
        pytest.param(message("error", "mismatched types"), Verdict.FAIL, None, id="error in the code"),
        pytest.param(
            message("error: internal compiler error", "no type for node"), Verdict.ERROR, "rustc crashed: no type for node", id="crash"
        ),
        pytest.param(
            message("error", "mismatched types") + message("error: internal compiler error", "no type for node"),
            Verdict.ERROR,
            "rustc crashed: no type for node",
            id="crash after an error",
        ),
    ],
)
def test_a_crash_of_the_compiler_is_no_judgement_of_the_code(said: str, verdict: Verdict, reason: str | None) -> None:
    result = through(context_of([], said=said, code=101), Job(stages={Stage.CHECK: checked}))
    assert (result.verdict, result.stages[0].reason) == (verdict, reason)


def test_diagnostics_without_measure_keep_their_beginning_and_their_end() -> None:
    text = "\n".join(f"line {number}" for number in range(100_000))
    kept = abridged(text).splitlines()
    assert (len(kept), kept[0], kept[-1]) == (MOST_LINES + 1, "line 0", "line 99999")
    assert kept[MOST_LINES // 2] == "… 99,400 lines are left out …"
    assert abridged("a\nb") == "a\nb"

"""What a package's `run` table means for a program that is no wasm."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from linked import link_all, resolved
from toolchain_fakes import HOST, NATIVE, FakeRunner, says, toolchain_of
from workspaces import ROOT, package, workspace

from buildkit.cargo.calls import CargoOptions
from buildkit.cargo.manifest import Manifests
from buildkit.config.schema import Configuration
from buildkit.events import Event, Notice
from buildkit.execute.context import Context, TargetSupply
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.running import RunOptions, run_programs
from buildkit.execute.work import Work
from buildkit.model import Artifact, Cell, Stage, StageResult, Verdict
from buildkit.plan.model import Origin, PlannedCell, Subject
from buildkit.toolchain.model import StdProvider, Supply

APP = package("app", kind="bin")
LEFT_OUT = "app/native/-: fuel and memory of [package.app.run] do not hold for a native program"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "app"
    file.touch(mode=0o755)
    return file


def ran(program: Path, options: RunOptions, events: list[Event]) -> StageResult:
    supply = Supply(toolchain=toolchain_of(Path("/tc/bin/rustc")), target=NATIVE, triple=HOST, provider=StdProvider.SHIPPED)
    context = Context(
        workspace=msgspec.structs.replace(workspace(APP), root=program.parent),
        configuration=msgspec.convert({"package": {"app": {"run": {"fuel": 1000, "memory": "1 MiB", "seconds": 5}}}}, Configuration),
        manifests=Manifests(root=ROOT),
        supplies={"native": TargetSupply(supply=supply, env={})},
        options=CargoOptions(),
        processes=FakeRunner(answers=(says(str(program), out=""),)),
        emit=events.append,
        jobs=1,
        cache=Path("/store"),
    )
    subject = Subject(package=APP, target=replace(NATIVE, runner="native"))
    planned = PlannedCell(cell=Cell(package="app", target="native"), subject=subject, origin=Origin.CONFIGURED)
    graph = Graph(resolution=resolved(link_all(APP), "app"), problem=None, seconds=0.1)
    artifact = Artifact(path=program, kind="elf", size=0, gzip_size=0, sha256="")
    built = StageOutcome(result=StageResult(stage=Stage.ARTIFACT, verdict=Verdict.PASS), artifacts=(artifact,))
    return run_programs(options, context, Work(planned=planned, graph=graph, done=(built,))).result


def test_limits_of_the_table_for_wasm_do_not_keep_a_native_program_from_running(program: Path) -> None:
    events: list[Event] = []
    assert ran(program, RunOptions(), events).verdict is Verdict.PASS
    assert events == [Notice(message=LEFT_OUT)]


def test_limits_of_the_command_line_are_refused(program: Path) -> None:
    result = ran(program, RunOptions(fuel=7), [])
    assert result.verdict is Verdict.ERROR
    assert "a native program cannot be limited in fuel" in (result.reason or "")


def test_that_the_network_is_there_in_any_case_is_said(program: Path) -> None:
    events: list[Event] = []
    assert ran(program, RunOptions(network=True), events).verdict is Verdict.PASS
    assert Notice(message="app/native/-: a native program has this machine's network, with --network and without") in events

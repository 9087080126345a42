"""The check stage by other commands than `cargo check`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from linked import link_all, resolved
from toolchain_fakes import HOST, NATIVE, FakeRunner, says, toolchain_of
from workspaces import ROOT, package, workspace

from buildkit.cargo.calls import CargoCommand, CargoOptions
from buildkit.cargo.manifest import Manifests
from buildkit.config.schema import Configuration
from buildkit.execute.commands import command_cell
from buildkit.execute.compile import build_cell
from buildkit.execute.context import Context, TargetSupply
from buildkit.execute.graphs import Graph
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.work import Work
from buildkit.model import Cell, CompilationTarget, Rule, Stage, StdKind, Verdict
from buildkit.plan.model import Origin, PlannedCell, Subject
from buildkit.process import Command
from buildkit.toolchain.model import Origin as ToolchainOrigin
from buildkit.toolchain.model import StdProvider, Supply

APP = package("app", {"x": ()})
FINISHED = '{"reason":"build-finished","success":true}\n'
RUNS = replace(NATIVE, runner="native")
LINUX_CFG = 'unix\ntarget_os="linux"\n'


def context_of(
    runner: FakeRunner,
    options: CargoOptions,
    *,
    rustc: Path = Path("/tc/bin/rustc"),
    origin: ToolchainOrigin = ToolchainOrigin.RUSTUP,
    triple: str = HOST,
) -> Context:
    supply = Supply(toolchain=toolchain_of(rustc, origin=origin), target=RUNS, triple=triple, provider=StdProvider.SHIPPED)
    return Context(
        workspace=workspace(APP),
        configuration=Configuration(),
        manifests=Manifests(root=ROOT),
        supplies={"native": TargetSupply(supply=supply, env={})},
        options=options,
        processes=runner,
        emit=lambda _: None,
        jobs=1,
        cache=Path("/store"),
    )


def work(target: CompilationTarget = RUNS) -> Work:
    planned = PlannedCell(
        cell=Cell(package="app", target="native", features=("x",)), subject=Subject(package=APP, target=target), origin=Origin.ASSUMED
    )
    return Work(planned=planned, graph=Graph(resolution=resolved(link_all(APP), "app", "x"), problem=None, seconds=0.0))


def runner_of(out: str = FINISHED, err: str = "", code: int = 0) -> FakeRunner:
    return FakeRunner(
        answers=(says("rustc", out=LINUX_CFG), says("cargo", out=out, err=err, code=code), says("cargo-clippy", out=out, code=code))
    )


def last(runner: FakeRunner) -> Command:
    return runner.commands[-1]


def test_arguments_come_last_and_the_second_dashes_are_cargos() -> None:
    runner = runner_of()
    command_cell(context_of(runner, CargoOptions(arguments=("--lib", "--", "-v"))), work())
    assert last(runner).argv[1] == "check"
    assert last(runner).argv[-3:] == ("--lib", "--", "-v")


@pytest.mark.parametrize("take", [command_cell, partial(build_cell, "dev")])
def test_a_command_is_shown_without_what_the_compiler_is_told_beside_it(take: Callable[[Context, Work], StageOutcome]) -> None:
    runner = runner_of()
    context = replace(context_of(runner, CargoOptions()), compiler_env={"MALLOC_CONF": "thp:always"})
    result = take(context, work()).result
    told = last(runner)
    assert told.env["MALLOC_CONF"] == "thp:always"
    assert result.command == replace(told, env={name: value for name, value in told.env.items() if name != "MALLOC_CONF"}).shell


def test_what_a_target_says_of_a_variable_goes_first() -> None:
    runner = runner_of()
    context = replace(context_of(runner, CargoOptions()), compiler_env={"MALLOC_CONF": "thp:always"})
    own = replace(context, supplies={"native": replace(context.supplies["native"], env={"MALLOC_CONF": "narenas:3"})})
    command_cell(own, work())
    assert last(runner).env["MALLOC_CONF"] == "narenas:3"


def test_documentation_is_cargos_too() -> None:
    runner = runner_of()
    assert command_cell(context_of(runner, CargoOptions(command=CargoCommand.DOC)), work()).result.verdict is Verdict.PASS
    assert last(runner).argv[1] == "doc"


def test_clippy_is_the_one_beside_cargo(tmp_path: Path) -> None:
    rustc = tmp_path / "bin" / "rustc"
    rustc.parent.mkdir()
    rustc.with_name("cargo-clippy").touch()
    runner = runner_of()
    outcome = command_cell(context_of(runner, CargoOptions(command=CargoCommand.CLIPPY), rustc=rustc), work())
    assert outcome.result.verdict is Verdict.PASS
    assert last(runner).argv[:2] == (str(rustc.with_name("cargo-clippy")), "clippy")
    assert last(runner).env["CARGO"] == str(rustc.with_name("cargo"))


@pytest.mark.parametrize(
    ("origin", "mend"),
    [
        pytest.param(ToolchainOrigin.RUSTUP, "rustup component add clippy --toolchain stable", id="rustup"),
        pytest.param(ToolchainOrigin.DISTRIBUTION, "apt-get install rust-clippy", id="distribution"),
    ],
)
def test_a_missing_clippy_is_an_error_with_the_command_that_mends_it(origin: ToolchainOrigin, mend: str, tmp_path: Path) -> None:
    runner = runner_of()
    rustc = tmp_path / "stable" / "bin" / "rustc"
    outcome = command_cell(context_of(runner, CargoOptions(command=CargoCommand.CLIPPY), rustc=rustc, origin=origin), work())
    assert outcome.result.verdict is Verdict.ERROR
    assert mend in (outcome.result.reason or "")
    assert runner.commands == []


def test_a_failed_test_is_a_failure_and_what_it_said_is_kept() -> None:
    out = f"{FINISHED}running 1 test\n{{not a message}}\ntest bad ... FAILED\n"
    runner = runner_of(out=out, err="error: test failed, to rerun pass `--lib`\n", code=101)
    outcome = command_cell(context_of(runner, CargoOptions(command=CargoCommand.TEST)), work())
    assert outcome.result.verdict is Verdict.FAIL
    assert outcome.result.diagnostics == "running 1 test\n{not a message}\ntest bad ... FAILED"
    assert [(finding.rule, finding.message) for finding in outcome.findings] == [(Rule.RUN, "test failed, to rerun pass `--lib`")]


def test_a_test_that_is_killed_is_a_failure_of_the_code() -> None:
    runner = runner_of(err="error: test failed\n\nCaused by:\n  process didn't exit successfully: `app` (signal: 6, SIGABRT)\n", code=101)
    assert command_cell(context_of(runner, CargoOptions(command=CargoCommand.TEST)), work()).result.verdict is Verdict.FAIL


def test_tests_that_were_run_are_not_cached() -> None:
    artifact = (
        '{"reason":"compiler-artifact","package_id":"app","target":{"name":"app","kind":["lib"]},'
        '"features":["x"],"filenames":[],"executable":null,"fresh":true}\n'
    )
    runner = runner_of(out=artifact + FINISHED)
    assert not command_cell(context_of(runner, CargoOptions(command=CargoCommand.TEST)), work()).result.cached
    assert command_cell(context_of(runner, CargoOptions()), work()).result.cached


def test_tests_for_another_machine_are_built_and_the_report_says_so() -> None:
    runner = runner_of()
    outcome = command_cell(context_of(runner, CargoOptions(command=CargoCommand.TEST), triple="aarch64-unknown-linux-gnu"), work())
    assert "--no-run" in last(runner).argv
    assert (
        outcome.result.reason == "tests are built and not run: this machine does not execute programs for aarch64-unknown-linux-gnu itself"
    )


def test_the_users_no_run_is_not_repeated() -> None:
    runner = runner_of()
    options = CargoOptions(command=CargoCommand.TEST, arguments=("--no-run",))
    command_cell(context_of(runner, options, triple="aarch64-unknown-linux-gnu"), work())
    assert last(runner).argv.count("--no-run") == 1


def test_a_target_without_std_has_no_tests() -> None:
    runner = runner_of()
    outcome = command_cell(context_of(runner, CargoOptions(command=CargoCommand.TEST)), work(replace(RUNS, std=StdKind.CORE_ALLOC)))
    assert (outcome.result.stage, outcome.result.verdict) == (Stage.CHECK, Verdict.SKIPPED)
    assert runner.commands == []

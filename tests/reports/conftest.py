"""One run that has everything in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.events import (
    CellFinished,
    Event,
    Notice,
    ProgramOutput,
    RunFinished,
    RunStarted,
    StageFinished,
    StageStarted,
    TaskAdvanced,
    TaskFinished,
    TaskStarted,
)
from buildkit.model import (
    Artifact,
    Cell,
    CellResult,
    Finding,
    PathStep,
    Proof,
    Pruned,
    PruneReason,
    Rule,
    RunReport,
    Stage,
    StageResult,
    Summary,
    Verdict,
)

WORKSPACE = Path("/home/ci/shop")

VERDICTS = {"cells": 9, "passed": 3, "failed": 3, "errors": 1, "skipped": 2}
EFFORT = {"requested": 524, "distinct": 8, "compiled": 4, "cached": 1, "cargo_calls": 9}

DIAGNOSTIC = """\
error[E0433]: failed to resolve: use of undeclared crate or module `tokio`
 --> crates/shop-sync/src/lib.rs:7:5
  |
7 |     tokio::spawn(async {}); // [red]not markup[/red]
  |     ^^^^^ use of undeclared crate or module `tokio`"""


def cargo(stage: str, package: str, target: str, features: str) -> str:
    return f"cd {WORKSPACE} && cargo {stage} --target {target} --package {package} --no-default-features --features {features}"


def leak() -> Finding:
    return Finding(
        rule=Rule.DENIED_CRATE,
        subject="tempfile",
        message="tempfile is denied on wasm32-wasip2: it needs a temporary folder [plugin wasm32_wasip2]",
        minimal_features=("wasi",),
        path=(
            PathStep(
                source="shop-core/wasi", to="shop-store", because="dependency 'shop-store'", file="crates/shop-core/Cargo.toml", line=14
            ),
            PathStep(
                source="shop-store",
                to="shop-store/default",
                because="dependency 'shop-store' keeps its default features",
                file="crates/shop-core/Cargo.toml",
                line=14,
            ),
            PathStep(
                source="shop-store/default",
                to="tempfile",
                because='feature default = ["dep:tempfile", …]',
                file="crates/shop-store/Cargo.toml",
                line=9,
            ),
        ),
        fix="set default-features = false for 'shop-store' at crates/shop-core/Cargo.toml:14, and list the features that are needed",
    )


def passing() -> CellResult:
    return CellResult(
        cell=Cell(package="shop-core", target="native", features=("default",)),
        triple="x86_64-unknown-linux-gnu",
        verdict=Verdict.PASS,
        stages=(
            StageResult(stage=Stage.ISOLATION, verdict=Verdict.PASS, seconds=0.3, command="cargo build --unit-graph"),
            StageResult(stage=Stage.BUILD, verdict=Verdict.PASS, seconds=12.0, command=cargo("build", "shop-core", "native", "default")),
            StageResult(stage=Stage.RUN, verdict=Verdict.PASS, seconds=0.1),
        ),
        artifacts=(
            Artifact(
                path=WORKSPACE / "target/x86_64-unknown-linux-gnu/release/shop",
                kind="elf",
                size=4_812_344,
                gzip_size=1_720_006,
                sha256="3f0a" * 16,
                static=True,
                machine="X86_64",
            ),
            Artifact(
                path=Path("/var/cache/shop.wasm"),
                kind="component",
                size=912_344,
                gzip_size=320_006,
                sha256="b1c2" * 16,
                imports=("wasi:cli/environment@0.2.0",),
                exports=("wasi:cli/run@0.2.0",),
            ),
        ),
    )


def leaking() -> CellResult:
    graph = cargo("build --unit-graph", "shop-core", "wasm32-wasip2", "wasi")
    return CellResult(
        cell=Cell(package="shop-core", target="wasm32-wasip2", features=("wasi",)),
        triple="wasm32-wasip2",
        verdict=Verdict.FAIL,
        stages=(
            StageResult(stage=Stage.ISOLATION, verdict=Verdict.FAIL, seconds=0.4, command=graph),
            StageResult(stage=Stage.CHECK, verdict=Verdict.SKIPPED, reason="isolation did not pass"),
        ),
        findings=(leak(),),
    )


def not_compiling() -> CellResult:
    return CellResult(
        cell=Cell(package="shop-sync", target="wasm32-wasip2", features=("[red]", "wasi")),
        triple="wasm32-wasip2",
        verdict=Verdict.FAIL,
        stages=(
            StageResult(stage=Stage.ISOLATION, verdict=Verdict.PASS, seconds=0.2),
            StageResult(
                stage=Stage.CHECK,
                verdict=Verdict.FAIL,
                seconds=3.1,
                command=cargo("check", "shop-sync", "wasm32-wasip2", "'[red],wasi'"),
                diagnostics=f"{DIAGNOSTIC}\n{DIAGNOSTIC}\n\x1b[31merror\x1b[0m: aborting [/] due to 2 previous errors",
            ),
        ),
        findings=(
            Finding(
                rule=Rule.COMPILE_ERROR,
                subject="shop-sync",
                message="error[E0433]: failed to resolve: use of undeclared crate or module `tokio` at crates/shop-sync/src/lib.rs:7",
            ),
        ),
    )


def unjudged() -> CellResult:
    return CellResult(
        cell=Cell(package="shop-sync", target="thumbv7em-none-eabihf"),
        triple="thumbv7em-none-eabihf",
        verdict=Verdict.ERROR,
        stages=(
            StageResult(
                stage=Stage.CHECK,
                verdict=Verdict.ERROR,
                seconds=0.1,
                command=cargo("check", "shop-sync", "thumbv7em-none-eabihf", "-"),
                reason="the standard library is missing; run: buildkit toolchain ensure thumbv7em-none-eabihf",
            ),
        ),
        findings=(
            Finding(
                rule=Rule.TOOLCHAIN,
                subject="shop-sync/thumbv7em-none-eabihf/-",
                message="the standard library is missing; run: buildkit toolchain ensure thumbv7em-none-eabihf",
            ),
        ),
    )


def skipped() -> CellResult:
    return CellResult(
        cell=Cell(package="shop-web", target="wasm32-unknown-unknown", features=("wasm-js",)),
        triple="wasm32-unknown-unknown",
        verdict=Verdict.SKIPPED,
        stages=(StageResult(stage=Stage.RUN, verdict=Verdict.SKIPPED, reason="no browser runner yet"),),
    )


def failing_as_expected() -> CellResult:
    return CellResult(
        cell=Cell(package="shop-store", target="wasm32-unknown-unknown", features=("default",)),
        triple="wasm32-unknown-unknown",
        verdict=Verdict.EXPECTED_FAIL,
        stages=(StageResult(stage=Stage.ISOLATION, verdict=Verdict.FAIL, seconds=0.1),),
        findings=(leak(),),
        expectation="the store [/] keeps its files in a temporary folder",
    )


def passing_unexpectedly() -> CellResult:
    return CellResult(
        cell=Cell(package="shop-store", target="wasm32-wasip2"),
        triple="wasm32-wasip2",
        verdict=Verdict.UNEXPECTED_PASS,
        stages=(StageResult(stage=Stage.CHECK, verdict=Verdict.PASS, cached=True, command="cargo check"),),
        expectation="the store needs a clock",
    )


def built_but(left: StageResult, verdict: Verdict, cell: Cell) -> CellResult:
    built = StageResult(stage=Stage.BUILD, verdict=Verdict.PASS, seconds=2.0)
    return CellResult(cell=cell, triple=cell.target, verdict=verdict, stages=(built, left))


def with_nothing_to_inspect() -> CellResult:
    left = StageResult(stage=Stage.ARTIFACT, verdict=Verdict.SKIPPED, reason="a Rust library: there is no artifact to inspect")
    return built_but(left, Verdict.PASS, Cell(package="shop-store", target="native"))


def never_run() -> CellResult:
    left = StageResult(stage=Stage.RUN, verdict=Verdict.SKIPPED, reason="nothing here runs this target")
    return built_but(left, Verdict.SKIPPED, Cell(package="shop-web", target="thumbv7em-none-eabihf"))


def cell_results() -> tuple[CellResult, ...]:
    as_expected_or_not = (failing_as_expected(), passing_unexpectedly())
    return (passing(), leaking(), not_compiling(), unjudged(), skipped(), *as_expected_or_not, with_nothing_to_inspect(), never_run())


def run_report() -> RunReport:
    return RunReport(
        tool={"name": "buildkit", "version": "0.1.0"},
        workspace=WORKSPACE,
        toolchain={"rustc": "1.95.0 (abcdef012)", "cargo": "1.95.0"},
        cells=cell_results(),
        proofs=(
            Proof(package="shop-core", target="native", selections=64, verdict=Verdict.PASS),
            Proof(package="shop-core", target="wasm32-wasip2", selections=1024, verdict=Verdict.FAIL, findings=(leak(),)),
            Proof(package="shop-web", target="wasm32-unknown-unknown", selections=1, verdict=Verdict.PASS),
        ),
        summary=Summary(**VERDICTS, **EFFORT, seconds=72.4),
        samples=("shop-core on native: 4 of 512 builds are compiled, a covering array",),
        pruned=(
            Pruned(id="shop-core/native/[red],tls", reason=PruneReason.SAME_CLOSURE, because="same closure as shop-core/native/default"),
            Pruned(id="shop-core/native/*", reason=PruneReason.COVERED, because="every two features are covered by the cells", count=508),
        ),
    )


def provisioning() -> tuple[Event, ...]:
    return (
        Notice(message="std for thumbv7em-none-eabihf will be built from source", detail="source: rust-src\n42 MB on disk"),
        TaskStarted(task="std", title="build core and alloc for thumbv7em-none-eabihf", total=4, unit="crates"),
        TaskStarted(task="libc", title="download [wasi-libc]", unit="bytes"),
        TaskAdvanced(task="std", completed=1, detail="core"),
        TaskAdvanced(task="libc", completed=200_000, total=2_000_000),
        TaskAdvanced(task="libc", completed=1_200_000),
        TaskAdvanced(task="std", completed=4, detail="alloc"),
        TaskFinished(task="std", seconds=14.2),
        TaskFinished(task="libc", seconds=2.0, error="the connection was closed"),
    )


def run_events(report: RunReport) -> tuple[Event, ...]:
    started = RunStarted(
        workspace=report.workspace,
        cells=tuple(result.cell for result in report.cells),
        stages=(Stage.ISOLATION, Stage.CHECK, Stage.BUILD),
        assumptions=("there is no buildkit.toml: shop-web is checked with its feature wasm-js on wasm32-unknown-unknown",),
    )
    events: list[Event] = [started]
    for result in report.cells:
        for stage in result.stages:
            if stage.verdict is not Verdict.SKIPPED:
                events.append(StageStarted(cell=result.cell, stage=stage.stage))
                if stage.stage is Stage.RUN:
                    events.append(ProgramOutput(cell=result.cell, line="total: [bold]3[/bold]"))
                    events.append(ProgramOutput(cell=result.cell, line="\x1b[2Jcleared"))
                events.append(StageFinished(cell=result.cell, result=stage))
        events.append(CellFinished(result=result))
    return (*events, RunFinished(report=report, rerun="buildkit check --failed"))


@pytest.fixture
def report() -> RunReport:
    return run_report()


@pytest.fixture
def story(report: RunReport) -> tuple[Event, ...]:
    return (*provisioning(), *run_events(report))

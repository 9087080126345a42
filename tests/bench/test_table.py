from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from bench.measure import Peaks, Sample
from bench.results import ContenderResult, Counted, IsolationResult, LimitResult, Phase, Result, WorkloadResult
from bench.table import render

MODELLED = {2: 60.0, 4: 40.0, 8: 30.0}


def contender(name: str, seconds: float, *, calls: int, own: int = 0) -> ContenderResult:
    return ContenderResult(
        name=name,
        counted={
            Phase.COLD: Counted(cargo_calls=calls, rustc=168 + own, rustc_of_own=own),
            Phase.UNCHANGED: Counted(cargo_calls=0, rustc=0, rustc_of_own=0),
        },
        peaks=Peaks(memory=900_000_000, disk=580_000_000 if own == 0 else 200_000_000, left=190_000_000),
        samples={
            Phase.COLD: tuple(Sample(seconds=seconds * factor, cpu_seconds=120) for factor in (1.2, 1, 0.9)),
            Phase.UNCHANGED: (Sample(seconds=seconds / 20, cpu_seconds=3),),
        },
        recorded_seconds=seconds,
        modelled=MODELLED,
    )


WORKLOAD = WorkloadResult(
    name="each-feature",
    summary="each feature alone",
    triple="x86_64-unknown-linux-gnu",
    cells=66,
    failing=("flow-dsl/schema",),
    disagreements=(),
    contenders=(contender("cargo-hack", 96.0, calls=69), contender("buildkit", 58.0, calls=7, own=66)),
    limit=LimitResult(rustc=168, samples=tuple(Sample(seconds=50 * factor, cpu_seconds=100) for factor in (1.1, 1, 1)), modelled=MODELLED),
)
JUDGED = replace(
    WORKLOAD, name="broken", contenders=(), limit=None, disagreements=("cold: app/-: fail says buildkit, pass says cargo-hack",)
)
ISOLATION = IsolationResult(
    members=51,
    packages=750,
    targets=("native", "wasm32-wasip2"),
    cells=102,
    proofs=102,
    selections=1224,
    failing=0,
    cold=(Sample(seconds=2.5, cpu_seconds=2),),
    warm=(Sample(seconds=0.5, cpu_seconds=0.4),),
    peaks=Peaks(memory=150_000_000, disk=0, left=0),
)
RESULT = Result(versions={"buildkit": "0.1.0", "cargo-hack": "0.6.46"}, cpus=2, rounds=3, workloads=(WORKLOAD, JUDGED), isolation=ISOLATION)


def test_the_tables_give_medians_ratios_models_and_verdicts(golden: Callable[[str, str], None]) -> None:
    golden("bench/table.md", render(RESULT, "python -m bench"))


def test_a_tool_that_was_not_measured_has_no_figures() -> None:
    workload = replace(WORKLOAD, contenders=(replace(WORKLOAD.contenders[0], samples={}), WORKLOAD.contenders[1]), limit=None)
    row = next(line for line in render(replace(RESULT, workloads=(workload,)), "x").splitlines() if line.startswith("| cargo-hack"))
    assert row == "| cargo-hack | - | - | - | - | - | - | - | 69, then 0 | 168 | 580 | 190 | 900 |"

from __future__ import annotations

from dataclasses import replace

from buildkit.model import Cell, Finding, Proof, Rule, RunReport, Stage, StageResult, Verdict
from buildkit.reports.account import Blocks, artifacts, diagnostics, tallies, totals


def test_only_what_failed_has_a_block(report: RunReport) -> None:
    assert [block.id for block in Blocks().of_report(report)] == [
        "shop-core/wasm32-wasip2/wasi",
        "shop-sync/wasm32-wasip2/[red],wasi",
        "shop-sync/thumbv7em-none-eabihf/-",
        "shop-store/wasm32-wasip2/-",
    ]


def test_a_finding_that_another_block_shows_is_referred_to(report: RunReport) -> None:
    leaking = report.cells[1]
    twin = replace(leaking, cell=Cell(package="shop-core", target="wasm32-wasip2", features=("extra", "wasi")))
    first, second = Blocks().of_cells((leaking, twin))
    assert first.findings[0].seen_in is None
    assert second.findings[0].seen_in == first.id


def test_a_proof_that_fails_beyond_the_cells_has_a_block(report: RunReport) -> None:
    other = Finding(rule=Rule.DENIED_CRATE, subject="openssl-sys", message="openssl-sys is denied")
    proof = Proof(package="shop-web", target="native", selections=2, verdict=Verdict.FAIL, findings=(other,))
    *_, last = Blocks().of_report(replace(report, proofs=(*report.proofs, proof)))
    assert last.id == "proof of shop-web on native"


def test_a_reason_that_a_finding_tells_is_not_repeated(report: RunReport) -> None:
    (block,) = Blocks().of_cells(report.cells[3:4])
    assert block.reasons == ()


def test_a_failure_is_blamed_on_the_stage_that_failed(report: RunReport) -> None:
    (block,) = Blocks().of_cells(report.cells[2:3])
    assert len(block.commands) == 1
    assert "cargo check" in block.commands[0]


def test_diagnostics_of_rustc_are_told_once_and_output_of_programs_whole() -> None:
    check = StageResult(stage=Stage.CHECK, verdict=Verdict.FAIL, diagnostics="error: a\n --> x\nerror: b\nerror: a\n --> x")
    build = StageResult(stage=Stage.BUILD, verdict=Verdict.FAIL, diagnostics="error: b")
    run = StageResult(stage=Stage.RUN, verdict=Verdict.FAIL, diagnostics="error: b\nerror: b")
    assert diagnostics((check, build)) == ("error: a\n --> x", "error: b")
    assert diagnostics((run,)) == ("error: b\nerror: b",)


def test_tallies_agree_with_the_summary(report: RunReport) -> None:
    rows = tallies(report)
    assert sum(row.passed for row in rows) == report.summary.passed
    assert sum(row.failed for row in rows) == report.summary.failed
    assert sum(row.errors for row in rows) == report.summary.errors
    assert sum(row.skipped for row in rows) == report.summary.skipped


def test_shared_artifacts_are_listed_once(report: RunReport) -> None:
    twice = replace(report, cells=(report.cells[0], report.cells[0]))
    assert len(artifacts(twice)) == 2


def test_totals_tell_what_failed_as_expected_and_what_was_proved(report: RunReport) -> None:
    assert totals(report) == "9 cells in 1m 12s: 3 passed (1 failed as expected), 3 failed, 1 error, 2 skipped; 2 of 3 proofs hold"

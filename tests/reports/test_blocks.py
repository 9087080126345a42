"""The failing part of a report: one block for each defect."""

from __future__ import annotations

from dataclasses import replace

from buildkit.model import Cell, Finding, Proof, Rule, RunReport, Stage, StageResult, Verdict
from buildkit.reports.blocks import Blocks, diagnostics


def test_only_what_failed_has_a_block(report: RunReport) -> None:
    assert [block.id for block in Blocks().of_report(report)] == [
        "shop-core/wasm32-wasip2/wasi",
        "shop-sync/wasm32-wasip2/[red],wasi",
        "shop-sync/thumbv7em-none-eabihf/-",
        "shop-store/wasm32-wasip2/-",
    ]


def test_one_defect_has_one_block_with_all_cells_that_it_breaks(report: RunReport) -> None:
    leaking = report.cells[1]
    twin = replace(leaking, cell=Cell(package="shop-core", target="wasm32-wasip2", features=("extra", "wasi")))
    (block,) = Blocks().of_cells((leaking, twin))
    assert (block.id, block.others) == (leaking.cell.id, (twin.cell.id,))


def test_a_cell_with_a_further_defect_has_a_block_that_refers_to_what_is_told(report: RunReport) -> None:
    leaking = report.cells[1]
    more = Finding(rule=Rule.DENIED_CRATE, subject="openssl-sys", message="openssl-sys is denied")
    cell = Cell(package="shop-core", target="wasm32-wasip2", features=("extra", "wasi"))
    first, second = Blocks().of_cells((leaking, replace(leaking, cell=cell, findings=(*leaking.findings, more))))
    assert first.findings[0].seen_in is None
    assert [shown.seen_in for shown in second.findings] == [first.id, None]


def test_errors_of_cells_without_a_word_stay_apart(report: RunReport) -> None:
    silent = replace(report.cells[1], findings=(), stages=(StageResult(stage=Stage.CHECK, verdict=Verdict.FAIL),))
    assert len(Blocks().of_cells((silent, replace(silent, cell=Cell(package="shop-core", target="native"))))) == 2


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

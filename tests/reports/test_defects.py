"""What is to be mended after a run."""

from __future__ import annotations

from pathlib import Path

from buildkit.model import RunReport
from buildkit.reports.defects import defects, from_checkout


def test_the_same_finding_of_a_cell_and_a_proof_is_told_once(report: RunReport) -> None:
    leaks = [defect for defect in defects(report) if "tempfile is denied" in defect.message]
    assert [(defect.title, defect.file, defect.line) for defect in leaks] == [
        ("denied-crate in shop-core/wasm32-wasip2/wasi", "crates/shop-store/Cargo.toml", 9)
    ]


def test_a_compile_error_points_at_the_line_that_rustc_names(report: RunReport) -> None:
    (error,) = [defect for defect in defects(report) if "E0433" in defect.message]
    assert (error.file, error.line) == ("crates/shop-sync/src/lib.rs", 7)


def test_what_failed_as_expected_is_not_annotated(report: RunReport) -> None:
    assert not any("shop-store/wasm32-unknown-unknown" in defect.title for defect in defects(report))


def test_files_are_named_from_the_checkout_where_they_lie_in_it() -> None:
    shop, root = Path("/checkout/fixtures/shop"), Path("/checkout")
    assert from_checkout("Cargo.toml", shop, None) == "Cargo.toml"
    assert from_checkout("Cargo.toml", shop, root) == "fixtures/shop/Cargo.toml"
    assert from_checkout("/registry/x/Cargo.toml", shop, root) == "/registry/x/Cargo.toml"

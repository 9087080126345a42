"""The SARIF report of a run."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildkit.model import Rule, RunReport
from buildkit.reports.rules import DESCRIPTIONS, UNEXPECTED
from buildkit.reports.sarif import ROOT, sarif_text

Golden = Callable[[str, str], None]


def results(report: RunReport, checkout: Path | None = None) -> list[dict[str, Any]]:
    (run,) = json.loads(sarif_text(report, checkout))["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    return list(run["results"])


def test_it_reads_as_the_golden_file(report: RunReport, golden: Golden) -> None:
    golden("reports/report.sarif", sarif_text(report))


def test_every_result_has_a_place(report: RunReport) -> None:
    places = [result["locations"][0]["physicalLocation"] for result in results(report)]
    assert all(place["region"]["startLine"] >= 1 for place in places)
    assert {place["artifactLocation"]["uriBaseId"] for place in places} == {ROOT}
    assert [place["artifactLocation"]["uri"] for place in places].count("Cargo.toml") == 2


def test_a_leak_is_followed_through_the_manifests(report: RunReport) -> None:
    (leak,) = [result for result in results(report) if result["ruleId"] == "denied-crate"]
    (flow,) = leak["codeFlows"]
    steps = [place["location"] for place in flow["threadFlows"][0]["locations"]]
    assert [step["physicalLocation"]["region"]["startLine"] for step in steps] == [14, 14, 9]
    assert steps[0]["message"]["text"] == "shop-core/wasi to shop-store: dependency 'shop-store'"


@pytest.mark.parametrize("moved", [0, 5])
def test_a_fingerprint_stays_where_lines_move(report: RunReport, moved: int) -> None:
    def shifted(line: int | None) -> int | None:
        return None if line is None else line + moved

    cells = tuple(
        dataclasses.replace(
            cell,
            findings=tuple(
                dataclasses.replace(finding, path=tuple(dataclasses.replace(step, line=shifted(step.line)) for step in finding.path))
                for finding in cell.findings
            ),
        )
        for cell in report.cells
    )
    before, after = (
        [result["partialFingerprints"] for result in results(each)]
        for each in (dataclasses.replace(report, proofs=()), dataclasses.replace(report, cells=cells, proofs=()))
    )
    assert before == after
    assert len({*map(str, before)}) == len(before)


def test_places_are_named_from_the_checkout(report: RunReport) -> None:
    leak, *_ = results(report, report.workspace.parent)
    assert leak["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "shop/crates/shop-store/Cargo.toml"


def test_a_run_without_defects_has_no_results(report: RunReport) -> None:
    assert results(dataclasses.replace(report, cells=(), proofs=())) == []


@pytest.mark.parametrize("workspace", ["C:/shop", "shop"])
def test_a_root_that_is_no_absolute_path_here_is_left_out(report: RunReport, workspace: str) -> None:
    elsewhere = dataclasses.replace(report, workspace=Path(workspace))
    (run,) = json.loads(sarif_text(elsewhere))["runs"]
    assert "originalUriBaseIds" not in run
    assert [result["locations"] for result in run["results"]] == [result["locations"] for result in results(report)]


def test_every_rule_is_described() -> None:
    assert set(DESCRIPTIONS) == {*Rule, UNEXPECTED}
    assert all(text.endswith(".") for said in DESCRIPTIONS.values() for text in said)

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from buildkit.model import RunReport
from buildkit.reports.document import SCHEMA_FILE, describe_schema, encode_run, encode_schema

ROOT = Path(__file__).parents[2]

CELL_KEYS = ["id", "package", "target", "triple", "features", "verdict", "stages", "findings"]
STAGE_KEYS = ["name", "verdict", "cached", "seconds", "command"]
SUMMARY_KEYS = ["cells", "passed", "failed", "errors", "skipped", "requested", "distinct", "compiled", "cached", "cargo_calls", "seconds"]


@pytest.fixture
def document(report: RunReport) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(encode_run(report))
    return decoded


def refusals(document: Mapping[str, Any]) -> list[str]:
    schema = describe_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(document)]


def test_keys_and_their_order_are_those_of_the_contract(document: dict[str, Any]) -> None:
    assert list(document) == ["version", "tool", "workspace", "toolchain", "cells", "proofs", "summary", "samples", "pruned"]
    assert list(document["pruned"][0]) == ["id", "reason", "because", "count"]
    assert list(document["cells"][1]) == CELL_KEYS
    assert list(document["cells"][1]["stages"][0]) == STAGE_KEYS
    assert list(document["cells"][1]["findings"][0]) == ["rule", "subject", "message", "minimal_features", "path", "fix"]
    assert list(document["cells"][1]["findings"][0]["path"][0]) == ["from", "to", "because", "file", "line"]
    assert list(document["proofs"][0]) == ["package", "target", "selections", "verdict", "findings"]
    assert list(document["summary"]) == SUMMARY_KEYS


def test_values_are_those_of_the_report(document: dict[str, Any]) -> None:
    failing = document["cells"][1]
    assert document["version"] == 1
    assert failing["id"] == "shop-core/wasm32-wasip2/wasi"
    assert failing["verdict"] == "fail"
    assert failing["findings"][0]["minimal_features"] == ["wasi"]
    assert failing["findings"][0]["path"][-1]["line"] == 9
    assert document["cells"][5]["verdict"] == "expected-fail"
    assert document["cells"][5]["expectation"] == "the store [/] keeps its files in a temporary folder"
    assert document["cells"][8]["stages"][1]["reason"] == "nothing here runs this target"
    assert (document["cells"][0]["artifacts"][0]["static"], document["cells"][0]["artifacts"][0]["machine"]) == (True, "X86_64")
    assert document["summary"]["seconds"] == 72.4


def test_what_is_empty_is_left_out(document: dict[str, Any], report: RunReport) -> None:
    assert {"samples", "pruned"}.isdisjoint(json.loads(encode_run(replace(report, samples=(), pruned=()))))
    assert list(document["cells"][0]) == [*CELL_KEYS, "artifacts"]
    assert list(document["cells"][0]["artifacts"][1]) == ["path", "kind", "size", "gzip_size", "sha256", "imports", "exports"]
    assert list(document["cells"][0]["artifacts"][0])[-2:] == ["static", "machine"]
    assert list(document["cells"][5]) == [*CELL_KEYS, "expectation"]
    assert list(document["cells"][1]["stages"][1]) == [*STAGE_KEYS, "reason"]
    assert list(document["cells"][2]["stages"][1]) == [*STAGE_KEYS, "diagnostics"]


def test_artifacts_are_named_from_the_workspace(document: dict[str, Any]) -> None:
    assert [artifact["path"] for artifact in document["cells"][0]["artifacts"]] == [
        "target/x86_64-unknown-linux-gnu/release/shop",
        "/var/cache/shop.wasm",
    ]


def test_a_program_that_needs_a_loader_is_told_from_one_that_is_not_known(report: RunReport) -> None:
    first, *others = report.cells
    dynamic = replace(first, artifacts=tuple(replace(artifact, static=False) for artifact in first.artifacts))
    document = json.loads(encode_run(replace(report, cells=(dynamic, *others))))
    assert [artifact["static"] for artifact in document["cells"][0]["artifacts"]] == [False, False]
    assert refusals(document) == []


def test_the_document_keeps_its_schema(document: dict[str, Any]) -> None:
    assert refusals(document) == []


@pytest.mark.parametrize(
    "broken",
    [{"version": 2}, {"more": 1}, {"summary": {}}, {"cells": [{"id": "a/b/-"}]}, {"workspace": None}, {"tool": {"name": "buildkit"}}],
    ids=["version", "unknown key", "missing keys", "incomplete cell", "wrong type", "incomplete tool"],
)
def test_the_schema_refuses_what_is_no_report(document: dict[str, Any], broken: dict[str, Any]) -> None:
    assert refusals({**document, **broken}) != []


def test_the_schema_knows_every_verdict_and_refuses_others(document: dict[str, Any]) -> None:
    document["cells"][0]["verdict"] = "passed"
    assert refusals(document) != []


def test_the_committed_schema_is_fresh(request: pytest.FixtureRequest) -> None:
    file = ROOT / SCHEMA_FILE
    if request.config.getoption("--update-golden", default=False):
        file.write_text(encode_schema(), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == encode_schema()


def test_a_path_that_is_no_text_can_still_be_reported(report: RunReport) -> None:
    odd = replace(report, workspace=Path("/shop/\udce9"))
    assert json.loads(encode_run(odd))["workspace"] == "/shop/?"

"""Scenarios as modules for JavaScript come to the same in Node and in Chromium as natively."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bindgen import bound, start_in_node
from chromium import rendered, site, write_page
from compiled_scenarios import native_target, shared_programs, written
from scenarios import SCENARIOS, finish, scenario
from worked_out import COMPLETED, FAILED

from bench.keeper import Keeper, kept
from bench.orders import Operator
from bench.scenario_programs import Errand, Programs

pytestmark = [pytest.mark.integration, pytest.mark.network]

WEB = "wasm32-unknown-unknown"
WITH_FILES, WITH_DELAYS = "order-intake", "delays"
TENANT = "acme"


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return shared_programs(tmp_path_factory)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    with kept(tmp_path_factory.mktemp("service")) as keeper:
        yield keeper


def read(kind: str, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SCENARIOS / kind / f"{name}.json").read_text(encoding="utf-8"))
    return document


def settings(service: str, instance: str) -> dict[str, str]:
    return {"RUNTARA_HTTP_URL": service, "RUNTARA_INSTANCE_ID": instance, "RUNTARA_TENANT_ID": TENANT}


@pytest.mark.parametrize("name", sorted({*COMPLETED, FAILED} - {WITH_FILES, WITH_DELAYS}))
def test_a_scenario_comes_to_the_same_in_node(name: str, programs: Programs, tmp_path: Path) -> None:
    script = bound(programs.compiled(SCENARIOS / f"{name}.json", WEB), tmp_path, "nodejs")
    told, wanted = start_in_node(script, read("inputs", name)).told(), read("expected", name)
    assert (told.outcome, told.step, told.error) == (wanted["outcome"], wanted.get("step"), wanted.get("error"))
    assert told.result == wanted.get("result")


def test_a_delay_is_refused_where_nobody_waits_and_waited_for_elsewhere(programs: Programs, tmp_path: Path) -> None:
    script = bound(programs.compiled(SCENARIOS / f"{WITH_DELAYS}.json", WEB), tmp_path, "nodejs")
    data = read("inputs", WITH_DELAYS)
    told = start_in_node(script, data).told()
    assert (told.outcome, told.step) == ("failed", "before")
    assert told.error == "step before: 50 ms of a delay are left, and run cannot wait; run_reported can"
    assert start_in_node(script, data, settings={}).told().result == read("expected", WITH_DELAYS)["result"]


@pytest.mark.parametrize("name", ["table", "unicode"])
def test_the_service_keeps_the_same_bytes_of_node_as_of_a_native_program(
    name: str, programs: Programs, service: Keeper, tmp_path: Path
) -> None:
    scenario, data = SCENARIOS / f"{name}.json", read("inputs", name)
    native = Errand(
        program=programs.compiled(scenario, native_target()),
        folder=tmp_path / "native",
        data=data,
        service=service.url,
        instance=f"{name}-n",
    )
    assert native.run().completed
    script = bound(programs.compiled(scenario, WEB), tmp_path, "nodejs")
    assert start_in_node(script, data, settings(service.url, f"{name}-web")).told().outcome == "completed"
    operator = Operator(url=service.url, tenant=TENANT)
    assert operator.result(f"{name}-web") == operator.result(f"{name}-n") is not None


def test_in_chromium_it_comes_to_the_same_alone_and_with_a_service_behind_the_page(
    programs: Programs, service: Keeper, tmp_path: Path
) -> None:
    script = bound(programs.compiled(SCENARIOS / "unicode.json", WEB), tmp_path / "page", "web")
    write_page(script, read("inputs", "unicode"), settings("", "chromium"))
    with site(script.parent, service.url) as url:
        found = rendered(f"{url}/index.html", tmp_path / "profile")
    wanted = read("expected", "unicode")["result"]
    assert found == {"alone": wanted, "reported": wanted}
    shown = Operator(url=service.url, tenant=TENANT).show("chromium")
    assert (shown["status"], shown["checkpoints"]) == ("completed", 3)


def test_a_number_that_javascript_cannot_hold_is_an_error(programs: Programs, tmp_path: Path) -> None:
    numbers = finish() | {"output": {"largest": {"immediate": 2**53 - 1}, "larger": {"immediate": 2**53}}}
    script = bound(programs.compiled(written(tmp_path / "numbers.json", scenario(numbers, input={})), WEB), tmp_path, "nodejs")
    told = start_in_node(script, {}).told()
    assert told.outcome == "failed"
    assert str(2**53) in str(told.error)

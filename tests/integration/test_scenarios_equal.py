"""The same scenario comes to the same on every target, byte for byte, and to what Python worked out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from compiled_scenarios import WASI, native_target, shared_programs
from scenarios import SCENARIOS
from worked_out import COMPLETED, FAILED

from bench.keeper import Keeper, kept
from bench.orders import Operator
from bench.scenario_programs import Ended, Errand, Programs

pytestmark = pytest.mark.integration

OVER_HOST_FUNCTIONS = ("one-action", "nested-splits", "delays", "order-intake", FAILED)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return shared_programs(tmp_path_factory)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with kept(tmp_path_factory.mktemp("service")) as keeper:
        yield keeper


def errand(program: Path, folder: Path, name: str, service: str | None = None) -> Errand:
    data = json.loads((SCENARIOS / "inputs" / f"{name}.json").read_text(encoding="utf-8"))
    return Errand(program=program, folder=folder / program.name, data=data, service=service, instance=program.name)


def expected(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SCENARIOS / "expected" / f"{name}.json").read_text(encoding="utf-8"))
    return document


def assert_expected(name: str, ended: Ended) -> None:
    wanted = expected(name)
    told = {key: ended.document[key] for key in wanted if key != "result"}
    assert told == {key: value for key, value in wanted.items() if key != "result"}, ended.stderr
    assert ended.code == (0 if wanted["outcome"] == "completed" else 1)
    if wanted["outcome"] == "completed":
        assert ended.result is not None
        assert json.loads(ended.result) == wanted["result"]
    else:
        assert ended.result is None


@pytest.mark.parametrize("name", sorted({*COMPLETED, FAILED}))
def test_a_scenario_comes_to_the_same_on_both_targets(name: str, programs: Programs, tmp_path: Path) -> None:
    scenario = SCENARIOS / f"{name}.json"
    ends = [errand(programs.compiled(scenario, target), tmp_path, name).run() for target in (native_target(), WASI)]
    for ended in ends:
        assert_expected(name, ended)
    assert ends[0].result == ends[1].result


@pytest.mark.parametrize("target", [native_target(), WASI])
@pytest.mark.parametrize("name", ["order-intake", FAILED])
def test_with_a_service_it_comes_to_the_same_as_without(
    name: str, target: str, programs: Programs, service: Keeper, tmp_path: Path
) -> None:
    program = programs.compiled(SCENARIOS / f"{name}.json", target)
    assert_served(name, errand(program, tmp_path, name, service.url).run(), service, program.name)


@pytest.mark.parametrize("name", OVER_HOST_FUNCTIONS)
def test_over_host_functions_it_comes_to_the_same_as_over_http(name: str, programs: Programs, service: Keeper, tmp_path: Path) -> None:
    scenario = SCENARIOS / f"{name}.json"
    over_http = errand(programs.compiled(scenario, WASI), tmp_path, name).run()
    program = programs.compiled(scenario, WASI, "host")
    ended = errand(program, tmp_path, name, service.url).run()
    assert_served(name, ended, service, program.name)
    assert ended.result == over_http.result


def assert_served(name: str, ended: Ended, service: Keeper, instance: str) -> None:
    """What the service keeps is what the run told."""
    assert_expected(name, ended)
    operator, wanted = Operator(url=service.url), expected(name)
    shown = operator.show(instance)
    assert shown["status"] == wanted["outcome"]
    kept_result = operator.result(instance)
    assert (kept_result is None) is (ended.result is None)
    assert kept_result is None or json.loads(kept_result) == wanted["result"]
    if wanted["outcome"] == "failed":
        assert (shown["error"], shown["error_code"]) == (wanted["error"], wanted["step"])

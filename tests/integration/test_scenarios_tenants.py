"""Two tenants run the same scenario as an instance of the same name, at once, and neither exists for the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from compiled_scenarios import WASI, native_target, shared_programs
from signalled import read

from bench.effects import SCENARIO, Effects
from bench.keeper import kept
from bench.orders import Operator, RefusedError
from bench.promises import by_instance, effects
from bench.scenario_programs import Ended, Errand
from bench.witness import Request, Witness, witnessing

pytestmark = pytest.mark.integration

INSTANCE = "order"
TOKENS = {"acme": "a-token-of-acme-alone", "other": "a-token-of-the-other-one"}
AMOUNTS = {"acme": 3, "other": 12}


@pytest.fixture(params=[native_target(), WASI])
def program(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shared_programs(tmp_path_factory).compiled(SCENARIO, request.param)


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text("".join(f"{tenant} = {json.dumps(token)}\n" for tenant, token in TOKENS.items()), encoding="utf-8")
    with kept(tmp_path / "service", arguments=("--tokens", str(tokens))) as service, witnessing(service.url) as witness:
        yield witness


def operator(witness: Witness, tenant: str, token: str | None = None) -> Operator:
    return Operator(url=witness.service, tenant=tenant, token=token or TOKENS[tenant])


def prepared(program: Path, witness: Witness, folder: Path) -> dict[str, tuple[Effects, Errand]]:
    found = {}
    for tenant, amount in AMOUNTS.items():
        works = Effects(folder=folder / tenant, amount=amount)
        errand = works.errand(program, witness, instance=INSTANCE, tenant=tenant)
        found[tenant] = (works, replace(errand, environment={"RUNTARA_TOKEN": TOKENS[tenant]}))
    return found


def run_at_once(prepared: dict[str, tuple[Effects, Errand]]) -> dict[str, Ended]:
    started = {tenant: errand.start() for tenant, (_, errand) in prepared.items()}
    return {tenant: running.ended() for tenant, running in started.items()}


def refused(ask: Operator) -> int:
    with pytest.raises(RefusedError) as error:
        ask.show(INSTANCE)
    return error.value.status


def test_two_tenants_with_an_instance_of_one_name_cannot_see_each_other(program: Path, witness: Witness, tmp_path: Path) -> None:
    both = prepared(program, witness, tmp_path)
    for tenant, ended in run_at_once(both).items():
        works, _ = both[tenant]
        assert (ended.outcome, ended.code) == ("completed", 0), ended.stderr
        assert read(ended.result) == works.result
        assert read(operator(witness, tenant).result(INSTANCE)) == works.result
        assert works.wrong_files() == []
        applied = effects(by_instance(witness.exchanges, (tenant, INSTANCE)))
        assert applied == {((tenant, INSTANCE), step): 1 for step in works.steps}
        assert operator(witness, tenant).listed() == [INSTANCE]
    assert refused(operator(witness, "acme", TOKENS["other"])) == 401


def test_what_one_tenant_is_told_the_other_does_not_hear(program: Path, witness: Witness, tmp_path: Path) -> None:
    both = prepared(program, witness, tmp_path)

    def pause_acme(asked: Request) -> None:
        if asked.verb == "checkpoint" and (asked.tenant, asked.step) == ("acme", "joined"):
            operator(witness, "acme").order(INSTANCE, "pause")

    witness.before = pause_acme
    ended = run_at_once(both)
    assert {tenant: each.outcome for tenant, each in ended.items()} == {"acme": "paused", "other": "completed"}
    assert operator(witness, "acme").status(INSTANCE) == "suspended"
    assert operator(witness, "other").status(INSTANCE) == "completed"


def test_an_instance_of_one_tenant_does_not_exist_for_the_other(program: Path, witness: Witness, tmp_path: Path) -> None:
    _, errand = prepared(program, witness, tmp_path)["acme"]
    assert errand.run().outcome == "completed"
    assert refused(operator(witness, "other")) == 404
    assert operator(witness, "other").listed() == []

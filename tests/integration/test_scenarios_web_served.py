"""What checkpoints promise holds for scenarios in Node as well: over fetch, killed at any request, paused, cancelled, and with a service that is away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from bindgen import InNode, Told, bound, start_in_node
from compiled_scenarios import shared_programs, written
from scenarios import Tree, action, finish, scenario, split

from bench.keeper import Keeper, kept
from bench.orders import Operator
from bench.promises import STORING, acknowledged, by_instance, done, forgotten, is_acknowledgement, state_of
from bench.witness import Exchange, GoneError, Request, Witness, witnessing

pytestmark = [pytest.mark.integration, pytest.mark.network]

WEB = "wasm32-unknown-unknown"
TENANT = "acme"
STEPS = ("first", "left", "right", "last")
REQUESTS = (("register", ""), *(("checkpoint", step) for step in STEPS), ("durable-sleep", "nap"), ("completed", ""))
HOUR = 3_600_000
TOKEN = "of-16-or-more-characters"


def drawn(milliseconds: int) -> Tree:
    """Return a scenario whose steps give something else each time that they run."""
    steps = [
        action(name, following, agent="crypto", capability="random-bytes", input={"count": {"immediate": 16}}) for name, following in ROWS
    ]
    nap = {"id": "nap", "type": "delay", "milliseconds": milliseconds, "next": "both"}
    return scenario(steps[0], nap, split("both", "last", "left", "right"), *steps[1:], finish(**{name: f"steps.{name}" for name in STEPS}))


ROWS = (("first", "nap"), ("left", "last"), ("right", "last"), ("last", "end"))


class Site:
    """A service with somebody before it, and what a scenario is there."""

    def __init__(self, script: Path, witness: Witness) -> None:
        self.script = script
        self.witness = witness
        self.operator = Operator(url=witness.service, tenant=TENANT)

    def start(self, instance: str, **more: str) -> InNode:
        settings = {"RUNTARA_HTTP_URL": self.witness.url, "RUNTARA_INSTANCE_ID": instance, "RUNTARA_TENANT_ID": TENANT, **more}
        return start_in_node(self.script, {"text": "a"}, settings)

    def seen(self, instance: str) -> list[Exchange]:
        return list(by_instance(self.witness.exchanges, (TENANT, instance)))

    def killed(self, instance: str, moment: tuple[str, str], *, answered: bool) -> Told:
        """Run, and kill -9 when a request comes, or when the service has done what it asks."""
        started: list[InNode] = []

        def kill(request: Request) -> None:
            if (request.verb, request.step) == moment and started:
                started.pop().kill()
                raise GoneError

        self.witness.before, self.witness.after = (None, kill) if answered else (kill, None)
        run = self.start(instance)
        started.append(run)
        told = run.told()
        self.witness.before = self.witness.after = None
        return told

    def ordered(self, instance: str, order: str, step: str) -> Told:
        """Run, and give an order when the checkpoint of a step is asked for."""
        given: list[str] = []

        def give(request: Request) -> None:
            if request.verb in STORING and request.step == step and not given:
                given.append(step)
                self.operator.order(instance, order)

        self.witness.before = give
        told = self.start(instance).told()
        self.witness.before = None
        assert given
        return told

    def assert_kept(self, instance: str, told: Told) -> None:
        """Hold that a run has completed with what was acknowledged, and did nothing of it again."""
        assert told.outcome == "completed", told
        assert set(told.result) == set(STEPS)
        assert json.loads(self.operator.result(instance) or b"") == told.result
        seen = self.seen(instance)
        for each in acknowledged(seen):
            held = {step: value for step, value in state_of(each.state)["done"].items() if step in STEPS}
            assert held == {step: told.result[step] for step in held}, each.step
        assert forgotten(seen) == []
        assert _asked_again(seen) == []


def _asked_again(exchanges: list[Exchange]) -> list[str]:
    """Return the steps of which a later run asked for a checkpoint although one had been acknowledged; a delay asks until it is over."""
    settled: set[str] = set()
    again: list[str] = []
    for exchange in exchanges:
        if exchange.request.verb == "checkpoint":
            again += [exchange.request.step] if exchange.request.step in settled else []
        if is_acknowledgement(exchange):
            settled |= done(exchange)
    return again


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    programs, folder = shared_programs(tmp_path_factory), tmp_path_factory.mktemp("scripts")

    def script(milliseconds: int) -> Path:
        file = written(folder / f"drawn-{milliseconds}.json", drawn(milliseconds))
        return bound(programs.compiled(file, WEB), folder / str(milliseconds), "nodejs")

    return script


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    with kept(tmp_path_factory.mktemp("service")) as keeper:
        yield keeper


@pytest.fixture
def site(compiled: Callable[[int], Path], service: Keeper) -> Iterator[Site]:
    with witnessing(service.url) as witness:
        yield Site(compiled(20), witness)


def test_every_step_is_stored_once_and_the_end_is_told(site: Site) -> None:
    site.assert_kept("whole", site.start("whole").told())
    stored = [exchange.request.step for exchange in site.seen("whole") if exchange.request.verb in STORING]
    assert stored == ["first", "nap", "left", "right", "last"]
    again = site.start("whole").told()
    assert json.loads(site.operator.result("whole") or b"") == again.result, "an instance that is complete gives its result again"
    assert {exchange.request.verb for exchange in site.seen("whole")[-1:]} == {"register"}


@pytest.mark.parametrize("answered", [False, True], ids=["before", "after"])
def test_killed_at_any_request_it_goes_on_and_nothing_acknowledged_runs_again(site: Site, *, answered: bool) -> None:
    for moment in REQUESTS:
        instance = f"killed-{'-'.join(moment)}-{answered}"
        assert site.killed(instance, moment, answered=answered).outcome == "killed"
        site.assert_kept(instance, site.start(instance).told())


def test_a_pause_at_any_step_is_seen_there_and_a_later_run_does_the_rest(site: Site) -> None:
    for step in ("first", "nap", "left", "right", "last"):
        instance = f"paused-{step}"
        assert site.ordered(instance, "pause", step).outcome == "paused"
        assert site.operator.status(instance) in {"suspended", "sleeping", "ready"}
        assert site.start(instance).told().outcome == "paused", "a pause holds until it is resumed"
        site.operator.order(instance, "resume")
        site.assert_kept(instance, site.start(instance).told())


def test_a_cancellation_at_any_step_is_seen_there_and_nothing_runs_afterwards(site: Site) -> None:
    for step in ("first", "nap", "left", "last"):
        instance = f"cancelled-{step}"
        assert site.ordered(instance, "cancel", step).outcome == "cancelled"
        assert site.operator.status(instance) == "cancelled"
        assert site.start(instance).told().outcome == "cancelled"
        assert site.seen(instance)[-1].request.verb != "checkpoint"


@pytest.mark.parametrize("order", ["pause", "cancel"])
def test_a_signal_ends_a_delay(order: str, compiled: Callable[[int], Path], service: Keeper) -> None:
    with witnessing(service.url) as witness:
        site = Site(compiled(HOUR), witness)
        run = site.start(f"long-{order}")
        assert witness.wait(lambda exchange: exchange.request.verb == "signals")
        site.operator.order(f"long-{order}", order)
        assert run.told().outcome == f"{order}d".replace("canceld", "cancelled")
        assert site.operator.status(f"long-{order}") == {"pause": "sleeping", "cancel": "cancelled"}[order]


def test_a_service_that_comes_back_is_asked_again(compiled: Callable[[int], Path], tmp_path: Path) -> None:
    with kept(tmp_path) as service, witnessing(service.url) as witness:
        site = Site(compiled(20), witness)
        gone: list[Request] = []

        def kill(request: Request) -> None:
            if (request.verb, request.step) == ("checkpoint", "left") and not gone:
                gone.append(request)
                service.kill()
                raise GoneError
            if len(gone) == 1 and request.verb == "checkpoint":
                gone.append(request)
                service.start()

        witness.before = kill
        site.assert_kept("away", site.start("away").told())
        assert len(gone) == 2


def test_a_service_that_stays_away_fails_the_run_and_not_the_instance(site: Site) -> None:
    def end(request: Request) -> None:
        if request.step == "left":
            raise GoneError

    site.witness.before = end
    told = site.start("alone", RUNTARA_HTTP_ATTEMPTS="2").told()
    assert (told.outcome, told.step) == ("failed", "left")
    assert "the checkpoint service cannot be reached" in str(told.error)
    assert site.operator.status("alone") in {"running", "ready"}
    site.witness.before = None
    site.assert_kept("alone", site.start("alone").told())


def test_the_token_is_sent_and_a_wrong_one_refused(compiled: Callable[[int], Path], tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(f'{TENANT} = "{TOKEN}"\n', encoding="utf-8")
    with kept(tmp_path, arguments=("--tokens", str(tokens))) as service, witnessing(service.url) as witness:
        site = Site(compiled(20), witness)
        assert site.start("i", RUNTARA_TOKEN=TOKEN).told().outcome == "completed"
        told = site.start("i", RUNTARA_TOKEN=TOKEN[::-1]).told()
        assert told.outcome == "failed"
        assert "answered 401 to register" in str(told.error)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"RUNTARA_HTTP_URL": "core:80"}, "RUNTARA_INSTANCE_ID is not set", id="no instance"),
        pytest.param({"RUNTARA_HTTP_ATTEMPTS": "no"}, 'RUNTARA_HTTP_ATTEMPTS is "no"', id="no number"),
    ],
)
def test_settings_that_cannot_be_used_are_named(compiled: Callable[[int], Path], settings: dict[str, Any], message: str) -> None:
    told = start_in_node(compiled(20), {"text": "a"}, settings).told()
    assert told.outcome == "failed"
    assert message in str(told.error)

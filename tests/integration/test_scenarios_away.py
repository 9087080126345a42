"""A service that is not asked, is away, comes back, or refuses."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from compiled_scenarios import WASI, native_target, shared_programs, written
from scenarios import SCENARIOS, Tree, action, finish, scenario
from signalled import read

from bench.effects import SCENARIO, Effects
from bench.keeper import Keeper, kept
from bench.orders import Operator
from bench.promises import STORING, effects, repeated_after_acknowledgement
from bench.scenario_programs import Ended, Errand, Programs
from bench.witness import EFFECT, GoneError, Reply, Request, Witness, witnessing

pytestmark = pytest.mark.integration

AWAY_SECONDS = 3
ATTEMPTS = 3
FEW_ATTEMPTS = ("--env", f"RUNTARA_HTTP_ATTEMPTS={ATTEMPTS}")
BROKEN = Reply(status=500, document={"error": "the disk is full", "code": "internal-error", "details": {}})
UNAUTHORIZED = Reply(status=401, document={"error": "the tenant's bearer token is needed", "code": "unauthorized", "details": {}})


@pytest.fixture
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return shared_programs(tmp_path_factory)


@pytest.fixture(params=[native_target(), WASI])
def target(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def program(programs: Programs, target: str) -> Path:
    return programs.compiled(SCENARIO, target)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Keeper]:
    with kept(tmp_path / "service") as service:
        yield service


def assert_one_sentence(ended: Ended, *words: str) -> None:
    """Hold that a run failed, and that one sentence with these words says why: the program's, which `buildkit run` repeats."""
    assert (ended.outcome, ended.code, ended.result) == ("failed", 1, None), ended.stderr
    sentence = ended.document["error"]
    assert "\n" not in sentence
    assert [word for word in words if word not in sentence] == []
    told = [line for line in ended.stderr.splitlines() if line.startswith("error:") or " failed: " in line]
    assert told, ended.stderr
    assert all(sentence in line for line in told), ended.stderr
    assert "Traceback" not in ended.stderr
    assert "panicked" not in ended.stderr


def test_without_a_service_a_scenario_with_delays_runs_to_its_end(programs: Programs, target: str, tmp_path: Path) -> None:
    data = json.loads((SCENARIOS / "inputs" / "delays.json").read_text(encoding="utf-8"))
    program = programs.compiled(SCENARIOS / "delays.json", target)
    ended = Errand(program=program, folder=tmp_path / "run", data=data).run()
    assert (ended.outcome, ended.code) == ("completed", 0), ended.stderr
    assert read(ended.result) == {"text": "PATIENCE"}


def test_a_service_that_is_away_at_the_start_is_named_before_anything_runs(programs: Programs, target: str, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    program = programs.compiled(SCENARIOS / "one-action.json", target)
    ended = Errand(program=program, folder=tmp_path / "run", data={"text": "a"}, service=url).run()
    assert (ended.code, ended.outcome, ended.result) == (4, None, None)
    lines = ended.stderr.splitlines()
    assert len(lines) == 2, ended.stderr
    assert lines[0].startswith(f"error: {url}")
    assert lines[1].startswith(" hint: buildkit serve")


def test_a_service_that_goes_away_before_the_first_question_is_waited_for(program: Path, service: Keeper, tmp_path: Path) -> None:
    gone = threading.Event()

    def leave(asked: Request) -> None:
        if asked.verb == "register" and not gone.is_set():
            gone.set()
            service.kill()
            threading.Timer(AWAY_SECONDS, service.start).start()

    with witnessing(service.url) as witness:
        witness.before = leave
        works = Effects(folder=tmp_path / "run", amount=1)
        ended = works.errand(program, witness, instance="i").run()
        assert gone.is_set()
        assert (ended.outcome, ended.code) == ("completed", 0), ended.stderr
        assert read(ended.result) == works.result


def test_a_service_that_is_away_for_a_while_in_the_middle_is_waited_for(program: Path, service: Keeper, tmp_path: Path) -> None:
    gone = threading.Event()

    def leave(asked: Request) -> None:
        if asked.verb in STORING and asked.step == "joined" and not gone.is_set():
            gone.set()
            service.kill()
            threading.Timer(AWAY_SECONDS, service.start).start()

    with witnessing(service.url) as witness:
        witness.before = leave
        works = Effects(folder=tmp_path / "run", amount=1)
        ended = works.errand(program, witness, instance="i").run()
        assert gone.is_set()
        assert (ended.outcome, ended.code) == ("completed", 0), ended.stderr
        assert read(ended.result) == works.result
        assert effects(witness.exchanges) == {(("acme", "i"), step): 1 for step in works.steps}


def test_a_service_that_goes_away_for_good_is_told_of_in_one_sentence(
    programs: Programs, target: str, service: Keeper, tmp_path: Path
) -> None:
    def leave(asked: Request) -> None:
        if asked.verb in {"checkpoint", "failed", "suspended"}:
            raise GoneError

    program = programs.compiled(SCENARIOS / "one-action.json", target)
    with witnessing(service.url) as witness:
        witness.before = leave
        errand = Errand(program=program, folder=tmp_path / "run", data={"text": "a"}, service=witness.url, options=FEW_ATTEMPTS)
        assert_one_sentence(errand.run(), "checkpoint", "shout")
        assert Operator(url=service.url).status("i") == "running"


def test_a_wrong_token_is_told_in_one_sentence_before_anything_runs(programs: Programs, target: str, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text('acme = "a-token-of-acme-alone"\n', encoding="utf-8")
    program = programs.compiled(SCENARIOS / "one-action.json", target)
    with kept(tmp_path / "service", arguments=("--tokens", str(tokens))) as service, witnessing(service.url) as witness:
        errand = Errand(program=program, folder=tmp_path / "run", data={"text": "a"}, service=witness.url)
        ended = replace(errand, environment={"RUNTARA_TOKEN": "a-token-of-somebody"}).run()
        assert (ended.code, ended.outcome, ended.result) == (2, None, None)
        assert ended.stderr.startswith(f"error: {witness.url}: the tenant's bearer token is needed\n hint: ")
        assert "a-token-of-somebody" not in ended.stderr
        assert asked(witness, "register") == 0


def test_a_token_that_is_taken_back_is_told_in_one_sentence_and_not_tried_again(
    programs: Programs, target: str, service: Keeper, tmp_path: Path
) -> None:
    program = programs.compiled(SCENARIOS / "one-action.json", target)
    with witnessing(service.url) as witness:
        witness.before = lambda request: UNAUTHORIZED if request.verb in {"checkpoint", "failed"} else None
        errand = Errand(program=program, folder=tmp_path / "run", data={"text": "a"}, service=witness.url)
        ended = replace(errand, environment={"RUNTARA_TOKEN": "a-token-of-somebody"}).run()
        assert_one_sentence(ended, "401", "bearer token")
        assert "a-token-of-somebody" not in ended.stderr + json.dumps(dict(ended.document))
        assert asked(witness, "checkpoint") == 1


def test_a_state_that_is_too_large_is_told_in_one_sentence_and_not_tried_again(programs: Programs, target: str, tmp_path: Path) -> None:
    tree: Tree = scenario(action("grow", "end", input={"text": {"reference": "data.text"}}), finish(text="steps.grow"))
    program = programs.compiled(written(tmp_path / "grow.json", tree), target)
    with kept(tmp_path / "service", arguments=("--max-body", "4 KiB")) as service, witnessing(service.url) as witness:
        data: Any = {"text": "large " * 2000}
        ended = Errand(program=program, folder=tmp_path / "run", data=data, service=witness.url).run()
        assert_one_sentence(ended, "413", "grow")
        assert asked(witness, "checkpoint") == 1
        assert Operator(url=service.url).status("i") == "failed"


def test_a_service_that_is_broken_for_good_is_asked_again_and_then_told_of(
    programs: Programs, target: str, service: Keeper, tmp_path: Path
) -> None:
    program = programs.compiled(SCENARIOS / "one-action.json", target)
    with witnessing(service.url) as witness:
        witness.before = lambda request: BROKEN if request.verb == "checkpoint" else None
        errand = Errand(program=program, folder=tmp_path / "run", data={"text": "a"}, service=witness.url, options=FEW_ATTEMPTS)
        ended = errand.run()
        assert_one_sentence(ended, "500", "the disk is full")
        assert ended.document["step"] == "shout"
        assert asked(witness, "checkpoint") == ATTEMPTS
        witness.before = None
        again = errand.run()
        assert (again.outcome, again.code) == ("completed", 0), again.stderr
        assert repeated_after_acknowledgement(witness.exchanges) == []


def test_a_service_that_is_broken_for_a_moment_is_asked_again(program: Path, service: Keeper, tmp_path: Path) -> None:
    broken: set[tuple[str, str]] = set()

    def stumble(asked: Request) -> Reply | None:
        """Answer every first question of a kind with an error."""
        key = (asked.verb, asked.step)
        if asked.verb == EFFECT or key in broken:
            return None
        broken.add(key)
        return Reply(status=503, document={"error": "not now", "code": "unavailable", "details": {}})

    with witnessing(service.url) as witness:
        witness.before = stumble
        works = Effects(folder=tmp_path / "run", amount=12)
        ended = works.errand(program, witness, instance="i").run()
        assert (ended.outcome, ended.code) == ("completed", 0), ended.stderr
        assert read(ended.result) == works.result
        assert effects(witness.exchanges) == {(("acme", "i"), step): 1 for step in works.steps}
        assert {("register", ""), ("completed", "")} < broken


def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_runs_twice(program: Path, service: Keeper, tmp_path: Path) -> None:
    lost: set[tuple[str, str]] = set()

    def lose(asked: Request) -> None:
        """Lose every first answer of a kind, after the service has done what it was asked for."""
        key = (asked.verb, asked.step)
        if asked.verb != EFFECT and key not in lost:
            lost.add(key)
            raise GoneError

    with witnessing(service.url) as witness:
        witness.after = lose
        works = Effects(folder=tmp_path / "run", amount=12)
        ended = works.errand(program, witness, instance="i").run()
        assert (ended.outcome, ended.code) == ("completed", 0), ended.stderr
        assert read(ended.result) == works.result
        assert effects(witness.exchanges) == {(("acme", "i"), step): 1 for step in works.steps}
        assert lost > {("register", ""), ("completed", ""), *(("checkpoint", step) for step in works.steps)}


def asked(witness: Witness, verb: str) -> int:
    return sum(exchange.request.verb == verb for exchange in witness.exchanges)

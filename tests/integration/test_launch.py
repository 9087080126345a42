"""Compiled workflows in their runtimes, with the checkpoint service: every transport, every outcome, and nothing beyond what is declared."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from command_line import Buildkit
from launched import BUILDS, EXPECTED, HOSTED, HTTP, INPUT, document, launched_program
from wasmtime import wat2wasm

from bench.served import Served, Serving, serving
from buildkit.runners.service_client import ServiceAccess, ServiceClient

pytestmark = [pytest.mark.integration, pytest.mark.network]

ENDLESS = '(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))'
TOKEN = "acme-secret-0123456789"  # one that opens nothing else

every_program = pytest.mark.parametrize("name", BUILDS)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return {name: launched_program(tmp_path_factory, name) for name in BUILDS}


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(Serving(folder=tmp_path, database=f"sqlite:///{tmp_path / 'service.sqlite3'}")) as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[ServiceClient]:
    client = ServiceClient(ServiceAccess(url=served.url, tenant="local"))
    yield client
    client.close()


def test_every_program_gives_the_same_result_at_a_service_at_its_own_and_without_one(
    programs: Mapping[str, Path], served: Served, buildkit: Buildkit, tmp_path: Path
) -> None:
    for program in programs.values():
        for how in (("--service", served.url), ("--embedded", "--state", str(tmp_path / "own.sqlite3")), ()):
            ran = buildkit("run", str(program), "--input", str(INPUT), *how)
            assert (ran.code, json.loads(ran.out)) == (0, json.loads(EXPECTED.read_text())), ran.err


@every_program
def test_the_outcome_is_one_document(programs: Mapping[str, Path], served: Served, buildkit: Buildkit, name: str) -> None:
    ran = buildkit("run", str(programs[name]), "--input", str(INPUT), "--service", served.url, "--instance", "i", "--format", "json")
    told = document(ran)
    assert (told["outcome"], told["succeeded"], told["doubts"], told["instance"], told["again"]) == ("completed", True, [], "i", None)
    assert told["service"].pop("checkpoints") > 0
    assert told["service"] == {"url": served.url, "tenant": "local", "status": "completed", "trouble": None}
    assert told["result"] == json.loads(EXPECTED.read_text())


@every_program
def test_a_result_goes_to_its_file_and_an_older_one_is_taken_away(
    programs: Mapping[str, Path], buildkit: Buildkit, tmp_path: Path, name: str
) -> None:
    output = tmp_path / "result.json"
    done = buildkit("run", str(programs[name]), "--input", str(INPUT), "--output", str(output))
    assert (done.code, done.out, json.loads(output.read_text())) == (0, "", json.loads(EXPECTED.read_text())), done.err
    (tmp_path / "empty.json").write_text("{}")
    failed = buildkit("run", str(programs[name]), "--input", "empty.json", "--output", str(output), "--format", "json")
    assert (failed.code, output.exists()) == (1, False)
    told = document(failed)
    assert (told["outcome"], told["succeeded"], told["result"]) == ("failed", False, None)
    assert told["step"] is not None
    assert told["error"]


@every_program
def test_a_pause_holds_until_it_is_ended_and_the_instance_then_goes_on(
    programs: Mapping[str, Path], served: Served, client: ServiceClient, buildkit: Buildkit, name: str
) -> None:
    client.tell("i", "register")
    assert buildkit("instance", "pause", "i", "--service", served.url).code == 0
    again = ("run", str(programs[name]), "--input", str(INPUT), "--service", served.url, "--instance", "i", "--format", "json")
    for _ in range(2):
        paused = buildkit(*again)
        told = document(paused)
        assert (paused.code, told["outcome"], told["service"]["status"], told["result"]) == (0, "paused", "suspended", None), paused.err
        assert told["again"].endswith("--instance i --format json --resume")
    assert "i: suspended" in buildkit("instance", "list", "--status", "suspended", "--service", served.url).out
    done = buildkit(*again, "--resume")
    assert (done.code, document(done)["outcome"]) == (0, "completed"), done.err


@every_program
def test_a_cancellation_is_acknowledged_and_final(
    programs: Mapping[str, Path], served: Served, client: ServiceClient, buildkit: Buildkit, name: str
) -> None:
    client.tell("i", "register")
    assert buildkit("instance", "cancel", "i", "--service", served.url).code == 0
    for _ in range(2):
        ran = buildkit(*("run", str(programs[name]), "--input", str(INPUT), "--service", served.url, "--instance", "i", "--format", "json"))
        told = document(ran)
        assert (ran.code, told["outcome"], told["service"]["status"], told["again"]) == (1, "cancelled", "cancelled", None), ran.err


@every_program
def test_the_token_comes_from_the_environment(programs: Mapping[str, Path], tmp_path: Path, name: str) -> None:
    how = Serving(folder=tmp_path, database=f"sqlite:///{tmp_path / 'a.sqlite3'}", environment={"BUILDKIT_SERVE_TOKENS": f"acme={TOKEN}"})
    with serving(how) as served:
        arguments = ("run", str(programs[name]), "--input", str(INPUT), "--service", served.url, "--tenant", "acme")
        admitted = Buildkit(folder=tmp_path, environment={"RUNTARA_TOKEN": TOKEN})(*arguments)
        assert (admitted.code, json.loads(admitted.out)) == (0, json.loads(EXPECTED.read_text())), admitted.err
        refused = Buildkit(folder=tmp_path, environment={"RUNTARA_TOKEN": None})(*arguments)
        assert (refused.code, refused.out) == (2, "")
        assert " hint: export RUNTARA_TOKEN=…, a token of tenant acme\n" in refused.err
    assert TOKEN not in admitted.err


def test_a_component_reaches_the_granted_hosts_and_no_other(programs: Mapping[str, Path], served: Served, buildkit: Buildkit) -> None:
    environment = {"HTTP_URL": served.url, "INSTANCE_ID": "i", "TENANT_ID": "local", "INPUT_PATH": "/in/input.json"}
    declared = [part for name, value in environment.items() for part in ("--env", f"RUNTARA_{name}={value}")]
    arguments = ("run", str(programs[HTTP]), *declared, "--dir", f"{INPUT.parent}::/in::ro", "--dir", "out::/output")
    place = served.url.removeprefix("http://")
    granted = buildkit(*arguments, "--allow-host", "example.com", "--allow-host", place)
    assert granted.code == 0, granted.err
    other = buildkit(*arguments, "--allow-host", "127.0.0.1", "--allow-host", "example.com", "--env", "RUNTARA_HTTP_ATTEMPTS=1")
    assert other.code == 1
    assert f"HTTP requests to hosts that were not granted were refused: 1, to {place}" in other.err


def test_a_component_that_asks_its_host_needs_no_http(programs: Mapping[str, Path]) -> None:
    assert b"wasi:http" not in programs[HOSTED].read_bytes()


def test_a_limit_ends_a_run_as_a_failure_that_can_go_on(programs: Mapping[str, Path], served: Served, buildkit: Buildkit) -> None:
    ran = buildkit(
        *(
            "run",
            str(programs[HTTP]),
            "--input",
            str(INPUT),
            "--service",
            served.url,
            "--fuel",
            "1000",
            "--instance",
            "i",
            "--format",
            "json",
        )
    )
    told = document(ran)
    assert (ran.code, told["outcome"], told["program"]["ended"]) == (1, "failed", "out-of-fuel")


def test_a_service_that_is_not_there_is_told_before_anything_runs(programs: Mapping[str, Path], buildkit: Buildkit) -> None:
    ran = buildkit("run", str(programs[HTTP]), "--input", str(INPUT), "--service", "http://127.0.0.1:9")
    assert (ran.code, ran.out) == (4, "")
    assert "error: http://127.0.0.1:9/api/v1/instances cannot be reached: Connection refused\n" in ran.err


def test_an_interrupt_ends_the_program_and_tells_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "endless.wasm").write_bytes(bytes(wat2wasm(ENDLESS)))
    (tmp_path / "data.json").write_text("{}")
    command = (sys.executable, "-m", "buildkit", "run", "endless.wasm", "--input", "data.json", "--embedded", "--state", "own.sqlite3")
    with (tmp_path / "said").open("w") as said, subprocess.Popen(command, cwd=tmp_path, env={**os.environ}, stderr=said) as running:
        wait_for(tmp_path / "said", "instance endless-")
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
    assert (
        "to go on: buildkit run endless.wasm --input data.json --embedded --state own.sqlite3 --instance endless-"
        in (tmp_path / "said").read_text()
    )


def test_a_native_program_sees_nothing_of_this_environment(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nset >&2\n")
    program.chmod(0o755)
    ran = Buildkit(folder=tmp_path, environment={"A_SECRET": "of this machine"})(
        "run", str(program), "--input", str(INPUT), "--env", "SEEN=1"
    )
    assert "RUNTARA_INSTANCE_ID=" in ran.err
    assert "SEEN=" in ran.err
    assert "A_SECRET" not in ran.err
    assert ran.code == 1


def wait_for(file: Path, text: str) -> None:
    for _ in range(600):
        if text in file.read_text():
            return
        time.sleep(0.1)
    pytest.fail(f"{text!r} was never said: {file.read_text()}")

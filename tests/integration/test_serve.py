"""The real service: what it acknowledges outlives it, it drains, and it refuses what would not be safe."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from command_line import Buildkit

from bench.checkpoint_load import Acknowledged, Load, missing, store
from bench.postgresql import NoPostgresqlError, postgresql
from bench.served import Served, Serving, serving

pytestmark = pytest.mark.integration

KILLS = int(os.environ.get("SERVE_TEST_KILLS", "10"))
WORKFLOWS = 16
LONGEST = 600.0
TENANT = {"X-Runtara-Tenant-Id": "acme"}


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'service.sqlite3'}"
        return
    try:
        with postgresql() as address:
            yield address
    except NoPostgresqlError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["sqlite", "postgresql"])
def how(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Serving]:
    with database_of(request.param, tmp_path) as address:
        yield Serving(folder=tmp_path, database=address)


def killed_under_load(how: Serving, number: int, pause: float) -> Acknowledged:
    """Store checkpoints in a thread, and kill the service in the middle of it."""
    with serving(how) as served, ThreadPoolExecutor(1) as threads:
        load = Load(workflows=WORKFLOWS, state_bytes=300, seconds=LONGEST, round_number=number)
        begun = threading.Event()
        storing = threads.submit(lambda: asyncio.run(store(served.url, load, begun)))
        assert begun.wait(60)
        time.sleep(pause)
        served.kill()
        return storing.result()


def test_everything_acknowledged_is_there_after_kill_9_at_random_points(how: Serving) -> None:
    generator = random.Random(os.environ.get("SERVE_TEST_SEED", "serve"))  # noqa: S311  # no secret
    states: dict[tuple[str, str], str] = {}
    for number in range(KILLS):
        states |= killed_under_load(how, number, generator.uniform(0.01, 0.6)).states
    with serving(how) as served:
        assert asyncio.run(missing(served.url, states)) == []
    assert len(states) > WORKFLOWS, "hardly anything was stored: the test says nothing"


def test_what_is_being_asked_is_answered_before_the_service_ends(how: Serving) -> None:
    with serving(how) as served, httpx2.Client(base_url=served.url, headers=TENANT, timeout=60) as client:
        client.post("/api/v1/instances/i/register").raise_for_status()
        body = json.dumps({"checkpoint_id": "a", "state": "bmV3"})
        answers: list[int] = []

        def slowly() -> Iterator[bytes]:
            yield body[:5].encode()
            served.process.send_signal(signal.SIGTERM)
            wait_for(served, "draining")
            yield body[5:].encode()

        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        answers.append(client.post("/api/v1/instances/i/checkpoint", content=slowly(), headers=headers).status_code)
        assert served.process.wait(60) == 0
    assert answers == [200]
    with serving(how) as served:
        answer = httpx2.post(f"{served.url}/api/v1/instances/i/checkpoint", content=body, headers={**TENANT, **headers})
        assert answer.json()["existing_state"] == "bmV3"


def test_a_request_that_never_ends_does_not_hold_up_the_end(tmp_path: Path) -> None:
    how = Serving(folder=tmp_path, database=f"sqlite:///{tmp_path / 'a.sqlite3'}", arguments=("--drain", "1"))
    with serving(how) as served:
        host, port = served.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as open_request:
            open_request.sendall(b"POST /api/v1/instances/i/register HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{")
            httpx2.get(f"{served.url}/health").raise_for_status()
            assert served.terminate() == 0


def test_the_log_is_json_lines_with_the_address_and_no_password(tmp_path: Path) -> None:
    with serving(Serving(folder=tmp_path, database=f"sqlite:///{tmp_path / 'a.sqlite3'}", arguments=("--log-level", "debug"))) as served:
        httpx2.get(f"{served.url}/api/v1/instances", headers=TENANT).raise_for_status()
        assert served.terminate() == 0
        events = [json.loads(line) for line in served.log.read_text(encoding="utf-8").splitlines()]
    assert [event["event"] for event in events] == ["listening", "request", "draining", "stopped"]
    assert events[0]["address"] == served.url
    assert (events[1]["tenant"], events[1]["status"], events[1]["path"]) == ("acme", 200, "/api/v1/instances")


def test_services_that_start_at_once_on_one_database_migrate_it_once(how: Serving) -> None:
    together = threading.Barrier(3)

    def register(number: int) -> None:
        with serving(how) as served:
            httpx2.post(f"{served.url}/api/v1/instances/i{number}/register", headers=TENANT).raise_for_status()
            together.wait(60)

    with ThreadPoolExecutor(3) as threads:
        for done in [threads.submit(register, number) for number in range(3)]:
            done.result()
    with serving(how) as served:
        listed = httpx2.get(f"{served.url}/api/v1/instances", headers=TENANT).json()["instances"]
    assert [each["instance_id"] for each in listed] == ["i0", "i1", "i2"]


def test_services_on_one_database_keep_one_first_state(how: Serving) -> None:
    with serving(how) as one, serving(how) as other:
        addresses = [f"{served.url}/api/v1/instances/i" for served in (one, other)]
        httpx2.post(f"{addresses[0]}/register", headers=TENANT).raise_for_status()
        bodies = [{"checkpoint_id": f"c{number}", "state": state} for number in range(40) for state in ("b25l", "dHdv")]
        with ThreadPoolExecutor(8) as threads:
            asked = [
                threads.submit(httpx2.post, f"{addresses[at % 2]}/checkpoint", json=body, headers=TENANT) for at, body in enumerate(bodies)
            ]
        answers = [each.result() for each in asked]
        assert {answer.status_code for answer in answers} == {200}
        for first, second in zip(answers[::2], answers[1::2], strict=True):
            existing = [first.json()["existing_state"], second.json()["existing_state"]]
            assert existing in ([None, "b25l"], ["dHdv", None])


def test_other_machines_are_served_only_with_tokens(buildkit: Buildkit, tmp_path: Path) -> None:
    refused = buildkit("serve", "--host", "0.0.0.0", "--port", "0", timeout=60)  # noqa: S104  # what is refused
    assert refused.code == 2
    assert refused.err.startswith("error: 0.0.0.0: other machines can ask here, and no tenant has a token\n hint: --tokens FILE")
    tokens = tmp_path / "tokens.toml"
    tokens.write_text('acme = "a-secret-of-the-test"\n', encoding="utf-8")
    address = f"sqlite:///{tmp_path / 'a.sqlite3'}"
    how = Serving(folder=tmp_path, database=address, arguments=("--host", "0.0.0.0", "--tokens", str(tokens)))  # noqa: S104  # with tokens
    with serving(how) as served:
        url = served.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104  # asked from here
        assert httpx2.get(f"{url}/api/v1/instances", headers=TENANT).status_code == 401
        token = {"Authorization": "Bearer a-secret-of-the-test"}
        assert httpx2.get(f"{url}/api/v1/instances", headers={**TENANT, **token}).status_code == 200


def test_a_port_that_is_taken_is_named(buildkit: Buildkit) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = buildkit("serve", "--port", str(port), timeout=60)
    assert refused.code == 2
    assert refused.err == f"error: 127.0.0.1:{port}: address already in use\n hint: buildkit serve --port 0 takes any port that is free\n"


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    buildkit = Buildkit(folder=tmp_path, environment={"BUILDKIT_SERVE_DATABASE": f"postgresql://me:secret@/none?host={tmp_path}"})
    refused = buildkit("serve", "--port", "0", timeout=60)
    assert refused.code == 4
    assert "the database cannot be used" in refused.err
    assert "secret" not in refused.err


@pytest.mark.parametrize("name", ["fastapi", "uvicorn", "sqlalchemy", "alembic", "prometheus_client"])
def test_without_the_extra_one_sentence_says_how_to_get_it(name: str) -> None:
    text = f"import sys; sys.modules[{name!r}] = None; from buildkit.cli.main import run; sys.exit(run(['serve']))"
    refused = subprocess.run((sys.executable, "-c", text), capture_output=True, text=True, timeout=60, check=False)
    assert refused.returncode == 4
    assert refused.stderr == f"error: the service needs {name}\n hint: pip install 'buildkit[server]'\n"


def wait_for(served: Served, event: str) -> None:
    ending = time.monotonic() + 30
    while f'"event": "{event}"' not in served.log.read_text(encoding="utf-8"):
        assert time.monotonic() < ending, f"no {event!r} in the log"
        time.sleep(0.02)

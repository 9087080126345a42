"""The witness hands everything on, counts effects, and can be made to answer instead."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from bench.promises import effects
from bench.witness import EFFECT, GoneError, Reply, Request, Witness, witnessing


@pytest.fixture
def service() -> Iterator[Witness]:
    """Another witness, which stands for a service: it answers what it is told to."""
    with witnessing() as service:
        service.before = lambda _: Reply(status=200, document={"existing_state": None})
        yield service


@pytest.fixture
def witness(service: Witness) -> Iterator[Witness]:
    with witnessing(service.url) as witness:
        yield witness


def post(witness: Witness, path: str, body: object = None, *, chunked: bool = False) -> tuple[int, Any]:
    place = urlsplit(witness.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=30)
    try:
        content = None if body is None else json.dumps(body)
        parts = [part.encode() for part in content or ""] if chunked else content
        connection.request("POST", path, body=parts, headers={"X-Runtara-Tenant-Id": "acme"}, encode_chunked=chunked)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_what_is_asked_of_the_service_is_handed_on_and_remembered(witness: Witness, service: Witness) -> None:
    body = {"checkpoint_id": "a b", "state": ""}
    assert post(witness, "/api/v1/instances/i%2Fj/checkpoint", body) == (200, {"existing_state": None})
    wanted = Request(tenant="acme", instance="i/j", verb="checkpoint", step="a b", body=body)
    assert [each.request for each in witness.exchanges] == [wanted]
    assert [each.request for each in service.exchanges] == [wanted]


def test_a_body_may_come_in_chunks(witness: Witness, service: Witness) -> None:
    body = {"checkpoint_id": "a", "state": "x" * 30}
    assert post(witness, "/api/v1/instances/i/checkpoint", body, chunked=True)[0] == 200
    assert [each.request.body for each in service.exchanges] == [body]


def test_effects_are_counted_and_go_no_further(witness: Witness, service: Witness) -> None:
    below = urlsplit(witness.effects("acme", "i/j")).path
    assert [post(witness, f"{below}/a"), post(witness, f"{below}/a")] == [(200, {"applied": "a"})] * 2
    assert effects(witness.exchanges) == {(("acme", "i/j"), "a"): 2}
    assert service.exchanges == ()


def test_an_answer_can_be_given_instead(witness: Witness, service: Witness) -> None:
    witness.before = lambda request: None if request.verb == EFFECT else Reply(status=413, document={"error": "large"})
    assert post(witness, "/api/v1/instances/i/checkpoint", {}) == (413, {"error": "large"})
    assert service.exchanges == ()


def test_a_connection_can_end_without_an_answer(witness: Witness) -> None:
    def leave(_request: Request) -> None:
        raise GoneError

    witness.before = leave
    with pytest.raises(http.client.RemoteDisconnected):
        post(witness, "/api/v1/instances/i/checkpoint", {})
    assert witness.exchanges == ()


def test_a_service_that_is_dead_looks_dead(witness: Witness) -> None:
    witness.service = "http://127.0.0.1:1"
    with pytest.raises(http.client.RemoteDisconnected):
        post(witness, "/api/v1/instances/i/checkpoint", {})


def test_whoever_waits_is_told_that_something_was_seen(witness: Witness) -> None:
    assert not witness.wait(lambda exchange: exchange.request.verb == EFFECT, seconds=0)
    post(witness, f"{urlsplit(witness.effects('acme', 'i')).path}/a")
    assert witness.wait(lambda exchange: exchange.request.verb == EFFECT)

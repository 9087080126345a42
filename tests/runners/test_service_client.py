from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from buildkit.errors import UsageError
from buildkit.runners.service_client import ServiceAccess, ServiceClient, ServiceError, checked_instance


def test_a_token_is_not_shown() -> None:
    assert "secret" not in repr(ServiceAccess(url="http://core", tenant="acme", token="a-secret-token"))  # noqa: S106  # no secret


@pytest.mark.parametrize(
    ("url", "tenant", "message"),
    [
        pytest.param("core:80", "acme", "'core:80' is no HTTP address", id="no scheme"),
        pytest.param("http://core?a=b", "acme", "'http://core?a=b' has a part after its path", id="query"),
        pytest.param("http://core#a", "acme", "'http://core#a' has a part after its path", id="fragment"),
        pytest.param("http://core", "", "tenant '' can stand in no header", id="no tenant"),
        pytest.param("http://core", "a\nb", "tenant 'a\\nb' can stand in no header", id="a line end in the tenant"),
        pytest.param("http://core", "a" * 201, f"tenant '{'a' * 201}' can stand in no header", id="a long tenant"),
    ],
)
def test_what_cannot_be_asked_is_refused(url: str, tenant: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        ServiceAccess(url=url, tenant=tenant)
    assert caught.value.message == message


@pytest.mark.parametrize("token", ["a\nb", "tök", "a\tb"])
def test_a_token_that_can_stand_in_no_header_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        ServiceAccess(url="http://core", tenant="acme", token=token)
    assert caught.value.message == "the token in $RUNTARA_TOKEN can stand in no header"


@pytest.mark.parametrize("instance", ["", "a/b", "a\nb", ".", "..", "a" * 201])
def test_what_can_be_no_instance_is_refused(instance: str) -> None:
    with pytest.raises(UsageError, match="can be no instance"):
        checked_instance(instance)


@pytest.mark.parametrize("instance", ["a", "Grüße 1", "a?b#c%2F", "..a"])
def test_an_instance_may_have_any_other_name(instance: str) -> None:
    assert checked_instance(instance) == instance


@contextmanager
def answering(*answers: tuple[int, object] | None) -> Iterator[tuple[str, list[tuple[str, str, dict[str, str], bytes]]]]:
    """Answer each request with the next of the statuses and bodies; `None` closes the connection without an answer."""
    left, requests = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            requests.append((self.command, self.path, dict(self.headers), body))
            answer = left.pop(0)
            if answer is None:
                self.close_connection = True
                return
            content = answer[1] if isinstance(answer[1], bytes) else json.dumps(answer[1]).encode()
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815  # the name that it has

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name that it has
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/base/", requests
        finally:
            server.shutdown()
            thread.join()


def asked(url: str, *, attempts: int = 4) -> ServiceClient:
    return ServiceClient(ServiceAccess(url=url, tenant="acme", token="a-long-secret"), attempts=attempts, timeout=10)  # noqa: S106  # no secret


def test_a_request_names_tenant_and_token_and_the_instance_is_one_part_of_its_path() -> None:
    with answering((200, {"status": "running"})) as (url, requests), closing(asked(url)) as client:
        assert client.tell("a b/ü?", "register", {"checkpoint_id": None}) == {"status": "running"}
    ((method, path, headers, body),) = requests
    assert (method, path, json.loads(body)) == ("POST", "/base/api/v1/instances/a%20b%2F%C3%BC%3F/register", {"checkpoint_id": None})
    assert (headers["X-Runtara-Tenant-Id"], headers["Authorization"]) == ("acme", "Bearer a-long-secret")


def test_what_may_pass_is_asked_again() -> None:
    with answering((503, {}), None, (429, {}), (200, {"a": 1})) as (url, requests), closing(asked(url)) as client:
        assert client.tell("i", "checkpoint", {"checkpoint_id": "a", "state": ""}) == {"a": 1}
    assert len({body for _, _, _, body in requests}) == 1
    assert len(requests) == 4


@pytest.mark.parametrize("status", [400, 401, 404, 409, 413, 422])
def test_a_refusal_is_told_at_once_in_the_words_of_the_service(status: int) -> None:
    refusal = {"error": "there is no instance 'i'", "code": "instance-not-found", "details": {}}
    with answering((status, refusal)) as (url, requests), closing(asked(url)) as client, pytest.raises(ServiceError) as caught:
        client.look("i")
    assert (caught.value.status, caught.value.code, caught.value.message) == (status, "instance-not-found", "there is no instance 'i'")
    assert len(requests) == 1


def test_a_service_that_stays_in_trouble_is_told_with_its_status() -> None:
    with answering(*[(503, [])] * 2) as (url, requests), closing(asked(url, attempts=2)) as client, pytest.raises(ServiceError) as caught:
        client.signals("i")
    assert (caught.value.status, caught.value.message, len(requests)) == (503, "it answered 503", 2)


def test_a_service_that_is_not_there_is_told_with_its_address() -> None:
    with closing(socket.socket()) as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}"
        with closing(asked(url, attempts=1)) as client, pytest.raises(ServiceError) as caught:
            client.look("i")
    assert (caught.value.status, caught.value.message) == (None, f"{url}/api/v1/instances cannot be reached: Connection refused")


def test_a_name_that_leads_nowhere_is_told_as_the_system_says_it() -> None:
    with closing(asked("http://core.invalid", attempts=1)) as client, pytest.raises(ServiceError) as caught:
        client.look("i")
    assert re.fullmatch(r"http://core\.invalid/api/v1/instances cannot be reached: [A-Z][\w ]+", caught.value.message)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"<html>welcome</html>", id="no JSON"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b'"\xff"', id="no UTF-8"),
        pytest.param(b'{"a":' * 100_000, id="deep"),
        pytest.param(b'{"instances": [{}], "next": null, "status": "running"}', id="an object of another kind"),
        pytest.param(b'{"instances": {}, "next": 1, "status": 1, "checkpoints": "many"}', id="other types"),
    ],
)
@pytest.mark.parametrize(
    "question",
    [
        pytest.param(lambda client: client.look("i"), id="look"),
        pytest.param(lambda client: client.order("i", "pause"), id="order"),
        pytest.param(lambda client: client.list({}), id="list"),
    ],
)
def test_what_is_no_checkpoint_service_is_told(question: Callable[[ServiceClient], object], answer: bytes) -> None:
    with answering((200, answer)) as (url, _), closing(asked(url)) as client, pytest.raises(ServiceError) as caught:
        question(client)
    assert (caught.value.status, caught.value.message) == (None, f"{url}api/v1/instances answers as no checkpoint service does")


@pytest.mark.parametrize("status", [302, 404])
def test_a_refusal_without_the_words_of_the_service_is_that_of_another(status: int) -> None:
    with answering((status, {})) as (url, _), closing(asked(url)) as client, pytest.raises(ServiceError) as caught:
        client.look("i")
    said = f"{url}api/v1/instances answers as no checkpoint service does: with the status {status}"
    assert (caught.value.status, caught.value.code, caught.value.message) == (status, None, said)


def test_an_answer_that_breaks_off_is_told_in_one_sentence() -> None:
    with answering(None) as (url, _), closing(asked(url, attempts=1)) as client, pytest.raises(ServiceError) as caught:
        client.look("i")
    assert caught.value.message.endswith("cannot be reached: the connection broke off, or the answer is no HTTP")

"""What holds for every request: tokens, limits, the form of errors, figures."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from asked_service import TENANT, Asked, asked, refused, told
from sqlalchemy.exc import OperationalError

from buildkit.server.batch import Outcome
from buildkit.server.tokens import parse_tokens

SECRET = "acme-secret-0123456789"  # one that opens nothing else
OTHER = "other-secret-0123456789"
SMALL = 1000


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Asked]:
    with asked(tmp_path, tokens=parse_tokens(f"acme={SECRET},acme=acme-second-0123456789,other={OTHER}", "T")) as service:
        yield service


def bearing(token: str, tenant: str = "acme") -> dict[str, str]:
    return {TENANT: tenant, "Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({TENANT: "acme"}, id="no token"),
        pytest.param({"Authorization": f"Bearer {SECRET}"}, id="no tenant"),
        pytest.param({}, id="nothing"),
        pytest.param(bearing(OTHER), id="token of another tenant"),
        pytest.param(bearing(SECRET, "other"), id="another tenant"),
        pytest.param(bearing(SECRET, "unknown"), id="unknown tenant"),
        pytest.param(bearing(f"{SECRET}x"), id="longer"),
        pytest.param(bearing(""), id="empty"),
        pytest.param({TENANT: "acme", "Authorization": SECRET}, id="no scheme"),
        pytest.param({TENANT: "acme", "Authorization": f"Basic {SECRET}"}, id="another scheme"),
    ],
)
def test_without_the_token_of_the_tenant_nothing_is_answered(guarded: Asked, headers: dict[str, str]) -> None:
    for path in ("/api/v1/instances", "/api/v1/instances/i", "/api/v1/nothing"):
        response = guarded.client.get(path, headers=headers)
        assert refused(response, 401) == "unauthorized"
        assert response.headers["WWW-Authenticate"] == "Bearer"
    response = guarded.client.post("/api/v1/instances/i/checkpoint", content="no JSON", headers=headers)
    assert refused(response, 401) == "unauthorized"


@pytest.mark.parametrize("token", [SECRET, "acme-second-0123456789"])
def test_any_token_of_the_tenant_admits(guarded: Asked, token: str) -> None:
    assert guarded.client.get("/api/v1/instances", headers=bearing(token)).status_code == 200


def test_health_figures_and_the_document_need_no_token(guarded: Asked) -> None:
    for path in ("/health", "/metrics", "/openapi.json"):
        assert guarded.client.get(path).status_code == 200


def test_the_document_asks_for_a_token_where_the_service_does(guarded: Asked, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    with asked(tmp_path / "open") as open_service:
        documents = [service.client.get("/openapi.json").json() for service in (guarded, open_service)]
    assert ["security" in document["paths"]["/api/v1/instances"]["get"] for document in documents] == [True, False]


def test_without_a_tenant_nothing_is_done(ask: Asked) -> None:
    response = ask.client.post("/api/v1/instances/i/register")
    assert refused(response, 422) == "invalid-request"
    assert "X-Runtara-Tenant-Id" in response.json()["error"]


def test_a_large_body_is_refused_announced_or_not(tmp_path: Path) -> None:
    with asked(tmp_path, largest_body=SMALL) as service:
        service.register()

        def parts() -> Iterator[bytes]:
            for _ in range(SMALL):
                yield b"{   "

        for content in (b" " * (SMALL + 1), parts()):
            response = service.client.post("/api/v1/instances/i/checkpoint", content=content, headers={TENANT: "acme"})
            assert refused(response, 413) == "body-too-large"
        fitting = json.dumps({"checkpoint_id": "a", "state": ""}).ljust(SMALL)
        headers = {TENANT: "acme", "Content-Type": "application/json"}
        told(service.client.post("/api/v1/instances/i/checkpoint", content=fitting, headers=headers))


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "not-found"),
        ("GET", "/api/v1/instances/a/b/c", 404, "not-found"),
        ("GET", "/docs", 404, "not-found"),
        ("PUT", "/api/v1/instances", 405, "method-not-allowed"),
        ("DELETE", "/health", 405, "method-not-allowed"),
        ("GET", "/api/v1/instances/i/register", 405, "method-not-allowed"),
    ],
)
def test_what_there_is_not_gets_the_same_form(ask: Asked, method: str, path: str, status: int, code: str) -> None:
    assert refused(ask.client.request(method, path, headers={TENANT: "acme"}), status) == code


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b"", b"null", b'{"checkpoint_id": "a", "state": "", "state": 1}'])
def test_a_body_that_is_no_document_gets_the_same_form(running: Asked, content: bytes) -> None:
    headers = {TENANT: "acme", "Content-Type": "application/json"}
    response = running.client.post("/api/v1/instances/i/checkpoint", content=content, headers=headers)
    refused(response, response.status_code)
    assert response.status_code in {400, 422}


def test_a_defect_gets_the_same_form_and_the_log_has_the_traceback(
    ask: Asked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> list[Outcome]:
        raise ZeroDivisionError

    monkeypatch.setattr("buildkit.server.committer.perform_all", fail)
    with caplog.at_level(logging.ERROR, logger="buildkit.server"):
        assert refused(ask.post("i/register"), 500) == "internal-error"
    assert [(record.message, bool(record.exc_info)) for record in caplog.records] == [("a request failed", True)]
    monkeypatch.undo()
    assert ask.register()["attempt"] == 1


def test_a_lost_database_is_told_as_such(ask: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[Outcome]:
        raise OperationalError("SELECT 1", {}, Exception("the disk is gone"))

    monkeypatch.setattr("buildkit.server.committer.perform_all", fail)
    response = ask.post("i/register")
    assert refused(response, 503) == "database-unavailable"
    assert response.headers["Retry-After"] == "1"
    monkeypatch.undo()
    assert ask.register()["attempt"] == 1


def test_health_names_the_kind_of_database(ask: Asked) -> None:
    answer = ask.client.get("/health").json()
    assert (answer["status"], answer["database"]) == ("ok", "sqlite")


def test_the_figures_count_answers_checkpoints_and_commits(running: Asked) -> None:
    running.checkpoint("a")
    running.checkpoint("a")
    running.get("/nobody")
    text = running.client.get("/metrics").text
    for line in (
        'buildkit_requests_total{method="POST",route="/api/v1/instances/{instance_id}/checkpoint",status="200"} 2.0',
        'buildkit_requests_total{method="GET",route="/api/v1/instances/{instance_id}",status="404"} 1.0',
        'buildkit_checkpoints_total{outcome="stored"} 1.0',
        'buildkit_checkpoints_total{outcome="existing"} 1.0',
        "buildkit_commit_operations_sum 3.0",
    ):
        assert f"{line}\n" in text
    assert "acme" not in text


def test_a_made_up_method_makes_up_no_figure(ask: Asked) -> None:
    assert refused(ask.client.request("BREW", "/health"), 405) == "method-not-allowed"
    text = ask.client.get("/metrics").text
    assert 'method="other"' in text
    assert "BREW" not in text


def test_a_refused_tenant_and_an_order_are_logged(guarded: Asked, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="buildkit.server"):
        guarded.client.get("/api/v1/instances", headers={TENANT: "acme"})
        for path in ("i/register", "i/pause"):
            guarded.client.post(f"/api/v1/instances/{path}", headers=bearing(SECRET))
    found = [(record.message, record.__dict__.get("tenant"), record.__dict__.get("signal")) for record in caplog.records]
    assert found == [("unauthorized", "acme", None), ("ordered", "acme", "pause")]
    assert SECRET not in caplog.text

"""The sftp agent against OpenSSH."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from agent_calls import Program, build
from openssh import NoOpensshError, Server, openssh

from buildkit.ci import is_ci

pytestmark = [pytest.mark.integration, pytest.mark.network]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return build(tmp_path_factory.mktemp("native"))


@pytest.fixture
def server() -> Iterator[Server]:
    try:
        with openssh() as running:
            yield running
    except NoOpensshError as error:
        if is_ci(os.environ):
            raise
        pytest.skip(str(error))


def call(program: Program, server: Server, capability: str, path: str, **more: str) -> dict[str, Any]:
    access = {"user": server.user, "secret": server.secret, "host_key": server.public("host")}
    return program.one("sftp", capability, host="127.0.0.1", port=server.port, path=path, **(access | more))


def test_what_was_put_is_listed_and_can_be_got(program: Program, server: Server) -> None:
    long = "zwölf Boxkämpfer 🦀\n" * 20_000
    for text in (long, "short"):
        assert call(program, server, "put", f"{server.files}/ü.txt", text=text) == {"result": None}
        assert (server.files / "ü.txt").read_text(encoding="utf-8") == text
        assert call(program, server, "get", f"{server.files}/ü.txt") == {"result": text}
    (server.files / "a").mkdir()
    assert call(program, server, "list", str(server.files)) == {"result": ["a", "ü.txt"]}


def test_the_key_of_the_server_may_be_named_by_its_fingerprint(program: Program, server: Server) -> None:
    assert call(program, server, "list", str(server.files), host_key=server.fingerprint) == {"result": []}


@pytest.mark.parametrize("is_fingerprint", [False, True])
def test_a_server_with_another_key_is_told_nothing(program: Program, server: Server, *, is_fingerprint: bool) -> None:
    wrong = "SHA256:uNiVztksCsDhcc0u9e8BrrJXVGDDKPO9TXrHv4EG0Fs" if is_fingerprint else server.public("other")
    outcome = call(program, server, "list", str(server.files), host_key=wrong)
    assert outcome["error"].endswith(f"the server has another key: {server.fingerprint}")
    assert f"user {server.user}" not in server.log
    assert f"for {server.user}" not in server.log


def test_a_wrong_secret_is_refused(program: Program, server: Server) -> None:
    for secret in (server.other_secret, "a password"):
        outcome = call(program, server, "put", f"{server.files}/a", secret=secret, text="")
        assert outcome["error"].endswith("the server refuses the user or the secret")
    assert list(server.files.iterdir()) == []


def test_a_failure_names_the_server_and_the_path(program: Program, server: Server) -> None:
    outcome = call(program, server, "get", f"{server.files}/absent")
    assert outcome["error"].startswith(f"sftp {server.user}@127.0.0.1:{server.port}: cannot read {server.files}/absent: ")
    (server.files / "bytes").write_bytes(b"\xff")
    assert "is no text" in call(program, server, "get", f"{server.files}/bytes")["error"]


def test_a_key_that_cannot_be_read_is_told(program: Program, server: Server) -> None:
    outcome = call(program, server, "list", ".", secret=server.secret.replace("OPENSSH", "OPEN SSH"))
    assert "the private key: " in outcome["error"]

"""Ask a service in this process, as a workflow and as an operator."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from buildkit.server.app import create_app
from buildkit.server.database import parse_address
from buildkit.server.service import Service, open_service
from buildkit.server.settings import LARGEST_BODY, ServeSettings
from buildkit.server.tokens import Tokens

START = 1_795_000_000_000
TENANT = "X-Runtara-Tenant-Id"


@dataclass
class Clock:
    """Stands still until it is moved on."""

    now: int = START

    def __call__(self) -> int:
        return self.now


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A service, whoever asks it, and its time."""

    service: Service
    client: TestClient
    clock: Clock
    tenant: str = "acme"
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, body: object = None) -> Response:
        headers = {TENANT: self.tenant, "Content-Type": "application/json", **self.headers}
        # In ASCII, so that a test can send halves of characters as well.
        content = None if body is None else json.dumps(body)
        return self.client.post(f"/api/v1/instances/{path}", content=content, headers=headers)

    def get(self, path: str = "") -> Response:
        return self.client.get(f"/api/v1/instances{path}", headers={TENANT: self.tenant, **self.headers})

    def register(self, instance: str = "i", body: object = None) -> dict[str, Any]:
        return told(self.post(f"{instance}/register", body))

    def checkpoint(self, checkpoint_id: str, state: bytes = b"", instance: str = "i") -> dict[str, Any]:
        return told(self.post(f"{instance}/checkpoint", {"checkpoint_id": checkpoint_id, "state": packed(state)}))

    def sleep(self, checkpoint_id: str, milliseconds: int, state: bytes = b"") -> dict[str, Any]:
        body = {"checkpoint_id": checkpoint_id, "state": packed(state), "duration_ms": milliseconds}
        return told(self.post("i/durable-sleep", body))

    def do(self, what: str, body: object = None) -> dict[str, Any]:
        """Post to the instance that all tests share."""
        return told(self.post(f"i/{what}", body))

    def status(self) -> str:
        return str(told(self.get("/i"))["status"])

    def signal(self) -> str | None:
        found: str | None = told(self.get("/i/signals"))["signal"]
        return found


@contextmanager
def asked(folder: Path, *, tokens: Tokens | None = None, largest_body: int = LARGEST_BODY) -> Iterator[Asked]:
    """Open a service upon a SQLite file in a folder."""
    clock = Clock()
    settings = ServeSettings(database=parse_address(f"sqlite:///{folder / 'service.sqlite3'}"), tokens=tokens or Tokens())
    with open_service(settings, clock=clock) as service:
        app = create_app(service, largest_body=largest_body)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Asked(service=service, client=client, clock=clock)


def told(response: Response) -> dict[str, Any]:
    """Return what a good answer says."""
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def refused(response: Response, status: int) -> str:
    """Return the code of an error answer, which must have the form of all of them."""
    assert response.status_code == status, response.text
    answer = response.json()
    assert set(answer) == {"error", "code", "details"}, answer
    assert isinstance(answer["error"], str)
    assert answer["error"]
    return str(answer["code"])


def packed(state: bytes) -> str:
    return base64.b64encode(state).decode("ascii")

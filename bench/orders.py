"""Asks a checkpoint service what its operators ask."""

from __future__ import annotations

import base64
import http.client
import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

from bench.witness import PATIENCE_SECONDS, TENANT

API: Final = "/api/v1/instances"
OK: Final = 200


class RefusedError(Exception):
    """The service refused; `status` is that of its answer."""

    def __init__(self, status: int, document: object) -> None:
        """Keep what it said."""
        super().__init__(f"{status} {document}")
        self.status = status


@dataclass(frozen=True, kw_only=True)
class Operator:
    """The operator of a tenant's instances."""

    url: str
    tenant: str = "acme"
    token: str | None = None

    def order(self, instance: str, what: str) -> dict[str, Any]:
        """Order `pause`, `cancel` or `resume`; raises `RefusedError`."""
        return self._ask("POST", f"{API}/{quote(instance, safe='')}/{what}")

    def show(self, instance: str) -> dict[str, Any]:
        """Return what the service knows of an instance; raises `RefusedError`."""
        return self._ask("GET", f"{API}/{quote(instance, safe='')}")

    def status(self, instance: str) -> str:
        """Return where an instance stands; raises `RefusedError`."""
        return str(self.show(instance)["status"])

    def result(self, instance: str) -> bytes | None:
        """Return the result that the service keeps; raises `RefusedError`."""
        packed = self.show(instance)["result"]
        return None if packed is None else base64.b64decode(packed)

    def listed(self) -> list[str]:
        """Return the ids of the tenant's instances; raises `RefusedError`."""
        return [str(each["instance_id"]) for each in self._ask("GET", API)["instances"]]

    def _ask(self, method: str, path: str) -> dict[str, Any]:
        place = urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_SECONDS)
        try:
            headers = {TENANT: self.tenant} | ({} if self.token is None else {"Authorization": f"Bearer {self.token}"})
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            document: dict[str, Any] = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != OK:
            raise RefusedError(answer.status, document)
        return document

"""The checkpoint service as its clients see it: launchers, operators, and components that ask through their host."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from buildkit.errors import UsageError
from buildkit.later import Later
from buildkit.records import dataclass
from buildkit.runners.hosts import host_of

if TYPE_CHECKING:
    import urllib3
else:
    urllib3 = Later("urllib3")

INSTANCES: Final = "/api/v1/instances"
TOKEN_VARIABLE: Final = "RUNTARA_TOKEN"
LONGEST_NAME: Final = 200
TENANT: Final = re.compile(r"[\x21-\x7e]+")
TOKEN: Final = re.compile(r"[\x20-\x7e]+")

INSTANCE: Final = re.compile(r"[^\x00-\x1f\x7f/]+")
PATHS_OF_FOLDERS: Final = frozenset({".", ".."})

ATTEMPTS: Final = 6
"""How often a request is sent: the service takes each one again without doing it twice."""

BACKOFF_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5
TIMEOUT_SECONDS: Final = 30.0
PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})
"""The statuses that another attempt may mend."""

FIRST_REFUSAL: Final = 300
"""The service redirects nobody."""

UNKNOWN_INSTANCE: Final = "instance-not-found"


class ServiceError(Exception):
    """The service did not do what was asked. Without a `status` it was not reached; `code` is its own word for the reason."""

    def __init__(self, message: str, *, status: int | None = None, code: str | None = None) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ServiceAccess:
    """Where the service is, and whose instances are asked for. The token goes into a header alone and is never shown."""

    url: str
    tenant: str
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be asked; raises `UsageError`."""
        parts = urlsplit(self.url)
        host_of(self.url)
        if parts.query or parts.fragment:
            raise UsageError(f"{self.url!r} has a part after its path", hint=f"{parts.scheme}://{parts.netloc}")
        if len(self.tenant) > LONGEST_NAME or TENANT.fullmatch(self.tenant) is None:
            raise UsageError(f"tenant {self.tenant!r} can stand in no header", hint="--tenant acme")
        if self.token is not None and TOKEN.fullmatch(self.token) is None:
            raise UsageError(f"the token in ${TOKEN_VARIABLE} can stand in no header", hint="one line of ASCII characters")


def checked_instance(instance: str) -> str:
    """Return the id of an instance; raises `UsageError` for what can be none."""
    if len(instance) > LONGEST_NAME or INSTANCE.fullmatch(instance) is None or instance in PATHS_OF_FOLDERS:
        raise UsageError(f"{instance!r} can be no instance", hint=f"1 to {LONGEST_NAME} characters, without a slash")
    return instance


class InstanceAnswer(msgspec.Struct):
    """What is read of the service's words on an instance; `wake_at` is a time as text."""

    instance_id: str
    status: str
    attempt: int
    checkpoints: int
    signal: str | None
    wake_at: str | None
    error: str | None


class _Page(msgspec.Struct):
    instances: list[InstanceAnswer]
    next: str | None


class ServiceClient:
    """Asks the service, again where an answer was lost or a later one may be better."""

    def __init__(self, access: ServiceAccess, *, attempts: int = ATTEMPTS, timeout: float = TIMEOUT_SECONDS) -> None:
        """Open nothing yet; `timeout` is in seconds, for each attempt."""
        self._base = access.url.rstrip("/") + INSTANCES
        headers = {"X-Runtara-Tenant-Id": access.tenant, "Content-Type": "application/json"}
        self._headers = headers if access.token is None else {**headers, "Authorization": f"Bearer {access.token}"}
        self._attempts = attempts
        self._timeout = timeout
        self._pool: urllib3.PoolManager | None = None

    def tell(self, instance: str, operation: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Post what a workflow or its operator says of an instance; raises `ServiceError`."""
        return self._ask("POST", f"/{quote(instance, safe='')}/{operation}", body=msgspec.json.encode(body or {}))

    def order(self, instance: str, order: str) -> dict[str, Any]:
        """Post what an operator wants, `pause`, `cancel` or `resume`, and return the instance as `look` does; raises `ServiceError`."""
        return self._checked(self.tell(instance, order), InstanceAnswer)

    def look(self, instance: str) -> dict[str, Any]:
        """Get an instance, which has at least what `InstanceAnswer` names; raises `ServiceError`."""
        return self._checked(self._ask("GET", f"/{quote(instance, safe='')}"), InstanceAnswer)

    def signals(self, instance: str) -> dict[str, Any]:
        """Get the signal that waits for an instance; raises `ServiceError`."""
        return self._ask("GET", f"/{quote(instance, safe='')}/signals")

    def list(self, fields: Mapping[str, str]) -> dict[str, Any]:
        """Get a page of instances, each as `look` gives it, and what comes `next`; raises `ServiceError`."""
        return self._checked(self._ask("GET", "", fields=fields), _Page)

    def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.clear()

    def _ask(self, method: str, path: str, **content: Any) -> dict[str, Any]:
        self._pool = self._pool or urllib3.PoolManager(retries=self._retries(), timeout=self._timeout)
        try:
            answer = self._pool.request(method, self._base + path, headers=self._headers, redirect=False, **content)
        except urllib3.exceptions.HTTPError as error:
            raise ServiceError(f"{self._base} cannot be reached: {_reason(error)}") from None
        said = _decoded(answer.data)
        if answer.status >= FIRST_REFUSAL:
            known = said or {}
            code = known.get("code")
            if not isinstance(code, str) and answer.status not in PASSING:
                raise self._foreign(answer.status)
            message = str(known.get("error") or f"it answered {answer.status}")
            raise ServiceError(message, status=answer.status, code=code if isinstance(code, str) else None)
        if said is None:
            raise self._foreign()
        return said

    def _checked(self, said: dict[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
        try:
            msgspec.convert(said, kind)
        except msgspec.ValidationError:
            raise self._foreign() from None
        return said

    def _foreign(self, refusal: int | None = None) -> ServiceError:
        told = "" if refusal is None else f": with the status {refusal}"
        return ServiceError(f"{self._base} answers as no checkpoint service does{told}", status=refusal)

    def _retries(self) -> urllib3.Retry:
        return urllib3.Retry(
            total=self._attempts - 1,
            status_forcelist=PASSING,
            # Whatever is asked may be asked again: the service answers as it did the first time.
            allowed_methods=None,
            backoff_factor=BACKOFF_SECONDS,
            backoff_jitter=BACKOFF_SECONDS,
            backoff_max=LONGEST_PAUSE_SECONDS,
            raise_on_status=False,
        )


def _decoded(content: bytes) -> dict[str, Any] | None:
    """Return the object of an answer, `None` where it is none; text that is not UTF-8 is none either."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = msgspec.json.decode(content)
        if isinstance(found, dict):
            return found
    return None


def _reason(error: BaseException) -> str:
    """Return the innermost reason: the outer ones repeat the address and the number of attempts."""
    inner = getattr(error, "reason", None)
    if isinstance(inner, BaseException):
        return _reason(inner)
    if isinstance(error, urllib3.exceptions.ProtocolError):
        return "the connection broke off, or the answer is no HTTP"
    said = str(error).rpartition(": ")[2] or type(error).__name__
    return said.partition("[Errno ")[2].partition("] ")[2].removesuffix(")") or said

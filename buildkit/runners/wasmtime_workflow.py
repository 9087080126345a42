"""The host's side of `runtara:workflow`: a component asks here for its checkpoints and signals, and the service is asked in its name.

The component knows neither the address of the service nor its token, and needs no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from wasmtime.component import Linker, Record, Variant

from buildkit.records import dataclass
from buildkit.runners.service_client import ServiceClient, ServiceError

INTERFACE: Final = "runtara:workflow/checkpoints@0.1."
UNREACHED: Final = 0
"""The status of a problem where the service was not reached."""

RUNNING: Final = "running"
STOPS: Final = ("should-pause", "should-cancel")
OPTIONAL: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "registration": ("state", "result"),
        "checkpointed": ("existing-state",),
        "slept": ("existing-state",),
        "waiting": ("signal",),
        "ended": ("result",),
    }
)
"""The fields of each record that may be absent, both here and in the service's answer."""

Asked = Callable[..., Variant]


@dataclass(frozen=True, kw_only=True)
class WorkflowHost:
    """Serves one instance. Without a client nothing is kept, and no signal ever comes."""

    client: ServiceClient | None = None
    instance: str = ""

    def link(self, linker: Linker, interface: str) -> None:
        """Define the functions of the interface, under the name and version that the component imports."""
        with linker.root() as root, root.add_instance(interface) as instance:
            for name, function in self.functions().items():
                instance.add_func(name, _without_store(function))

    def functions(self) -> Mapping[str, Asked]:
        """Return what `fixtures/runtara/wit` declares, by the names there."""
        return {
            "register": self._register,
            "checkpoint": self._checkpoint,
            "signals": self._signals,
            "durable-sleep": self._sleep,
            "completed": lambda result: self._tell("ended", "completed", {"result": result}),
            "failed": lambda error, code: self._tell("ended", "failed", {"error": error, "code": code}),
            "suspended": lambda: self._tell("ended", "suspended", {}),
        }

    def _register(self, resume_from: str | None) -> Variant:
        return self._tell("registration", "register", {"checkpoint_id": resume_from})

    def _checkpoint(self, checkpoint_id: str, state: str) -> Variant:
        return self._tell("checkpointed", "checkpoint", {"checkpoint_id": checkpoint_id, "state": state})

    def _sleep(self, checkpoint_id: str, state: str, duration_ms: int) -> Variant:
        return self._tell("slept", "durable-sleep", {"checkpoint_id": checkpoint_id, "state": state, "duration_ms": duration_ms})

    def _signals(self) -> Variant:
        return self._answered("waiting", {}, lambda client: client.signals(self.instance))

    def _tell(self, kind: str, operation: str, body: Mapping[str, Any]) -> Variant:
        return self._answered(kind, body, lambda client: client.tell(self.instance, operation, body))

    def _answered(self, kind: str, body: Mapping[str, Any], ask: Callable[[ServiceClient], Mapping[str, Any]]) -> Variant:
        try:
            answer = _unkept(body) if self.client is None else ask(self.client)
        except ServiceError as error:
            return Variant("err", _record({"status": error.status or UNREACHED, "message": error.message}))
        return Variant("ok", answered_record(kind, answer))


def answered_record(kind: str, answer: Mapping[str, Any]) -> Record:
    """Return the record of that kind for an answer of the service, whose names have underscores."""
    values: dict[str, Any] = {name: answer.get(name.replace("-", "_")) for name in OPTIONAL[kind]}
    if kind not in {"waiting", "ended"}:
        values |= {name: bool(answer.get(name.replace("-", "_"))) for name in STOPS}
    if kind in {"registration", "ended"}:
        values["status"] = str(answer.get("status", RUNNING))
    if kind == "slept":
        values["remaining-ms"] = int(answer.get("remaining_ms") or 0)
    return _record(values)


def _unkept(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer as a service that has just met the instance: a sleep is as long as it was asked for."""
    return {"status": RUNNING, "remaining_ms": body.get("duration_ms", 0)}


def _record(values: Mapping[str, Any]) -> Record:
    record = Record()
    # The names have hyphens, as those of every WIT record.
    record.__dict__.update(values)
    return record


def _without_store(function: Asked) -> Callable[..., Any]:
    return lambda _store, *arguments: function(*arguments)

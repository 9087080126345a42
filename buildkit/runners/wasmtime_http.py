"""HTTP for a component, to the hosts that were granted and to no other.

wasmtime's API for Python has no list of hosts (`Linker.add_wasi_http` grants all of them or none). So a function of ours stands in the place
of `wasi:http/outgoing-handler`: it asks where a request goes, and hands on what it admits. It does both through a component of its own,
`http_filter.wat`, because the host's functions can be called from within wasm alone. Nothing else reaches a network: WASI's sockets are closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from wasmtime import Engine, Store
from wasmtime.component import Component, Instance, Linker, Variant

from buildkit.records import dataclass
from buildkit.runners.hosts import AllowedHost, is_admitted

FILTER: Final = Path(__file__).with_name("http_filter.wat")
REFUSAL: Final = "HTTP-request-denied"
"""The case of `error-code` in `wasi:http/types` that a refused request is answered with."""

SCHEMES: Final = {"HTTP": "http", "HTTPS": "https"}
DEFAULT_SCHEME: Final = "https"
"""What wasmtime takes where a request names none."""


@dataclass(frozen=True, kw_only=True)
class HostFilter:
    """Hands on requests to `hosts`; `refused` gathers where the others were to go."""

    hosts: tuple[AllowedHost, ...]
    refused: list[str]

    def link(self, linker: Linker, store: Store, handlers: Sequence[str]) -> None:
        """Put the filter in the place of the named handlers; `linker` has `wasi:http` already."""
        with Component(linker.engine, FILTER.read_text(encoding="utf-8")) as component, _http(linker.engine) as whole:
            instance = whole.instantiate(store, component)
        linker.allow_shadowing = True
        for handler in handlers:
            with linker.root() as root, root.add_instance(handler) as shadow:
                shadow.add_func("handle", self._handling(instance, store))

    def _handling(self, instance: Instance, store: Store) -> Any:
        scheme, authority, forward = (_function(instance, store, name) for name in ("scheme", "authority", "forward"))

        def handle(context: Any, request: Any, options: Any) -> Any:
            asked = scheme(context, request)
            name = DEFAULT_SCHEME if asked is None else SCHEMES.get(asked.tag, "")
            place = authority(context, request) or ""
            if is_admitted(self.hosts, name, place):
                return forward(context, request, options)
            self.refused.append(place or "no host")
            for unused in (request, options):
                if unused is not None:
                    unused.drop(context)
            return Variant(REFUSAL)

        return handle


def _http(engine: Engine) -> Linker:
    linker = Linker(engine)
    linker.add_wasip2()
    linker.add_wasi_http()
    return linker


def _function(instance: Instance, store: Store, name: str) -> Any:
    function = instance.get_func(store, name)
    if function is None:
        raise LookupError(name)
    return function

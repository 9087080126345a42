"""Load, link and call wasm programs: components of the WASI 0.2 command world, and command modules of WASI 0.1."""

from __future__ import annotations

from dataclasses import field
from typing import Final, Protocol

from wasmtime import Engine, Func, Linker, Module, Store
from wasmtime.component import Component, Variant
from wasmtime.component import Linker as ComponentLinker

from buildkit.records import dataclass
from buildkit.runners.hosts import AllowedHost
from buildkit.runners.wasmtime_cache import CompiledCache
from buildkit.runners.wasmtime_http import REFUSAL, HostFilter
from buildkit.runners.wasmtime_workflow import INTERFACE, WorkflowHost

COMPONENT_HEADER: Final = b"\0asm\x0d\0\x01\0"
RUN_INTERFACE: Final = "wasi:cli/run@0.2."
HTTP: Final = "wasi:http/"
HTTP_HANDLER: Final = "wasi:http/outgoing-handler@"


class CannotStartError(Exception):
    """A program cannot be called, because of itself or of what it was to be given; says why."""


@dataclass(frozen=True, kw_only=True)
class Grants:
    """What a component may reach beside WASI: HTTP to any host or to some, and whatever serves `runtara:workflow`."""

    network: bool = False
    hosts: tuple[AllowedHost, ...] = ()
    workflow: WorkflowHost = field(default_factory=WorkflowHost)


class Program(Protocol):
    """A compiled wasm program that is ready to be called once."""

    def uses_http(self) -> bool:
        """Say whether the store must hold the state of HTTP requests."""
        ...

    def call(self, store: Store) -> int:
        """Run in `store` and return the exit code; raises what wasmtime raises."""
        ...

    def refused_requests(self) -> tuple[str, ...]:
        """Return the authorities of the HTTP requests that were refused so far, one for each; it is empty where nobody looked."""
        ...

    def close(self) -> None:
        """Give the compiled code back."""
        ...


def load_program(engine: Engine, cache: CompiledCache, content: bytes, grants: Grants) -> Program:
    """Compile a component or a core module, as its header says; raises `WasmtimeError` when it is not valid."""
    if content.startswith(COMPONENT_HEADER):
        return CommandComponent(engine=engine, component=cache.compiled(Component, engine, content), grants=grants)
    return CommandModule(engine=engine, module=cache.compiled(Module, engine, content))


@dataclass(frozen=True, kw_only=True)
class CommandComponent:
    """A component that exports `wasi:cli/run`. HTTP requests that are not granted are answered with an error, not sent."""

    engine: Engine
    component: Component
    grants: Grants
    refused: list[str] = field(default_factory=list)

    def uses_http(self) -> bool:
        """Look at what the component imports."""
        return any(name.startswith(HTTP) for name in self._imports())

    def call(self, store: Store) -> int:
        """Call `run`; its error is the code 1."""
        exports = self.component.type.exports(self.engine)
        interface = next((name for name in exports if name.startswith(RUN_INTERFACE)), None)
        if interface is None:
            raise CannotStartError(_without("wasi:cli/run@0.2", tuple(exports)))
        with ComponentLinker(self.engine) as linker:
            self._link(linker, store)
            instance = linker.instantiate(store, self.component)
            index = self.component.get_export_index("run", self.component.get_export_index(interface))
            function = instance.get_func(store, index) if index is not None else None
            if function is None:
                raise CannotStartError(f"its {interface} has no function run")
            result = function(store)
        return int(isinstance(result, Variant) and result.tag == "err")

    def refused_requests(self) -> tuple[str, ...]:
        """Return where the refused requests were to go."""
        return tuple(self.refused)

    def close(self) -> None:
        """Close the component."""
        self.component.close()

    def _imports(self) -> tuple[str, ...]:
        return tuple(self.component.type.imports(self.engine))

    def _link(self, linker: ComponentLinker, store: Store) -> None:
        linker.add_wasip2()
        for name in self._imports():
            if name.startswith(INTERFACE):
                self.grants.workflow.link(linker, name)
        if not self.uses_http():
            return
        linker.add_wasi_http()
        handlers = tuple(name for name in self._imports() if name.startswith(HTTP_HANDLER))
        if self.grants.network or not handlers:
            return
        if self.grants.hosts:
            HostFilter(hosts=self.grants.hosts, refused=self.refused).link(linker, store, handlers)
            return
        linker.allow_shadowing = True
        for name in handlers:
            self._deny(linker, name)

    def _deny(self, linker: ComponentLinker, handler: str) -> None:
        """Put a handler in the real one's place that refuses each request, as a host behind a closed firewall would."""

        def refuse(*_: object) -> Variant:
            self.refused.append("")
            return Variant(REFUSAL)

        with linker.root() as root, root.add_instance(handler) as instance:
            instance.add_func("handle", refuse)


@dataclass(frozen=True, kw_only=True)
class CommandModule:
    """A core module that imports WASI 0.1 at most and exports `_start`."""

    engine: Engine
    module: Module

    def uses_http(self) -> bool:
        """Say no: WASI 0.1 has no HTTP."""
        return False

    def call(self, store: Store) -> int:
        """Call `_start`; returning from it is the code 0."""
        with Linker(self.engine) as linker:
            linker.define_wasi()
            instance = linker.instantiate(store, self.module)
            start = instance.exports(store).get("_start")
            if not isinstance(start, Func):
                raise CannotStartError(_without("_start", tuple(entry.name for entry in self.module.exports)))
            start(store)
        return 0

    def refused_requests(self) -> tuple[str, ...]:
        """Return none: there is nothing to refuse."""
        return ()

    def close(self) -> None:
        """Close the module."""
        self.module.close()


def _without(wanted: str, exports: tuple[str, ...]) -> str:
    return f"it exports no {wanted}, so it is no command; it exports {', '.join(exports) or 'nothing'}"

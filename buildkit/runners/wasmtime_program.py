"""Load, link and call wasm programs: components of the WASI 0.2 command world, and command modules of WASI 0.1."""

from __future__ import annotations

from dataclasses import field
from typing import Final, Protocol

from wasmtime import Engine, Func, Linker, Module, Store
from wasmtime.component import Component, Variant
from wasmtime.component import Linker as ComponentLinker

from buildkit.records import dataclass
from buildkit.runners.wasmtime_cache import CompiledCache

COMPONENT_HEADER: Final = b"\0asm\x0d\0\x01\0"
RUN_INTERFACE: Final = "wasi:cli/run@0.2."
HTTP: Final = "wasi:http/"
HTTP_HANDLER: Final = "wasi:http/outgoing-handler@"
REFUSAL: Final = "HTTP-request-denied"
"""The case of `error-code` in `wasi:http/types` that a refused request is answered with."""


class CannotStartError(Exception):
    """A program cannot be called, because of itself or of what it was to be given; says why."""


class Program(Protocol):
    """A compiled wasm program that is ready to be called once."""

    def uses_http(self) -> bool:
        """Say whether the store must hold the state of HTTP requests."""
        ...

    def call(self, store: Store) -> int:
        """Run in `store` and return the exit code; raises what wasmtime raises."""
        ...

    def refused_requests(self) -> int:
        """Return how many HTTP requests were refused so far."""
        ...

    def close(self) -> None:
        """Give the compiled code back."""
        ...


def load_program(engine: Engine, cache: CompiledCache, content: bytes, *, network: bool) -> Program:
    """Compile a component or a core module, as its header says; raises `WasmtimeError` when it is not valid."""
    if content.startswith(COMPONENT_HEADER):
        return CommandComponent(engine=engine, component=cache.compiled(Component, engine, content), network=network)
    return CommandModule(engine=engine, module=cache.compiled(Module, engine, content))


@dataclass(frozen=True, kw_only=True)
class CommandComponent:
    """A component that exports `wasi:cli/run`. Without `network` its HTTP requests are answered with an error, not sent."""

    engine: Engine
    component: Component
    network: bool
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
            self._link(linker)
            instance = linker.instantiate(store, self.component)
            index = self.component.get_export_index("run", self.component.get_export_index(interface))
            function = instance.get_func(store, index) if index is not None else None
            if function is None:
                raise CannotStartError(f"its {interface} has no function run")
            result = function(store)
        return int(isinstance(result, Variant) and result.tag == "err")

    def refused_requests(self) -> int:
        """Count the calls that the denying handler got."""
        return len(self.refused)

    def close(self) -> None:
        """Close the component."""
        self.component.close()

    def _imports(self) -> tuple[str, ...]:
        return tuple(self.component.type.imports(self.engine))

    def _link(self, linker: ComponentLinker) -> None:
        linker.add_wasip2()
        if not self.uses_http():
            return
        linker.add_wasi_http()
        if not self.network:
            linker.allow_shadowing = True
            for name in self._imports():
                if name.startswith(HTTP_HANDLER):
                    self._deny(linker, name)

    def _deny(self, linker: ComponentLinker, handler: str) -> None:
        """Put a handler in the real one's place that refuses each request, as a host behind a closed firewall would."""

        def refuse(*_: object) -> Variant:
            self.refused.append(handler)
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

    def refused_requests(self) -> int:
        """Return none: there is nothing to refuse."""
        return 0

    def close(self) -> None:
        """Close the module."""
        self.module.close()


def _without(wanted: str, exports: tuple[str, ...]) -> str:
    return f"it exports no {wanted}, so it is no command; it exports {', '.join(exports) or 'nothing'}"

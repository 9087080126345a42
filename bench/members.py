"""The members of the workspace that is measured: five crates that select their platform with features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PLATFORMS: Final = ("native", "wasi", "wasm-js", "embedded")

_SERDE: Final = '{ version = "1", default-features = false, features = ["derive", "alloc"] }'
_TRACING: Final = '{ version = "0.1", default-features = false, features = ["attributes"], optional = true }'
_TOKIO: Final = '{ version = "1", features = ["full"], optional = true }'
_UUID: Final = '{ version = "1", default-features = false, optional = true }'
_THISERROR: Final = '{ version = "2", default-features = false }'


def _optional(version: str) -> str:
    return f'{{ version = "{version}", optional = true }}'


def _member(name: str, *, optional: bool = False) -> str:
    return f'{{ path = "../{name}", default-features = false{", optional = true" if optional else ""} }}'


@dataclass(frozen=True, kw_only=True)
class Member:
    """A member of the workspace. `dependencies` are TOML values."""

    name: str
    features: Mapping[str, tuple[str, ...]]
    dependencies: Mapping[str, str]


DSL: Final = Member(
    name="flow-dsl",
    features={
        "default": ("std", "json"),
        "alloc": ("serde/alloc",),
        "std": ("alloc", "serde/std"),
        "json": ("std", "dep:serde_json"),
        "schema": ("json",),
        **{name: (f"dep:{name}",) for name in ("time", "uuid", "tracing")},
        **dict.fromkeys(PLATFORMS[:3], ("std",)),
        "embedded": ("alloc",),
    },
    dependencies={
        "serde": '{ version = "1", default-features = false, features = ["derive"] }',
        "serde_json": _optional("1"),
        "thiserror": _THISERROR,
        "time": '{ version = "0.3", default-features = false, features = ["macros"], optional = true }',
        "tracing": _TRACING,
        "uuid": _UUID,
    },
)

HTTP: Final = Member(
    name="flow-http",
    features={
        "default": ("native",),
        "native": ("dep:tokio", "flow-dsl/native"),
        "wasi": ("flow-dsl/wasi",),
        "wasm-js": ("dep:wasm-bindgen", "dep:js-sys", "flow-dsl/wasm-js"),
        "embedded": ("dep:embedded-io", "flow-dsl/embedded"),
        "json": ("flow-dsl/json", "dep:serde_json"),
        "retry": (),
        "backoff": ("retry",),
        "tracing": ("dep:tracing", "flow-dsl/tracing"),
    },
    dependencies={
        "embedded-io": _optional("0.6"),
        "flow-dsl": _member("flow-dsl"),
        "js-sys": _optional("0.3"),
        "serde": _SERDE,
        "serde_json": _optional("1"),
        "tokio": _TOKIO,
        "tracing": _TRACING,
        "wasm-bindgen": _optional("0.2"),
    },
)

SDK: Final = Member(
    name="flow-sdk",
    features={
        "default": ("native", "json"),
        "native": ("flow-http/native", "flow-dsl/native", "dep:tokio"),
        "wasi": ("flow-http/wasi", "flow-dsl/wasi"),
        "wasm-js": ("flow-http/wasm-js", "flow-dsl/wasm-js", "dep:wasm-bindgen"),
        "embedded": ("flow-http/embedded", "flow-dsl/embedded"),
        "json": ("flow-http/json", "flow-dsl/json"),
        "checkpoint": ("json", "dep:uuid"),
        "signals": (),
        "heartbeat": ("signals", "time"),
        "time": ("flow-dsl/time",),
        "tracing": ("flow-http/tracing", "dep:tracing"),
    },
    dependencies={
        "flow-dsl": _member("flow-dsl"),
        "flow-http": _member("flow-http"),
        "serde": _SERDE,
        "thiserror": _THISERROR,
        "tokio": _TOKIO,
        "tracing": _TRACING,
        "uuid": _UUID,
        "wasm-bindgen": _optional("0.2"),
    },
)

AGENTS: Final = Member(
    name="flow-agents",
    features={
        "default": ("native", "text"),
        "native": ("flow-sdk/native",),
        "wasi": ("flow-sdk/wasi",),
        "wasm-js": ("flow-sdk/wasm-js", "dep:js-sys"),
        "embedded": ("flow-sdk/embedded",),
        "text": (),
        "csv": ("text",),
        "xml": ("text",),
        "json": ("flow-sdk/json",),
        "transform": ("json", "csv"),
        "crypto": ("dep:uuid",),
        "http": ("dep:flow-http",),
        "tracing": ("flow-sdk/tracing",),
    },
    dependencies={
        "flow-http": _member("flow-http", optional=True),
        "flow-sdk": _member("flow-sdk"),
        "js-sys": _optional("0.3"),
        "serde": _SERDE,
        "uuid": _UUID,
    },
)

STDLIB: Final = Member(
    name="flow-stdlib",
    features={
        "default": ("native", "agents"),
        **{name: (f"flow-sdk/{name}", f"flow-agents?/{name}") for name in PLATFORMS},
        "agents": ("dep:flow-agents",),
        "json": ("flow-sdk/json",),
        "time": ("flow-sdk/time",),
        "checkpoint": ("flow-sdk/checkpoint", "json"),
        "tracing": ("flow-sdk/tracing",),
        "telemetry": ("tracing",),
    },
    dependencies={
        "flow-agents": _member("flow-agents", optional=True),
        "flow-sdk": _member("flow-sdk"),
        "serde": _SERDE,
    },
)

MEMBERS: Final = (DSL, HTTP, SDK, AGENTS, STDLIB)

ROOT: Final = DSL.name
"""The crate that all others depend on: what an edit of it makes stale is every cell."""

"""Components for WASI 0.2 hosts: wasmtime, Spin, edge platforms."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit import CompilationTarget, Denial, hookimpl
from buildkit.artifacts.checks import require_wasi_component

NO_SOCKETS = "tokio's sockets, processes and signals need an operating system below"
DENIES = (
    Denial(crate="tokio", features=("net", "process", "signal", "rt-multi-thread"), reason=NO_SOCKETS),
    Denial(crate="mio", reason="needs epoll, kqueue or IOCP"),
    Denial(crate="openssl-sys", reason="needs a C OpenSSL that WASI does not have"),
    Denial(crate="native-tls", reason="needs the TLS of an operating system"),
    Denial(crate="libssh2-sys", reason="needs C sockets"),
    Denial(crate="signal-hook-registry", reason="WASI has no signals"),
    Denial(crate="nix", reason="wraps Unix system calls"),
)


@hookimpl
def buildkit_compilation_targets() -> Iterable[CompilationTarget]:
    """Declare `wasm32-wasip2`."""
    return (
        CompilationTarget(
            name="wasm32-wasip2",
            triple="wasm32-wasip2",
            summary="components for WASI 0.2 hosts",
            tags=frozenset({"wasm", "wasi", "server"}),
            stdlib_feature="wasi",
            file_extension="wasm",
            required_tools=("rust-lld", "wasm-component-ld"),
            denies=DENIES,
            runner="wasmtime",
            check_artifact=require_wasi_component,
        ),
    )

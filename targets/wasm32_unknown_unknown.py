"""Modules for browsers, Node and Workers, which have no operating system and no clock of their own."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit import CompilationTarget, Denial, hookimpl
from buildkit.artifacts.checks import forbid_host_imports

NO_SYSTEM = "compiles here, and fails at run time: there is no operating system"
DENIES = (
    Denial(crate="tokio", features=("net", "fs", "process", "signal", "rt-multi-thread"), reason="tokio refuses it on this triple"),
    Denial(crate="mio", reason="needs epoll, kqueue or IOCP"),
    Denial(crate="socket2", reason="there are no sockets"),
    Denial(crate="openssl-sys", reason="needs a C OpenSSL"),
    Denial(crate="native-tls", reason="needs the TLS of an operating system"),
    Denial(crate="libssh2-sys", reason="needs C sockets"),
    Denial(crate="tempfile", reason=NO_SYSTEM),
    Denial(crate="nix", reason="wraps Unix system calls"),
    Denial(crate="wasi", reason="its imports exist on WASI hosts only"),
)


@hookimpl
def buildkit_compilation_targets() -> Iterable[CompilationTarget]:
    """Declare `wasm32-unknown-unknown`."""
    return (
        CompilationTarget(
            name="wasm32-unknown-unknown",
            triple="wasm32-unknown-unknown",
            summary="modules for browsers, Node and Workers",
            tags=frozenset({"wasm", "browser"}),
            stdlib_feature="wasm-js",
            file_extension="wasm",
            required_tools=("rust-lld",),
            denies=DENIES,
            runner="node",
            check_artifact=forbid_host_imports,
        ),
    )

"""The host's own triple."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit import CompilationTarget, hookimpl


def host_triple(host: str) -> str:
    """Return the host's triple itself."""
    return host


@hookimpl
def buildkit_compilation_targets() -> Iterable[CompilationTarget]:
    """Declare `native`."""
    return (
        CompilationTarget(
            name="native",
            triple=host_triple,
            summary="programs for this machine, linked as its toolchain does by default",
            tags=frozenset({"native", "server"}),
            stdlib_feature="native",
            required_tools=("cc",),
            runner="native",
        ),
    )

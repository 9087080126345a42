"""Programs that run on any server of this machine's architecture: static musl on Linux, the host's own triple on macOS."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit import CompilationTarget, Denial, hookimpl
from buildkit.artifacts.checks import require_static

DENIES = (
    Denial(crate="libloading", reason="a static musl program cannot load shared libraries at run time"),
    Denial(crate="dlopen2", reason="a static musl program cannot load shared libraries at run time"),
)


def portable_triple(host: str) -> str:
    """Return the triple whose programs need nothing of the system that they run on."""
    architecture, _, rest = host.partition("-")
    return f"{architecture}-apple-darwin" if rest.startswith("apple") else f"{architecture}-unknown-linux-musl"


@hookimpl
def buildkit_compilation_targets() -> Iterable[CompilationTarget]:
    """Declare `native-musl`."""
    return (
        CompilationTarget(
            name="native-musl",
            triple=portable_triple,
            summary="static programs for servers: musl on Linux, darwin on macOS",
            tags=frozenset({"native", "server"}),
            stdlib_feature="native",
            required_tools=("cc",),
            denies=DENIES,
            runner="native",
            check_artifact=require_static,
        ),
    )

"""A compilation target from outside the project: an e-paper badge."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit import CompilationTarget, Denial, StdKind, hookimpl


@hookimpl
def buildkit_compilation_targets() -> Iterable[CompilationTarget]:
    """Declare `badge`."""
    return (
        CompilationTarget(
            name="badge",
            triple="thumbv7m-none-eabi",
            summary="the conference badge",
            tags=frozenset({"embedded"}),
            stdlib_feature="embedded",
            std=StdKind.CORE_ALLOC,
            denies=(Denial(crate="embedded-graphics", features=("nalgebra_support",), reason="does not fit into 64 KiB"),),
        ),
    )

"""Microcontrollers: no operating system, `core` and `alloc` only. The family that `extends = "embedded"` copies."""

from __future__ import annotations

from collections.abc import Iterable

from buildkit import CompilationTarget, Denial, StdKind, hookimpl
from buildkit.artifacts.checks import RequiredMachine

NEEDS_STD = "needs std, which bare metal does not have"
DENIES = (
    *(
        Denial(crate=crate, reason=NEEDS_STD)
        for crate in ("tokio", "mio", "reqwest", "hyper", "tempfile", "socket2", "openssl-sys", "rayon")
    ),
    *(
        Denial(crate=crate, features=("std",), reason=NEEDS_STD)
        for crate in ("serde", "serde_core", "serde_json", "futures-core", "futures-util")
    ),
    *(Denial(crate=crate, features=("std",), reason=NEEDS_STD) for crate in ("log", "memchr", "once_cell", "embedded-io", "num-traits")),
)

TRIPLES = {
    "thumbv7em-none-eabihf": ("Cortex-M4F and M7F", "qemu-arm", "ARM"),
    "thumbv6m-none-eabi": ("Cortex-M0 and M0+, without compare-and-swap", None, "ARM"),
    "riscv32imac-unknown-none-elf": ("RISC-V with integer, multiply, atomic and compressed instructions", "qemu-riscv32", "RISCV"),
}


@hookimpl
def buildkit_compilation_targets() -> Iterable[CompilationTarget]:
    """Declare one target for each triple of `TRIPLES`."""
    return tuple(
        CompilationTarget(
            name=triple,
            triple=triple,
            summary=f"bare metal: {summary}",
            tags=frozenset({"embedded"}),
            stdlib_feature="embedded",
            std=StdKind.CORE_ALLOC,
            required_tools=("rust-lld",),
            denies=DENIES,
            runner=runner,
            check_artifact=RequiredMachine(machine=machine),
        )
        for triple, (summary, runner, machine) in TRIPLES.items()
    )

"""Hold the triples of all compilation targets against the list of a compiler."""

from __future__ import annotations

from pathlib import Path

from buildkit.plugins import Targets, verify_triples
from buildkit.process import Command, Runner
from buildkit.toolchain.model import Toolchain


def verify_targets(targets: Targets, toolchain: Toolchain, *, processes: Runner) -> None:
    """Raise `PluginError` for a target whose triple the compiler does not know; its standard library need not be here."""
    command = Command(argv=(str(toolchain.rustc), "--print", "target-list"), cwd=Path("/"), env={"RUSTUP_TOOLCHAIN": None})
    listed = processes.run(command)
    if listed.succeeded:
        verify_triples(targets, frozenset(listed.stdout.split()), toolchain.host)

"""Invocations as the comparison's recorder writes them down."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.recording import Invocation

DEPS = "/target/debug/deps"


def rustc(
    name: str,
    *,
    times: tuple[float, float] = (0.0, 1.0),
    externs: Mapping[str, str] | None = None,
    features: tuple[str, ...] = (),
    call: str = "call",
    metadata: float | None = None,
    manifest: str | None = None,
    cpu: float | None = None,
    folder: str = DEPS,
) -> Invocation:
    """Return a compilation of cargo's into a folder; `externs` are crate names with the suffix that is waited for."""
    started, ended = times
    cfgs = (part for feature in features for part in ("--cfg", f'feature="{feature}"'))
    linked = (part for crate, suffix in (externs or {}).items() for part in ("--extern", f"{crate}={folder}/lib{crate}-0.{suffix}"))
    naming = ("-C", "metadata=0", "-C", "extra-filename=-0", "--out-dir", folder)
    return Invocation(
        kind="rustc",
        id=name + "".join(features),
        call=call,
        argv=("rustc", "--crate-name", name, *cfgs, *naming, *linked),
        cwd=Path("/work"),
        environment={"CARGO_MANIFEST_DIR": manifest or f"/work/{name}"},
        started=started,
        metadata=metadata,
        ended=ended,
        cpu_seconds=ended - started if cpu is None else cpu,
        returncode=0,
    )


def cargo(name: str, times: tuple[float, float], *, call: str = "") -> Invocation:
    """Return a cargo call; `call` is the cargo call that it came from."""
    return Invocation(
        kind="cargo",
        id=name,
        call=call,
        argv=("cargo", "check"),
        cwd=Path("/work"),
        environment={},
        started=times[0],
        metadata=None,
        ended=times[1],
        cpu_seconds=0.0,
        returncode=0,
    )

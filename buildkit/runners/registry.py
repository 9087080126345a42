"""The runners by the names that compilation targets give."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from buildkit.records import dataclass
from buildkit.runners.model import ArtifactRunner
from buildkit.runners.native import NativeRunner
from buildkit.runners.wasmtime import WasmtimeRunner

RUNNERS: Final[Mapping[str, Callable[[], ArtifactRunner]]] = MappingProxyType({"native": NativeRunner, "wasmtime": WasmtimeRunner})


@dataclass(frozen=True, kw_only=True)
class MissingRunner:
    """Why nothing here can run a target's artifacts, as a lowercase fragment."""

    reason: str


def find_runner(name: str | None) -> ArtifactRunner | MissingRunner:
    """Return the runner that a target names; `None` is a target that names none."""
    if name is None:
        return MissingRunner(reason="the target names no runner")
    if name not in RUNNERS:
        return MissingRunner(reason=f"no runner for {name} yet; there are: {', '.join(RUNNERS)}")
    return RUNNERS[name]()

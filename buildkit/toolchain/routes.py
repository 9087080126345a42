"""By which way a toolchain can have the standard library for a target."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from itertools import chain

from buildkit.model import CompilationTarget
from buildkit.records import dataclass
from buildkit.toolchain.model import Origin, StdNeed, StdProvider, Toolchain
from buildkit.toolchain.situation import MUSL_SUFFIX, Situation


@dataclass(frozen=True, kw_only=True)
class Route:
    """A way to the standard library for one target; `ready` says that nothing is left to do."""

    provider: StdProvider
    ready: bool


def find_route(situation: Situation, toolchain: Toolchain, target: CompilationTarget) -> Route | None:
    """Return the first way in the order of the providers, one that is ready before all others; `None` where there is none."""
    if situation.missing_tools(toolchain, target):
        return None
    return next(chain(_ready(situation, toolchain, target), _open(situation, toolchain, target)), None)


def _ready(situation: Situation, toolchain: Toolchain, target: CompilationTarget) -> Iterator[Route]:
    is_shipped = target.target_spec is None and target.triple_for(toolchain.host) in toolchain.prebuilt
    if is_shipped or situation.request.need is StdNeed.NONE:
        yield Route(provider=StdProvider.SHIPPED, ready=True)
    elif situation.find_sysroot(toolchain, target) is not None:
        yield Route(provider=StdProvider.SOURCE, ready=True)


def _open(situation: Situation, toolchain: Toolchain, target: CompilationTarget) -> Iterator[Route]:
    triple = target.triple_for(toolchain.host)
    for provider, origin in ((StdProvider.RUSTUP, Origin.RUSTUP), (StdProvider.DISTRIBUTION, Origin.DISTRIBUTION)):
        is_tried = provider in situation.refused or situation.request.offline
        if toolchain.origin is origin and not is_tried and target.target_spec is None and _may_download(situation, provider, triple):
            yield Route(provider=provider, ready=False)
    if toolchain.source is not None and _has_start_files(situation, triple):
        yield Route(provider=StdProvider.SOURCE, ready=False)


def _may_download(situation: Situation, provider: StdProvider, triple: str) -> bool:
    """Say whether a provider could have a triple; a distribution packages std for WebAssembly, and installing must be allowed."""
    return provider is StdProvider.RUSTUP or (situation.request.install and triple.startswith("wasm32"))


def _has_start_files(situation: Situation, triple: str) -> bool:
    """Say whether start files are here or can be had; gcc's are those of this machine's architecture alone."""
    if situation.start_files(triple) is not None:
        return True
    own = triple.partition("-")[0] == platform.machine()
    return situation.may_fetch and (own or not triple.endswith(MUSL_SUFFIX))

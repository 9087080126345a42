"""What is here already to compile with; nothing is provided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from buildkit.errors import ToolchainError
from buildkit.events import Event
from buildkit.process import Runner
from buildkit.records import dataclass
from buildkit.toolchain.choose import choose
from buildkit.toolchain.ensure import look
from buildkit.toolchain.model import StdProvider, Supply, Toolchain, ToolchainRequest
from buildkit.toolchain.situation import Situation
from buildkit.toolchain.supply import supply_for


@dataclass(frozen=True, kw_only=True)
class Present:
    """What each target of a request can be compiled with, and the names of those whose standard library is not here."""

    supplies: Mapping[str, Supply]
    missing: tuple[str, ...]


def present(request: ToolchainRequest, reader: Toolchain, *, environment: Mapping[str, str], processes: Runner) -> Present:
    """Return what is here for each target, by name; what is not ready gets its compiler without anything added, `reader` where none fits."""
    situation = look(replace(request, store=request.store.absolute()), environment=environment, processes=processes, emit=_ignore)
    toolchain = _chosen(situation) or reader
    supplies: dict[str, Supply] = {}
    missing: list[str] = []
    for target in request.targets:
        try:
            supplies[target.name] = supply_for(situation, toolchain, target)
        except ToolchainError:
            missing.append(target.name)
            triple = target.triple_for(toolchain.host)
            supplies[target.name] = Supply(toolchain=toolchain, target=target, triple=triple, provider=StdProvider.SHIPPED)
    return Present(supplies=supplies, missing=tuple(missing))


def _chosen(situation: Situation) -> Toolchain | None:
    """Return the compiler that would be taken, `None` where there would have to be another first."""
    try:
        return choose(situation).toolchain
    except ToolchainError:
        return None


def _ignore(_: Event) -> None:
    """Say nothing: nothing is done."""

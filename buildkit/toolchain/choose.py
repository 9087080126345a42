"""Choose the toolchain that serves a whole request with the least to do."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from buildkit.cargo.surroundings import C_LIBRARY_HINT
from buildkit.errors import ToolchainError
from buildkit.model import CompilationTarget
from buildkit.records import dataclass
from buildkit.toolchain.linkers import PROVIDED_TOOLS, is_tool_here, missing_tool_packages
from buildkit.toolchain.model import Origin, StdNeed, StdProvider, Toolchain
from buildkit.toolchain.routes import Route, find_route
from buildkit.toolchain.situation import Situation

COST: Final = {StdProvider.SHIPPED: 0, StdProvider.RUSTUP: 1, StdProvider.DISTRIBUTION: 2, StdProvider.SOURCE: 3}
"""What a route costs when something is left to do; the order of the providers, and a build is dearer than a download."""

ARCHITECTURES: Final = {"riscv64": "riscv64gc", "ppc64le": "powerpc64le"}
"""Machines that rustc calls otherwise than the kernel does."""

UNPACKING: Final = 10
"""What a compiler costs that must be unpacked first; any that is here and can serve comes before."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A toolchain and the route of each target by name; `toolchain` is `None` where one must be unpacked first."""

    toolchain: Toolchain | None
    host: str
    routes: Mapping[str, Route]

    @property
    def cost(self) -> int:
        """Return how much is left to do, for comparison only."""
        unpacking = UNPACKING if self.toolchain is None else 0
        return unpacking + sum(0 if route.ready else COST[route.provider] for route in self.routes.values())


def choose(situation: Situation) -> Choice:
    """Return the cheapest choice, the first found of equals; raises `ToolchainError` where nothing can serve the request."""
    _refuse_unknown_tools(situation)
    choice = min(_choices(situation), key=lambda choice: choice.cost, default=None)
    if choice is None:
        raise explain_refusal(situation)
    unfit = None if situation.request.install or choice.toolchain is None else situation.unfit_cc(choice.toolchain)
    if unfit is not None and situation.request.need is StdNeed.BUILD:
        raise ToolchainError(f"{unfit} can link no program: the C library's start files (crt1.o) are not installed", hint=C_LIBRARY_HINT)
    return choice


def _choices(situation: Situation) -> Iterator[Choice]:
    """Give the choices up to one with which nothing is left to do."""
    for toolchain in situation.permitted:
        choice = choice_for(situation, toolchain)
        if choice is not None:
            yield choice
            if not choice.cost:
                return
    if situation.may_fetch and StdProvider.SOURCE not in situation.refused:
        yield choice_to_unpack(situation)


def _refuse_unknown_tools(situation: Situation) -> None:
    """Refuse a tool that is not here and comes with no compiler: whatever were fetched for it would be in vain."""
    if situation.request.need is not StdNeed.BUILD:
        return
    for target in situation.request.targets:
        for tool in target.required_tools:
            if tool not in PROVIDED_TOOLS and not is_tool_here(tool, situation.toolchains, situation.environment):
                near = get_close_matches(tool, PROVIDED_TOOLS, n=1, cutoff=0.8)
                meant = f"did you mean {near[0]!r}? " if near else ""
                raise ToolchainError(
                    f"the compilation target {target.name!r} requires the tool {tool!r}, and no such program is on PATH",
                    hint=f"{meant}{_tool_hint(tool)}; buildkit targets says who declares {target.name}",
                )


def choice_for(situation: Situation, toolchain: Toolchain) -> Choice | None:
    """Return how one toolchain would serve the request, `None` where it cannot."""
    routes = {target.name: find_route(situation, toolchain, target) for target in situation.request.targets}
    if any(route is None for route in routes.values()):
        return None
    return Choice(toolchain=toolchain, host=toolchain.host, routes={name: route for name, route in routes.items() if route is not None})


def choice_to_unpack(situation: Situation) -> Choice:
    """Return how a compiler of the distribution would serve the request once it is unpacked: it ships std for its own host only."""
    host = distribution_host()
    built, shipped = Route(provider=StdProvider.SOURCE, ready=False), Route(provider=StdProvider.SHIPPED, ready=True)
    routes = {target.name: shipped if target.triple_for(host) == host else built for target in situation.request.targets}
    return Choice(toolchain=None, host=host, routes=routes)


def distribution_host() -> str:
    """Return the triple that a compiler of this machine's distribution has as its host."""
    machine = platform.machine()
    return f"{ARCHITECTURES.get(machine, machine)}-unknown-linux-gnu"


def explain_refusal(situation: Situation) -> ToolchainError:
    """Return the error that names what is missing, and the command that mends it."""
    request = situation.request
    if not situation.toolchains:
        return ToolchainError("there is no Rust compiler on this machine", hint="buildkit toolchain ensure, where there is a network")
    present = ", ".join(toolchain.title for toolchain in situation.toolchains)
    if not situation.permitted:
        return _unmet(situation, present)
    toolchain = situation.permitted[0]
    missing = [target for target in request.targets if find_route(situation, toolchain, target) is None]
    names = ", ".join(target.name for target in missing)
    tried = "".join(f"; {said}" for said in situation.refused.values())
    tools = [tool for target in missing for tool in situation.missing_tools(toolchain, target)]
    if tools:
        return ToolchainError(f"{toolchain.title} lacks {', '.join(dict.fromkeys(tools))} for {names}{tried}", hint=_tool_hint(tools[0]))
    offline = " offline" if request.offline else ""
    return ToolchainError(
        f"no compiler here can have a standard library for {names}{offline} ({present}){tried}", hint=_std_hint(toolchain, missing)
    )


def _unmet(situation: Situation, present: str) -> ToolchainError:
    pin, wanted = situation.pin, situation.request.rust_version
    pinned = [toolchain for toolchain in situation.toolchains if pin is None or pin.is_met_by(toolchain)]
    if pin is not None and not pinned:
        hint = f"rustup toolchain install {pin.channel}" if pin.channel is not None else f"put a toolchain into {pin.path}"
        return ToolchainError(f"{pin.file} asks for {pin.wanted!r}, which is not on this machine ({present})", hint=hint)
    return ToolchainError(
        f"the workspace needs rustc {wanted} or newer (rust-version), and this machine has {present}",
        hint=f"rustup toolchain install {wanted}",
    )


def _tool_hint(tool: str) -> str:
    package = missing_tool_packages(tool)
    return f"apt-get install {package}" if package is not None else f"install {tool}, or put it on PATH"


def _std_hint(toolchain: Toolchain, missing: list[CompilationTarget]) -> str:
    triples = " ".join(target.triple_for(toolchain.host) for target in missing)
    if toolchain.origin is Origin.RUSTUP:
        return f"rustup target add --toolchain {toolchain.name} {triples}"
    return "buildkit toolchain ensure, where there is a network"

"""Put together what one target is compiled with, once everything is here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from buildkit.errors import ToolchainError
from buildkit.model import CompilationTarget
from buildkit.toolchain.linkers import find_linker, find_tools, own_tools
from buildkit.toolchain.model import Origin, StdNeed, StdProvider, Supply, Toolchain
from buildkit.toolchain.routes import find_route
from buildkit.toolchain.situation import MUSL_SUFFIX, Situation


def supply_for(situation: Situation, toolchain: Toolchain, target: CompilationTarget) -> Supply:
    """Return what a target is compiled with; raises `ToolchainError` where its standard library is not here after all."""
    triple = target.triple_for(toolchain.host)
    route = find_route(situation, toolchain, target)
    if route is None or not route.ready:
        raise ToolchainError(f"there is no standard library for {target.name}", hint=f"buildkit toolchain ensure {target.name}")
    for entry in _used_entries(situation, toolchain, triple):
        situation.store.note_use(entry)
    sysroot = situation.find_sysroot(toolchain, target) if route.provider is StdProvider.SOURCE else None
    tools = find_tools(target, toolchain, situation.environment)
    linker = find_linker(tools)
    found_by_rustc = sysroot is None and linker is not None and linker.is_relative_to(own_tools(toolchain))
    return Supply(
        toolchain=toolchain,
        target=target,
        triple=triple,
        provider=route.provider,
        sysroot=sysroot,
        tools={name: path for name, path in tools.items() if path is not None},
        linker=None if found_by_rustc else linker,
        folders=tuple(_folders(situation, toolchain)),
        rustflags=() if sysroot is None else ("--sysroot", str(sysroot)),
        env=_c_environment(situation, triple),
    )


def _used_entries(situation: Situation, toolchain: Toolchain, triple: str) -> Iterator[Path]:
    """Give the entries of the store that a supply points into, beside its sysroot."""
    if toolchain.origin is Origin.STORE:
        yield toolchain.folder.parent
    if triple.endswith(MUSL_SUFFIX) and situation.musl_files is not None:
        yield situation.musl_files.folder
    if situation.stored_cc is not None:
        yield situation.stored_cc


def _folders(situation: Situation, toolchain: Toolchain) -> Iterator[Path]:
    yield toolchain.folder
    cc = None if situation.request.need is StdNeed.NONE else situation.cc(toolchain)
    if cc is not None and situation.stored_cc is not None and cc.is_relative_to(situation.stored_cc):
        yield cc.parent


def _c_environment(situation: Situation, triple: str) -> Mapping[str, str]:
    """Return the variables by which build scripts find a C compiler for the target, as the `cc` crate documents them."""
    if not triple.endswith(MUSL_SUFFIX) or situation.musl_files is None:
        return {}
    return {f"CC_{triple.replace('-', '_')}": str(situation.musl_files.compiler)}

"""Find, register and verify plugins, and give the compilation targets that they declare by name."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from types import MappingProxyType

import pluggy

from buildkit import hookspecs
from buildkit.errors import PluginError, UsageError
from buildkit.model import CompilationTarget
from buildkit.plugin_demands import DEMANDS, is_text
from buildkit.plugin_sources import MEND, PluginSources, find_plugins, guarded, said_by
from buildkit.records import dataclass

PROBE_HOSTS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin")
"""Hosts that a triple function is tried with, to see that it depends on its argument alone."""


@dataclass(frozen=True, kw_only=True)
class Targets(Mapping[str, CompilationTarget]):
    """The compilation targets by name, in name order, and which plugin provides each."""

    by_name: Mapping[str, CompilationTarget]
    providers: Mapping[str, str]

    def __getitem__(self, name: str) -> CompilationTarget:
        return self.by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def named(self, name: str) -> CompilationTarget:
        """Return the target of that name; raises `UsageError` with the nearest right one."""
        if name in self.by_name:
            return self.by_name[name]
        near = get_close_matches(name, self.by_name, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]!r}? all targets: buildkit targets" if near else "buildkit targets"
        raise UsageError(f"unknown target {name!r}", hint=hint)


def load_targets(sources: PluginSources | None = None) -> Targets:
    """Load every plugin and return what they declare; raises `PluginError` naming the plugin that is refused."""
    sources = sources or PluginSources()
    host = pluggy.PluginManager(hookspecs.PROJECT)
    host.add_hookspecs(hookspecs)
    for name, load in find_plugins(sources):
        if name not in sources.disabled:
            _register(host, name, guarded(name, load))
    return _collect(host)


def verify_triples(targets: Targets, known: frozenset[str], host: str) -> None:
    """Refuse a target whose triple rustc does not know and that gives no target-spec file; `known` is rustc's own list."""
    for name, target in targets.items():
        triple = target.triple_for(host)
        if target.target_spec is None and triple not in known:
            near = get_close_matches(triple, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "rustc --print target-list"
            raise PluginError(
                f"plugin {targets.providers[name]}: target {name!r} has the triple {triple!r}, which rustc does not know", hint=hint
            )


def _register(host: pluggy.PluginManager, name: str, plugin: object) -> None:
    try:
        host.register(plugin, name=name)
        host.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"plugin {name}: {said_by(error)}") from error
    except ValueError as error:
        raise PluginError(f"plugin {name}: registered twice") from error
    if not host.get_hookcallers(plugin):
        raise PluginError(
            f"plugin {name}: declares nothing", hint="mark buildkit_compilation_targets with @hookimpl, from buildkit import hookimpl"
        )


def _collect(host: pluggy.PluginManager) -> Targets:
    found: dict[str, CompilationTarget] = {}
    providers: dict[str, str] = {}
    for implementation in host.hook.buildkit_compilation_targets.get_hookimpls():
        provider = implementation.plugin_name
        for target in _declared(provider, implementation.function):
            if target.name in found:
                raise PluginError(f"two plugins declare the target {target.name!r}: {providers[target.name]} and {provider}")
            found[target.name] = target
            providers[target.name] = provider
    ordered = {name: found[name] for name in sorted(found)}
    return Targets(by_name=MappingProxyType(ordered), providers=MappingProxyType(providers))


def _declared(provider: str, function: Callable[[], object]) -> tuple[CompilationTarget, ...]:
    """Ask twice: a declaration that differs, or that starts something, is not a declaration."""
    first = guarded(provider, partial(_as_tuple, function))
    if not first:
        raise PluginError(f"plugin {provider}: declares nothing", hint="return at least one CompilationTarget")
    targets = tuple(_checked(provider, target) for target in first)
    for target in targets:
        _check_triple(provider, target)
    second = guarded(provider, partial(_as_tuple, function))
    if guarded(provider, lambda: first != second):
        raise PluginError(f"plugin {provider}: its declaration is not pure: two calls gave different targets")
    return tuple(guarded(provider, partial(_settled, provider, target)) for target in targets)


def _as_tuple(function: Callable[[], object]) -> tuple[object, ...]:
    declared = function()
    if not isinstance(declared, Iterable):
        raise TypeError(f"its hook returned {declared!r}, which is no iterable of CompilationTarget")
    return tuple(declared)


def _checked(provider: str, target: object) -> CompilationTarget:
    if not isinstance(target, CompilationTarget):
        raise PluginError(f"plugin {provider}: declares {reprlib.repr(target)}, which is no CompilationTarget")
    for field, (holds, wanted) in DEMANDS.items():
        value = getattr(target, field)
        if not holds(value):
            raise PluginError(
                f"plugin {provider}: target {reprlib.repr(target.name)}: {field} is {reprlib.repr(value)}, which is not {wanted}", hint=MEND
            )
    return target


def _check_triple(provider: str, target: CompilationTarget) -> None:
    for host in PROBE_HOSTS:
        first, second = (guarded(provider, partial(target.triple_for, host)) for _ in range(2))
        if not is_text(first):
            raise PluginError(f"plugin {provider}: target {target.name!r}: triple gives {reprlib.repr(first)} for {host}, which is no text")
        if first != second:
            raise PluginError(f"plugin {provider}: the triple of {target.name!r} is not a pure function of the host")


def _settled(provider: str, target: CompilationTarget) -> CompilationTarget:
    """Return the target with the collections of its model, and denials that name the plugin."""
    return replace(
        target,
        tags=frozenset(target.tags),
        rustflags=tuple(target.rustflags),
        required_tools=tuple(target.required_tools),
        extra_steps=tuple(target.extra_steps),
        denies=tuple(replace(denial, features=tuple(denial.features), source=provider) for denial in target.denies),
    )

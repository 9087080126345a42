"""Find, register and verify plugins, and give the compilation targets that they declare by name."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType

import pluggy

from buildkit import hookspecs
from buildkit.errors import PluginError, UsageError
from buildkit.model import CompilationTarget
from buildkit.purity import ImpureError, forbid_side_effects

BUNDLED = "buildkit_targets"
"""The package whose modules are the bundled plugins."""

PROBE_HOSTS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin")
"""Hosts that a triple function is tried with, to see that it depends on its argument alone."""


@dataclass(frozen=True, kw_only=True)
class PluginSources:
    """Where plugins come from besides the bundled ones: files of a workspace, and names that must not be loaded."""

    paths: tuple[Path, ...] = ()
    disabled: frozenset[str] = frozenset()


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
    for name, plugin in _plugins(sources):
        if name not in sources.disabled:
            _register(host, name, plugin)
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


def _plugins(sources: PluginSources) -> Iterator[tuple[str, object]]:
    bundled = importlib.import_module(BUNDLED)
    for module in sorted(pkgutil.iter_modules(bundled.__path__), key=lambda found: found.name):
        yield f"{BUNDLED}.{module.name}", importlib.import_module(f"{BUNDLED}.{module.name}")
    for point in sorted(entry_points(group=hookspecs.PROJECT), key=lambda found: found.name):
        if point.name not in sources.disabled:
            yield point.name, _loaded(point.name, point.load)
    for path in sources.paths:
        yield str(path), _loaded(str(path), lambda path=path: _module_from(path))


def _loaded(name: str, load: object) -> object:
    if not callable(load):
        raise PluginError(f"plugin {name}: cannot be loaded")
    try:
        with forbid_side_effects():
            return load()
    except (Exception, SystemExit) as error:  # a plugin may raise anything; its name must be told
        raise PluginError(f"plugin {name}: {_said(error)}", hint="disable it under [plugins] in buildkit.toml, or mend it") from error


def _module_from(path: Path) -> ModuleType:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    spec = importlib.util.spec_from_file_location(f"buildkit_plugin_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _register(host: pluggy.PluginManager, name: str, plugin: object) -> None:
    try:
        host.register(plugin, name=name)
        host.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(f"plugin {name}: {_said(error)}") from error
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


def _declared(provider: str, function: object) -> tuple[CompilationTarget, ...]:
    """Ask twice: a declaration that differs, or that starts something, is not a declaration."""
    first = _loaded(provider, lambda: _as_tuple(function))
    second = _loaded(provider, lambda: _as_tuple(function))
    if not isinstance(first, tuple) or not first:
        raise PluginError(f"plugin {provider}: declares nothing", hint="return at least one CompilationTarget")
    for target in first:
        if not isinstance(target, CompilationTarget):
            raise PluginError(f"plugin {provider}: declares {target!r}, which is no CompilationTarget")
        for host in PROBE_HOSTS:
            if _loaded(provider, lambda target=target, host=host: target.triple_for(host)) != target.triple_for(host):
                raise PluginError(f"plugin {provider}: the triple of {target.name!r} is not a pure function of the host")
    if first != second:
        raise PluginError(f"plugin {provider}: its declaration is not pure: two calls gave different targets")
    return first


def _as_tuple(function: object) -> tuple[object, ...]:
    if not callable(function):
        raise TypeError("its hook is not a function")
    declared = function()
    if not isinstance(declared, Iterable):
        raise TypeError(f"its hook returned {declared!r}, which is no iterable of CompilationTarget")
    return tuple(declared)


def _said(error: BaseException) -> str:
    if isinstance(error, ImpureError):
        return str(error)
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

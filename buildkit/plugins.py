"""Find, register and verify plugins, and give the compilation targets that they declare by name."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import re
import reprlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from hashlib import sha256
from importlib.metadata import entry_points
from io import StringIO
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Final, TypeVar

import pluggy

from buildkit import hookspecs
from buildkit.errors import PluginError, UsageError
from buildkit.model import CompilationTarget, Denial, ExtraStep, StdKind
from buildkit.purity import ImpureError, forbid_side_effects

BUNDLED = "buildkit_targets"
"""The package whose modules are the bundled plugins."""

PROBE_HOSTS = ("x86_64-unknown-linux-gnu", "aarch64-apple-darwin")
"""Hosts that a triple function is tried with, to see that it depends on its argument alone."""


NAME: Final = re.compile(r"[^\s/,*?\[\]]+")
"""What a target may be called: names stand in cell ids, in patterns and in file names."""

MEND: Final = "disable it under [plugins] in buildkit.toml, or mend it"

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, kw_only=True)
class PluginSources:
    """Where plugins come from besides the bundled ones: files of a workspace, and names that must not be loaded.

    `paths` are relative to `root`; such a plugin's name is its path as it is given here.
    """

    root: Path = Path()
    paths: tuple[str, ...] = ()
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
    for name, load in _plugins(sources):
        if name not in sources.disabled:
            _register(host, name, _loaded(name, load))
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


def _plugins(sources: PluginSources) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give each plugin's name and what loads it."""
    bundled = importlib.import_module(BUNDLED)
    for module in sorted(pkgutil.iter_modules(bundled.__path__), key=lambda found: found.name):
        name = f"{BUNDLED}.{module.name}"
        yield name, partial(importlib.import_module, name)
    for point in sorted(entry_points(group=hookspecs.PROJECT), key=lambda found: found.name):
        yield point.name, point.load
    for path in sources.paths:
        yield path, partial(_module_from, sources.root / path)


def _loaded(name: str, load: Callable[[], Loaded]) -> Loaded:
    try:
        # What a declaration prints must not get into a report.
        with forbid_side_effects(), redirect_stdout(StringIO()):
            return load()
    except (Exception, SystemExit) as error:  # a plugin may raise anything; its name must be told
        raise PluginError(f"plugin {name}: {_said(error)}", hint=MEND) from error


def _module_from(path: Path) -> ModuleType:
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file")
    digest = sha256(str(path.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
    name = f"buildkit_plugin_{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up to read annotations that are texts.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
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


def _declared(provider: str, function: Callable[[], object]) -> tuple[CompilationTarget, ...]:
    """Ask twice: a declaration that differs, or that starts something, is not a declaration."""
    first = _loaded(provider, partial(_as_tuple, function))
    if not first:
        raise PluginError(f"plugin {provider}: declares nothing", hint="return at least one CompilationTarget")
    targets = tuple(_checked(provider, target) for target in first)
    for target in targets:
        _check_triple(provider, target)
    second = _loaded(provider, partial(_as_tuple, function))
    if _loaded(provider, lambda: first != second):
        raise PluginError(f"plugin {provider}: its declaration is not pure: two calls gave different targets")
    return tuple(_loaded(provider, partial(_settled, provider, target)) for target in targets)


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
        first, second = (_loaded(provider, partial(target.triple_for, host)) for _ in range(2))
        if not _is_text(first):
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


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _are_texts(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(entry, str) for entry in value)


def _are_tags(value: object) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str) and all(isinstance(entry, str) for entry in value)


def _is_mapping(value: object, kinds: type | tuple[type, ...]) -> bool:
    return isinstance(value, Mapping) and all(isinstance(key, str) and isinstance(entry, kinds) for key, entry in value.items())


def _is_denial(value: object) -> bool:
    return isinstance(value, Denial) and _is_text(value.crate) and _are_texts(value.features) and isinstance(value.reason, str | type(None))


def _is_step(value: object) -> bool:
    return isinstance(value, ExtraStep) and _is_text(value.name) and _are_texts(value.argv) and len(value.argv) > 0 and _is_text(value.tool)


TEXTS: Final = "a tuple of texts"
DEMANDS: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = MappingProxyType(
    {
        "name": (lambda value: isinstance(value, str) and NAME.fullmatch(value) is not None, "a name without spaces and / , * ? [ ]"),
        "triple": (lambda value: _is_text(value) or callable(value), "a text or a function of the host"),
        "summary": (lambda value: isinstance(value, str), "a text"),
        "stdlib_feature": (_is_text, "the name of a feature"),
        "tags": (_are_tags, "a frozenset of texts"),
        "file_extension": (lambda value: isinstance(value, str), "a text"),
        "std": (lambda value: isinstance(value, StdKind), "a StdKind"),
        "rustflags": (_are_texts, TEXTS),
        "cargo_profile": (lambda value: _is_mapping(value, (str, int)), "a mapping of texts to texts, numbers or booleans"),
        "env": (lambda value: _is_mapping(value, str), "a mapping of texts to texts"),
        "required_tools": (_are_texts, TEXTS),
        "denies": (lambda value: isinstance(value, Sequence) and all(map(_is_denial, value)), "a tuple of Denial with a tuple of features"),
        "runner": (lambda value: value is None or isinstance(value, str), "a text or None"),
        "extra_steps": (lambda value: isinstance(value, Sequence) and all(map(_is_step, value)), "a tuple of ExtraStep with a tuple argv"),
        "check_artifact": (callable, "a function of an artifact"),
        "target_spec": (lambda value: isinstance(value, Path | None), "a path or None"),
    }
)
"""What each field of a declaration must be, and how a message says it."""


def _said(error: BaseException) -> str:
    if isinstance(error, ImpureError):
        return str(error)
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

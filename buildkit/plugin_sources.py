"""Where plugins come from, and how one is loaded so that nothing but its declaration comes of it."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from hashlib import sha256
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Final, TypeVar

from buildkit import hookspecs
from buildkit.entry_points import entry_points
from buildkit.errors import PluginError
from buildkit.purity import ImpureError, forbid_side_effects
from buildkit.records import dataclass

BUNDLED = "buildkit_targets"
"""The package whose modules are the bundled plugins."""

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


def find_plugins(sources: PluginSources) -> Iterator[tuple[str, Callable[[], object]]]:
    """Give each plugin's name and what loads it."""
    bundled = importlib.import_module(BUNDLED)
    for module in sorted(pkgutil.iter_modules(bundled.__path__), key=lambda found: found.name):
        name = f"{BUNDLED}.{module.name}"
        yield name, partial(importlib.import_module, name)
    for point in entry_points(hookspecs.PROJECT):
        yield point.name, point.load
    for path in sources.paths:
        yield path, partial(_module_from, sources.root / path)


def guarded(name: str, load: Callable[[], Loaded]) -> Loaded:
    """Call what is a plugin's own; raises `PluginError` naming it for whatever goes wrong there, and where it reaches outside."""
    try:
        # What a declaration prints must not get into a report.
        with forbid_side_effects(), redirect_stdout(StringIO()):
            return load()
    except (Exception, SystemExit) as error:  # a plugin may raise anything; its name must be told
        raise PluginError(f"plugin {name}: {said_by(error)}", hint=MEND) from error


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


def said_by(error: BaseException) -> str:
    """Say in one line what an error says."""
    if isinstance(error, ImpureError):
        return str(error)
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

"""Load the configuration of a workspace: command line over environment over `buildkit.toml` over what is built in."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

import msgspec

from buildkit.config.declaration import Outside, leaves, settable_outside
from buildkit.config.document import Document, read_document, shown_path, with_value
from buildkit.config.environment import check_outside, read_variables
from buildkit.config.find import find_workspace
from buildkit.config.schema import FILE_NAME, Configuration
from buildkit.config.settings import Origin, Provenance, Settings
from buildkit.records import dataclass


@dataclass(frozen=True, kw_only=True)
class LoadRequest:
    """Whose configuration to load.

    `file` replaces the `buildkit.toml` of the workspace at or above `directory`. `overrides` are what options of the command line set, by
    key (`cargo.jobs`); `None` among them sets nothing. `environment` is this process's own when it is `None`.
    """

    directory: Path
    file: Path | None = None
    overrides: Mapping[str, object] = field(default_factory=dict)
    environment: Mapping[str, str] | None = None


def load_settings(request: LoadRequest) -> Settings:
    """Return what holds in a workspace.

    Raises `UsageError` where there is no workspace and for a wrong option or variable, `ConfigurationError` for a wrong file.
    """
    root = find_workspace(request.directory)
    document = _document(request, root)
    environment = os.environ if request.environment is None else request.environment
    outside = {
        Origin.COMMAND_LINE: _overrides(request.overrides),
        Origin.ENVIRONMENT: {
            found.key: Provenance(value=value, origin=Origin.ENVIRONMENT, place=found.variable)
            for found, value in read_variables(environment)
        },
    }
    tree = {} if document is None else document.tree
    for origin in (Origin.ENVIRONMENT, Origin.COMMAND_LINE):
        for key, provenance in outside[origin].items():
            tree = with_value(tree, key, provenance.value)
    configuration = msgspec.convert(tree, Configuration)
    return Settings(configuration=configuration, root=root, document=document, layers={**outside, Origin.FILE: _written(document)})


def _document(request: LoadRequest, root: Path) -> Document | None:
    file = root / FILE_NAME if request.file is None else request.file
    if request.file is None and not (file.exists() or file.is_symlink()):
        return None
    return read_document(file, shown_path(file, Path.cwd()))


def _overrides(overrides: Mapping[str, object]) -> Mapping[str, Provenance]:
    known = {outside.key: outside for outside in settable_outside()}
    return {key: _override(known[key], _plain(value)) for key, value in overrides.items() if value is not None}


def _override(outside: Outside, value: object) -> Provenance:
    option = outside.option or outside.key
    return Provenance(value=check_outside(outside, value, option), origin=Origin.COMMAND_LINE, place=option)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _written(document: Document | None) -> Mapping[str, Provenance]:
    if document is None:
        return {}
    return {key: Provenance(value=value, origin=Origin.FILE, place=document.place(key)) for key, value in leaves(document.tree)}

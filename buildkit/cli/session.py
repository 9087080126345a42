"""What every verb begins with: the settings of a workspace, and its compilation targets."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from buildkit.cargo.calls import CargoOptions
from buildkit.cli.options import Everywhere
from buildkit.cli.store import store_folder
from buildkit.config.load import LoadRequest, load_settings
from buildkit.config.settings import Settings
from buildkit.plan.targets import configured_targets
from buildkit.plugin_sources import PluginSources
from buildkit.plugins import Targets, load_targets
from buildkit.process import patched
from buildkit.records import dataclass
from buildkit.remembered.runner import Remembered
from buildkit.remembered.shelf import Shelf
from buildkit.toolchain.layout import STORED_ANSWERS, STORED_TOOLCHAINS


@dataclass(frozen=True, kw_only=True)
class Session:
    """The settings of a workspace and the compilation targets that they give. `environment` is this process's own.

    `caches` says whether what was remembered is believed.
    """

    settings: Settings
    targets: Targets
    environment: Mapping[str, str]
    caches: bool = True

    @property
    def store(self) -> Path:
        """Return the folder of toolchains and standard libraries."""
        return store_folder(self.settings)

    @cached_property
    def remembered(self) -> Remembered | None:
        """Return where the answers of compilers and of cargo are kept, `None` where none is to be believed."""
        store = self.store.absolute()
        shelf = Shelf(folder=store / STORED_ANSWERS)
        return Remembered(shelf=shelf, compilers=store / STORED_TOOLCHAINS) if self.caches else None

    @property
    def cargo_options(self) -> CargoOptions:
        """Return what cargo is allowed."""
        cargo = self.settings.configuration.cargo
        return CargoOptions(jobs=cargo.jobs, locked=cargo.locked, offline=self.settings.configuration.toolchain.offline)

    @property
    def jobs(self) -> int:
        """Return how many processes may run side by side: as many as this one has processors, unless told, which is what cargo takes too."""
        return self.settings.configuration.cargo.jobs or processors()


def open_session(everywhere: Everywhere) -> Session:
    """Load the settings and the targets; starts no process."""
    overrides = {"cargo.jobs": everywhere.jobs, "cargo.locked": everywhere.locked, "toolchain.offline": everywhere.offline}
    request = LoadRequest(directory=everywhere.workspace or Path.cwd(), file=everywhere.config, overrides=overrides)
    settings = load_settings(request)
    plugins = settings.configuration.plugins
    sources = PluginSources(root=settings.root, paths=plugins.paths, disabled=frozenset(plugins.disabled))
    declared = load_targets(sources)
    targets = configured_targets(declared, settings)
    return Session(
        settings=settings.with_targets(declared, declared.providers),
        targets=targets,
        environment=patched({}),
        caches=everywhere.cache,
    )


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1

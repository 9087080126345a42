"""Where toolchains and standard libraries are kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from buildkit.config.settings import Settings
from buildkit.later import Later

if TYPE_CHECKING:
    import platformdirs
else:
    platformdirs = Later("platformdirs")


def default_store() -> Path:
    """Return the folder below the platform's cache folder."""
    return Path(platformdirs.user_cache_dir("buildkit", appauthor=False))


def store_folder(settings: Settings) -> Path:
    """Return the configured store, relative to the workspace root, or the platform's cache folder."""
    configured = settings.configuration.toolchain.store
    return settings.root / configured if configured is not None else default_store()

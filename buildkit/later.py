"""Modules that are imported when something of theirs is first used, for what few runs need and all would wait for.

if TYPE_CHECKING:
import tomlkit
else:
tomlkit = Later("tomlkit")
"""

from __future__ import annotations

import importlib
from typing import Any


class Later:
    """Stands for a module until one of its names is asked for."""

    def __init__(self, module: str) -> None:
        """Name the module; nothing is imported yet."""
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self._module), name)

"""The contract between buildkit and its plugins."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pluggy

from buildkit.model import CompilationTarget

PROJECT: Final = "buildkit"
"""The pluggy project name, and the entry-point group that plugins are found by."""

hookspec: Final = pluggy.HookspecMarker(PROJECT)
hookimpl: Final = pluggy.HookimplMarker(PROJECT)


@hookspec
def buildkit_compilation_targets() -> Iterable[CompilationTarget]:  # type: ignore[empty-body]  # a specification has no body
    """Declare the compilation targets that this plugin provides.

    Called once, before options are read, and once more to see that the answer is the same; starts no process.
    """

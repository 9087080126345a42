"""The plugin API of buildkit and nothing more: what the author of a compilation target imports."""

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from buildkit.hookspecs import hookimpl
    from buildkit.model import Artifact, CompilationTarget, Denial, ExtraStep, Finding, Rule, StdKind

__all__ = ["Artifact", "CompilationTarget", "Denial", "ExtraStep", "Finding", "Rule", "StdKind", "hookimpl"]


def __getattr__(name: str) -> object:
    """Import a name of the API when it is first asked for: the command line begins with this package and needs none of them at once."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module("buildkit.hookspecs" if name == "hookimpl" else "buildkit.model"), name)

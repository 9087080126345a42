"""The plugin API of buildkit and nothing more: what the author of a compilation target imports."""

from buildkit.hookspecs import hookimpl
from buildkit.model import Artifact, CompilationTarget, Denial, ExtraStep, Finding, Rule, StdKind

__all__ = ["Artifact", "CompilationTarget", "Denial", "ExtraStep", "Finding", "Rule", "StdKind", "hookimpl"]

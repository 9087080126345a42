"""The compilation targets of a workspace: those that plugins declare, with what `buildkit.toml` adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from buildkit.config.schema import FILE_NAME, TargetTable
from buildkit.config.settings import Settings
from buildkit.config.validate import EMBEDDED_FAMILY
from buildkit.errors import UsageError
from buildkit.model import CompilationTarget, accept_artifact
from buildkit.plan.denials import read_denials
from buildkit.plugins import Targets

EMBEDDED_MODEL = "thumbv7em-none-eabihf"
"""The bundled target whose denials and flags the family stands for."""


def configured_targets(declared: Targets, settings: Settings) -> Targets:
    """Return the declared targets with the workspace's additions, and the targets that the workspace itself makes.

    A table for a target that nobody declares is left to `validate`, which tells its line.
    """
    by_name = dict(declared.by_name)
    providers = dict(declared.providers)
    for name, table in settings.configuration.target.items():
        if table.extends is not None:
            by_name[name] = _extended(name, table, declared)
            providers[name] = FILE_NAME
        if name in by_name:
            by_name[name] = _added(by_name[name], table, settings)
    return Targets(by_name=MappingProxyType({name: by_name[name] for name in sorted(by_name)}), providers=MappingProxyType(providers))


def _extended(name: str, table: TargetTable, declared: Mapping[str, CompilationTarget]) -> CompilationTarget:
    if name in declared:
        raise UsageError(f"[target.{name}] extends {table.extends!r}, but a plugin declares {name!r} already", hint="buildkit targets")
    model_name = EMBEDDED_MODEL if table.extends == EMBEDDED_FAMILY else table.extends
    model = declared.get(model_name or "")
    if model is None:
        known = ", ".join([EMBEDDED_FAMILY, *declared])
        raise UsageError(f"[target.{name}] extends {table.extends!r}, which is no target", hint=f"one of: {known}")
    summary = table.summary or f"like {table.extends}, for {table.triple or name}"
    if table.extends == EMBEDDED_FAMILY:
        # The family's members have machines and runtimes of their own.
        model = replace(model, runner=None, check_artifact=accept_artifact)
    return replace(model, name=name, triple=table.triple or name, summary=summary)


def _added(target: CompilationTarget, table: TargetTable, settings: Settings) -> CompilationTarget:
    denies = read_denials(table.deny, f"target.{target.name}.deny", settings.place)
    return replace(
        target,
        summary=table.summary or target.summary,
        tags=target.tags | frozenset(table.tags),
        target_spec=settings.root / table.target_spec if table.target_spec is not None else target.target_spec,
        denies=(*target.denies, *denies),
        rustflags=(*target.rustflags, *table.rustflags),
        env=MappingProxyType({**target.env, **table.env}),
    )

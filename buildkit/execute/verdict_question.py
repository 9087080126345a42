"""What decides a verdict before any file is looked into, as a key for what is remembered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from buildkit.cargo.calls import CargoCommand
from buildkit.execute.context import Context
from buildkit.execute.verdict_facts import Facts, digest, digest_of
from buildkit.execute.verdict_model import CheckQuestion
from buildkit.execute.verdict_scope import scope_of
from buildkit.execute.work import Work
from buildkit.features.resolution import Resolution
from buildkit.process import Command
from buildkit.toolchain.model import Origin, Supply
from buildkit.toolchain.probe import identity

FORMAT: Final = "verdict 1"
"""Changes whenever the same key would mean something else."""

WHOLE: Final = frozenset({Origin.RUSTUP, Origin.STORE})
"""Who gives a rustc and a cargo that belong together, so that the one tells what the other is."""

UNKNOWN_COMMITS: Final = frozenset({"", "unknown"})


def question_for(context: Context, work: Work, command: Command) -> CheckQuestion | None:
    """Return the question that the plain command for a cell asks.

    `None` where the closure of the cell is not known, and where the command may depend on something that is not looked at.
    """
    scope = scope_of(command.argv)
    is_clippy = scope.verb == CargoCommand.CLIPPY
    if work.graph.resolution is None or not scope.is_known or (is_clippy and not context.lint_facts.follows(command.env)):
        return None
    asked = time.time_ns()
    facts = context.facts
    environment = facts.environment_under(command.env)
    supply = context.supplies[work.planned.cell.target].supply
    spec = supply.target.target_spec
    return CheckQuestion(
        key=digest(
            (
                *(FORMAT, *compiler_of(supply), context.triple(work.planned.subject), "" if spec is None else digest_of(spec)),
                *(scope.verb, str(len(scope.words)), *(facts.portable(word) for word in scope.words)),
                *(facts.shared, environment.digest, facts.label(work.planned.subject.package.id)),
                *_described(facts, work.graph.resolution),
                *(() if scope.is_closure else facts.everything),
                *((context.lint_facts.digest,) if is_clippy else ()),
            )
        ),
        root=context.workspace.root,
        made=context.workspace.target_directory,
        command=command.shell,
        # Code that asks for what rustc gets beside the command is remembered with what it was told.
        environment={**context.compiler_env, **environment.values},
        sources=(*facts.files, *(() if spec is None else (spec,))),
        asked=asked,
        neighbors=facts.neighbors,
        is_closure=scope.is_closure,
        also=context.lint_facts.names(Path(command.argv[0])) if is_clippy else (),
    )


def compiler_of(supply: Supply) -> tuple[str, ...]:
    """Return what a compiler and its standard library are, wherever they lie. A compiler that does not say its commit is known by its file."""
    toolchain = supply.toolchain
    known = toolchain.commit not in UNKNOWN_COMMITS and not toolchain.release.endswith("-dev")
    return (
        *(toolchain.release, toolchain.commit, toolchain.host, str(supply.provider)),
        "" if known else identity(toolchain.rustc) or "",
        "" if toolchain.origin in WHOLE else identity(toolchain.cargo) or "",
        "" if supply.sysroot is None else supply.sysroot.name,
    )


def _described(facts: Facts, resolution: Resolution) -> Iterator[str]:
    for side in resolution.sides:
        yield "side"
        yield from sorted(f"{facts.label(package)} {','.join(sorted(features))}" for package, features in side.items())

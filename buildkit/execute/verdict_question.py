"""What decides a verdict before any file is looked into, as a key for what is remembered."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from buildkit.execute.context import Context
from buildkit.execute.verdict_facts import Facts, digest, digest_of
from buildkit.execute.verdict_model import CheckQuestion
from buildkit.execute.work import Work
from buildkit.features.resolution import Resolution
from buildkit.process import Command
from buildkit.records import dataclass
from buildkit.toolchain.model import Origin, Supply
from buildkit.toolchain.probe import identity

FORMAT: Final = "verdict 1"
"""Changes whenever the same key would mean something else."""

WHOLE: Final = frozenset({Origin.RUSTUP, Origin.STORE})
"""Who gives a rustc and a cargo that belong together, so that the one tells what the other is."""

UNKNOWN_COMMITS: Final = frozenset({"", "unknown"})

SELECTING: Final = frozenset(
    {"--package", "-p", "--features", "--target", "--target-dir", "--message-format", "--jobs", "-j", "--manifest-path"}
)
"""Options with a value that the rest of a key says better, or that change nothing but how cargo works."""

SILENT: Final = frozenset(
    {"--no-default-features", "--locked", "--offline", "--frozen", "--keep-going", "--quiet", "-q", "--verbose", "-v"}
)
PROFILE: Final = frozenset({"--profile", "--config"})
RELEASE: Final = "--release"

CHECKING: Final = frozenset({"check", "clippy"})
"""The subcommands that compile the closure and nothing else."""

CLIPPY: Final = "clippy"
CLIPPY_FILES: Final = ("clippy.toml", ".clippy.toml")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What a command compiles: `words` are the arguments that decide it, `is_closure` says that it is the closure of the cell alone."""

    verb: str
    words: tuple[str, ...]
    is_closure: bool


def question_for(context: Context, work: Work, command: Command) -> CheckQuestion | None:
    """Return the question that the plain command for a cell asks, `None` where the closure of the cell is not known."""
    if work.graph.resolution is None:
        return None
    asked = time.time_ns()
    facts, scope = context.facts, scope_of(command.argv)
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
                *(_clippy(facts) if scope.verb == CLIPPY else ()),
            )
        ),
        root=context.workspace.root,
        made=context.workspace.target_directory,
        command=command.shell,
        environment=environment.values,
        sources=(*facts.files, *(() if spec is None else (spec,))),
        asked=asked,
        neighbors=facts.neighbors,
        is_closure=scope.is_closure,
    )


def scope_of(argv: tuple[str, ...]) -> Scope:
    """Take a call of cargo apart."""
    words: list[str] = []
    others = 0
    rest = iter(argv[2:])
    for word in rest:
        name, equals, _ = word.partition("=")
        if name in SELECTING or name in SILENT:
            if name in SELECTING and not equals:
                next(rest, None)
        elif name in PROFILE or word == RELEASE:
            words += (word,) if equals or word == RELEASE else (word, next(rest, ""))
        else:
            others += 1
            words.append(word)
            words += rest if word == "--" else ()
    return Scope(verb=argv[1], words=tuple(words), is_closure=argv[1] in CHECKING and not others)


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


def _clippy(facts: Facts) -> Iterator[str]:
    """Give what clippy reads beside the sources. It looks in the folder of a package and in those above it."""
    folders = {
        folder for package in facts.workspace.members for folder in (package.manifest_path.parent, *package.manifest_path.parent.parents)
    }
    for folder in sorted(folders):
        yield from (f"{facts.place(folder)}/{name} {digest_of(folder / name)}" for name in CLIPPY_FILES if (folder / name).is_file())

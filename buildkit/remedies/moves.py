"""Remedies that leave a dependency out on the targets that deny what it brings."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.features.derivation import Step
from buildkit.remedies.candidate import Bluntness, Candidate
from buildkit.remedies.declared import Declarations
from buildkit.remedies.edits import Entry, Move
from buildkit.remedies.leak import Leak
from buildkit.remedies.platforms import no_platform, platform_without


def move_candidates(leak: Leak, step: Step, declarations: Declarations) -> Iterator[Candidate]:
    """Give the table under which the dependency of a step is declared for the other targets alone."""
    link = step.cause.link
    if link is None:
        return
    package = leak.resolution.model.links.packages[step.cause.owner].package
    declared = declarations.find(package, link.declaration)
    if declared is None:
        return
    key = declared.entry.key
    used = leak.resolution.model.links.packages[link.package].package
    if not leak.is_used_elsewhere(used):
        where = f"{key!r} left out on some targets, in {declared.entry.file}"
        yield Candidate(summary=where, edits=(), obstacle="every configured cell that uses it is one that must not")
        return
    platform = platform_without(leak, link.declaration)
    if platform is None:
        yield Candidate(summary=f"{key!r} left out on some targets, in {declared.entry.file}", edits=(), obstacle=no_platform(leak))
        return
    table = ("target", platform, declared.entry.table[-1])
    if declarations.at(Entry(file=declared.entry.file, table=table, key=key)) is None:
        yield Candidate(
            summary=f"{key!r} under [target.'{platform}'.{table[-1]}] in {declared.entry.file}",
            edits=(Move(entry=declared.entry, table=table),),
            bluntness=Bluntness.MOVE,
            note=f"where the code of {package.name} uses {key}, it needs the same #[{platform}]",
        )

"""Remedies for a dependency that is asked for with a feature, a default one or a listed one, that leads to something denied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from buildkit.features.derivation import Step
from buildkit.features.links import DEFAULT
from buildkit.remedies.candidate import Bluntness, Candidate
from buildkit.remedies.declared import Declarations
from buildkit.remedies.edits import Configure, Declare, Entry
from buildkit.remedies.inherited import Request, detached, shared
from buildkit.remedies.keeping import kept_features
from buildkit.remedies.leak import Leak
from buildkit.remedies.platforms import platform_without


def request_candidates(leak: Leak, step: Step, declarations: Declarations) -> Iterator[Candidate]:
    """Give the edits that no longer ask for the feature of a step, each alone and together with a declaration for the other targets."""
    link, requested = step.cause.link, step.cause.requested
    if link is None or requested is None:
        return
    declared = declarations.find(leak.resolution.model.links.packages[step.cause.owner].package, link.declaration)
    if declared is None:
        return
    request = Request(declared=declared, feature=requested, kept=kept_features(leak, step), declarations=declarations)
    used = leak.resolution.model.links.packages[link.package].package
    platform = platform_without(leak, link.declaration) if leak.is_used_elsewhere(used) else None
    for candidate, original in _plain(request):
        yield candidate
        split = None if platform is None else _split(candidate, request, platform, original)
        if split is not None:
            yield split


def _plain(request: Request) -> Iterator[tuple[Candidate, str | Mapping[str, Any]]]:
    """Give each edit with the value by which other targets would keep what they had."""
    if not request.is_inherited:
        yield _own(request), request.declared.value
        return
    yield from shared(request)
    yield from detached(request)


def _own(request: Request) -> Candidate:
    declared = request.declared
    listed = tuple(dict.fromkeys((*(name for name in declared.features if name != request.feature), *request.kept)))
    goes = request.feature == DEFAULT and request.keeps_default
    # Where the workspace's table keeps them off, the member's own word for them is all that goes.
    inherits = declared.base is not None and declared.base.default_features is False
    edit = Configure(
        entry=declared.entry,
        default_features=False if goes and not inherits else None,
        inherits_default_features=goes and inherits,
        features=listed if listed != declared.features else None,
    )
    return Candidate(summary=f"{request.told} in {declared.entry.file}", edits=(edit,))


def _split(candidate: Candidate, request: Request, platform: str, value: str | Mapping[str, Any]) -> Candidate | None:
    declared = request.declared
    entry = Entry(file=declared.entry.file, table=("target", platform, declared.entry.table[-1]), key=declared.entry.key)
    if request.declarations.at(entry) is not None:
        return None
    return replace(
        candidate,
        summary=f"{candidate.summary}, and for {platform} as before",
        edits=(*candidate.edits, Declare(entry=entry, value=value, beside=(*declared.entry.table, declared.entry.key))),
        bluntness=Bluntness.SPLIT,
    )

"""Remedies for a dependency that a member inherits from `[workspace.dependencies]`.

Follows the Cargo reference, "Inheriting a dependency from a workspace": features add up, and a member cannot switch default features off
that the workspace's table keeps; up to edition 2021 cargo ignores the attempt, and from edition 2024 on refuses it. Where the table switches
them off, a member may switch them on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from buildkit.features.links import DEFAULT
from buildkit.records import dataclass
from buildkit.remedies.candidate import Bluntness, Candidate
from buildkit.remedies.declared import Declarations, Declared
from buildkit.remedies.edits import DEFAULT_FEATURES, Configure, Declare, Edit

OF_THE_MEMBER = ("optional", "public")
"""What a member may say beside `workspace`, `features` and `default-features`."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """An entry that asks for a feature that must go; those that it brings and that may stay are `kept`."""

    declared: Declared
    feature: str
    kept: tuple[str, ...]
    declarations: Declarations

    @property
    def keeps_default(self) -> bool:
        """Say whether the default features come from not being switched off, and not from being listed alone."""
        base = self.declared.base
        if base is None:
            return self.declared.default_features is not False
        return base.default_features is not False or self.declared.default_features is True

    @property
    def is_default(self) -> bool:
        """Say whether it is about default features that nobody listed."""
        base = self.declared.base
        listed = (*self.declared.features, *(base.features if base is not None else ()))
        return self.feature == DEFAULT and DEFAULT not in listed

    @property
    def is_inherited(self) -> bool:
        """Say whether the feature comes from the workspace's table, and not from what the member adds."""
        base = self.declared.base
        if base is None:
            return False
        return base.default_features is not False if self.is_default else self.feature in base.features

    @property
    def told(self) -> str:
        """Return what is done, as the beginning of a sentence."""
        key = self.declared.entry.key
        what = f"{key!r} without default features" if self.feature == DEFAULT else f"{key!r} without the feature {self.feature!r}"
        return f"{what} ({', '.join(self.kept)} kept)" if self.kept else what

    @property
    def listed(self) -> tuple[str, ...]:
        """Return what the member itself asks for afterwards."""
        return tuple(dict.fromkeys((*(name for name in self.declared.features if name != self.feature), *self.kept)))


def shared(request: Request) -> Iterator[tuple[Candidate, Mapping[str, Any]]]:
    """Give the edit of the workspace's table: what goes from it is asked for by every other member that inherits it."""
    base = request.declared.base
    if base is None:
        return
    others = [other for other in request.declarations.inheriting(base.entry.key) if other.entry != request.declared.entry]
    edits: list[Edit] = [_without(base, request), *(edit for other in others for edit in _asking(other, request))]
    features = request.listed if request.listed != request.declared.features else None
    said = request.is_default and request.declared.default_features is not None
    if features is not None or said:
        edits.append(Configure(entry=request.declared.entry, features=features, inherits_default_features=said))
    members = sorted({str(other.entry.file) for other in others})
    rest = f"; {', '.join(members)} asks for it" if len(members) == 1 else f"; {', '.join(members)} ask for it" if members else ""
    where = f"{base.entry.file} [workspace.dependencies]"
    yield Candidate(summary=f"{request.told} in {where}{rest}", edits=tuple(edits)), _original(request)


def detached(request: Request) -> Iterator[tuple[Candidate, Mapping[str, Any]]]:
    """Give the edit by which the member inherits no longer."""
    declared, base = request.declared, request.declared.base
    if base is None:
        return
    features = tuple(dict.fromkeys((*(name for name in base.features if name != request.feature), *request.listed)))
    table = {key: value for key, value in base.table.items() if key not in ("features", DEFAULT_FEATURES, "default_features")}
    if "path" in table and not Path(table["path"]).is_absolute():
        table["path"] = Path(os.path.relpath(table["path"], declared.entry.file.parent)).as_posix()
    keeps = request.keeps_default and request.feature != DEFAULT
    table |= {} if keeps else {DEFAULT_FEATURES: False}
    table |= {"features": list(features)} if features else {}
    table |= {key: declared.table[key] for key in OF_THE_MEMBER if key in declared.table}
    edit = Declare(entry=declared.entry, value=table)
    summary = f"{request.told} in {declared.entry.file}, which inherits it no longer"
    yield Candidate(summary=summary, edits=(edit,), bluntness=Bluntness.FURTHER), declared.table


def _without(base: Declared, request: Request) -> Configure:
    features = tuple(name for name in base.features if name != request.feature)
    return Configure(
        entry=base.entry,
        default_features=False if request.feature == DEFAULT and base.default_features is not False else None,
        features=features if features != base.features else None,
    )


def _asking(other: Declared, request: Request) -> Iterator[Configure]:
    if request.is_default:
        if other.default_features is not True:
            yield Configure(entry=other.entry, default_features=True)
    elif request.feature not in other.features:
        yield Configure(entry=other.entry, features=(*other.features, request.feature))


def _original(request: Request) -> Mapping[str, Any]:
    """Return the entry by which a member has what it had, from a table that no longer gives it."""
    table = request.declared.table
    if request.is_default:
        return {**table, DEFAULT_FEATURES: True}
    return {**table, "features": [*request.declared.features, request.feature]}

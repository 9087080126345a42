"""Remedies for features that name a dependency otherwise than they mean it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from buildkit.cargo.metadata import Package
from buildkit.features.derivation import Step
from buildkit.features.values import parse_value
from buildkit.remedies.candidate import Bluntness, Candidate
from buildkit.remedies.declared import Declarations
from buildkit.remedies.edits import Rewrite
from buildkit.remedies.leak import Leak


def reference_candidates(leak: Leak, step: Step, declarations: Declarations) -> Iterator[Candidate]:
    """Give the spellings by which the feature of a step would not switch on what it does."""
    cause = step.cause
    package = leak.resolution.model.links.packages[cause.owner].package
    file = declarations.file_of(package)
    if file is None or cause.feature is None:
        return
    written = declarations.values(file).get("features", {})
    optional = {dependency.key for dependency in package.dependencies if dependency.optional}
    value = parse_value(cause.value)
    if cause.feature not in written:
        if cause.feature in optional:
            yield from _hidden(package, file, cause.feature, written)
    elif value.key in optional and value.feature and not value.is_weak:
        weak = f"{value.key}?/{value.feature}"
        is_feature = value.key in written
        if is_feature:
            yield _rewritten(file, cause.feature, cause.value, (f"dep:{value.key}", weak))
        found = _rewritten(file, cause.feature, cause.value, (weak,))
        yield replace(found, bluntness=Bluntness.FURTHER) if is_feature else found
    elif cause.value in optional and cause.value in written:
        yield _rewritten(file, cause.feature, cause.value, (f"dep:{cause.value}",))


def _rewritten(file: Path, feature: str, value: str, by: tuple[str, ...]) -> Candidate:
    instead = " and ".join(f'"{other}"' for other in by)
    return Candidate(
        summary=f'{instead} instead of "{value}" in the feature {feature!r} in {file}',
        edits=(Rewrite(file=file, feature=feature, value=value, by=by),),
    )


def _hidden(package: Package, file: Path, name: str, written: dict[str, list[str]]) -> Iterator[Candidate]:
    """Give the edit by which an optional dependency is no feature of its own: every feature that names it says `dep:`."""
    edits = [
        Rewrite(file=file, feature=feature, value=value, by=by)
        for feature, values in written.items()
        for value in values
        if (by := _with_dep(value, name))
    ]
    if edits and not code_asks_for(package.manifest_path.parent, name):
        yield Candidate(
            summary=f'"dep:{name}" in the features of {file}, so that the optional dependency {name!r} is no feature of its own',
            edits=tuple(edits),
            hides=name,
            note=f"{package.name}/{name} can no longer be selected by that name: select a feature that has dep:{name}",
        )


def _with_dep(value: str, name: str) -> tuple[str, ...]:
    if value == name:
        return (f"dep:{name}",)
    return (f"dep:{name}", f"{name}?/{value.partition('/')[2]}") if value.startswith(f"{name}/") else ()


def code_asks_for(folder: Path, feature: str) -> bool:
    """Say whether some Rust file of a package names a feature in a `cfg`."""
    asked = re.compile(rf'feature\s*=\s*"{re.escape(feature)}"')
    texts = (file.read_text(encoding="utf-8", errors="replace") for file in folder.rglob("*.rs") if "target" not in file.parts)
    return any(asked.search(text) for text in texts)

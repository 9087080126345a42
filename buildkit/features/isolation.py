"""Judge a closure: nothing denied is reached on the target side, and the features fit together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from buildkit.cargo.metadata import Package
from buildkit.features.closure import Closure
from buildkit.features.derivation import Atom, AtomKind, Derivation, derive, starts_of
from buildkit.features.enabled import Clauses, enabled_features
from buildkit.features.explain import Explainer
from buildkit.model import Denial, Finding, Rule


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A selection of a package, what cargo would build for it, and the rules that hold for it."""

    package: Package
    features: tuple[str, ...]
    closure: Closure
    denials: tuple[Denial, ...]
    clauses: Clauses


def judge(judgement: Judgement, explainer: Explainer) -> tuple[Finding, ...]:
    """Return the findings, denied crates and features first in the order of the denials."""
    reached: dict[str, tuple[Denial, tuple[Atom, ...]]] = {}
    for denial in judgement.denials:
        for subject, atoms in _reached(judgement, explainer, denial):
            # Of equal ones the last counts, which is nearest to the package, unless only an earlier one says why.
            if denial.reason is not None or subject not in reached or reached[subject][0].reason is None:
                reached[subject] = (denial, atoms)
    derivation = derive(explainer.workspace, judgement.closure, judgement.package, judgement.features) if reached else {}
    found = [_denied(denial, subject, _nearest(derivation, atoms), derivation, explainer) for subject, (denial, atoms) in reached.items()]
    return (*found, *_clause_findings(judgement))


def _reached(judgement: Judgement, explainer: Explainer, denial: Denial) -> Iterator[tuple[str, tuple[Atom, ...]]]:
    """Give each denied subject that is active on the target side, with its atoms; a crate may be there in several versions."""
    name = denial.crate.replace("_", "-")
    ids = [identity for identity in judgement.closure.target if explainer.workspace.packages[identity].name.replace("_", "-") == name]
    if not denial.features:
        if ids:
            yield denial.crate, tuple(Atom(kind=AtomKind.PACKAGE, package=identity) for identity in ids)
        return
    for feature in denial.features:
        atoms = tuple(
            Atom(kind=AtomKind.FEATURE, package=identity, name=feature) for identity in ids if feature in judgement.closure.target[identity]
        )
        if atoms:
            yield f"{denial.crate}/{feature}", atoms


def _nearest(derivation: Derivation, atoms: tuple[Atom, ...]) -> Atom:
    """Return the atom that the walk reached first; the derivation keeps that order."""
    order = {atom: place for place, atom in enumerate(derivation)}
    return min(atoms, key=lambda atom: order.get(atom, len(order)))


def _denied(denial: Denial, subject: str, atom: Atom, derivation: Derivation, explainer: Explainer) -> Finding:
    rule = Rule.DENIED_FEATURE if denial.features else Rule.DENIED_CRATE
    what = f"{subject} must not be reached here"
    message = f"{what}: {denial.reason}" if denial.reason else f"{what} (denied by {denial.source})"
    if atom not in derivation:
        return Finding(
            rule=rule, subject=subject, message=f"{message}; cargo builds it, and its cause could not be derived from the manifests"
        )
    explanation = explainer.explain(derivation, atom)
    return Finding(
        rule=rule,
        subject=subject,
        message=message,
        minimal_features=tuple(sorted(starts_of(derivation, atom))),
        path=explanation.path,
        fix=explanation.fix,
    )


def _clause_findings(judgement: Judgement) -> Iterator[Finding]:
    enabled = enabled_features(judgement.package.features, judgement.features)
    name = judgement.package.name
    for clash in judgement.clauses.clashes(enabled):
        both = ",".join(sorted(clash))
        yield Finding(
            rule=Rule.EXCLUSIVE_FEATURES,
            subject=both,
            message=f"{name}: the features {both} are enabled together, and at most one of them may be",
            minimal_features=judgement.features,
            fix="select one of them, without default features if one of them is a default",
        )
    for gap in judgement.clauses.gaps(enabled):
        options = ",".join(sorted(gap))
        yield Finding(
            rule=Rule.MISSING_FEATURE,
            subject=options,
            message=f"{name}: none of the features {options} is enabled, and at least one must be",
            minimal_features=judgement.features,
            fix="select one of them",
        )

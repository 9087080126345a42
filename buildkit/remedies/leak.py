"""A finding with its way through manifests, and the targets that an edit must tell apart."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.cargo.metadata import Package
from buildkit.features.atoms import Cause
from buildkit.features.declarations import Machine
from buildkit.features.derivation import Step, chain_to
from buildkit.features.horn import GIVEN
from buildkit.features.isolation import facts_reaching, goals_of
from buildkit.features.resolution import Resolution
from buildkit.model import Finding, Rule
from buildkit.records import dataclass
from buildkit.remedies.survey import TARGET_SIDE, Judged, State, label

DENIALS = frozenset({Rule.DENIED_CRATE, Rule.DENIED_FEATURE})


@dataclass(frozen=True, kw_only=True)
class Leak:
    """A denied subject that is reached, in one place. `denied_on` are the machines that deny it anywhere, `kept_on` all others."""

    where: Judged
    finding: Finding
    resolution: Resolution
    chain: tuple[Step, ...]
    denied_on: tuple[Machine, ...]
    kept_on: tuple[Machine, ...]
    used_elsewhere: frozenset[str]
    """The packages that are built for the target in places where the subject is not reached, as `label` names them."""

    def is_used_elsewhere(self, package: Package) -> bool:
        """Say whether a package is built where nothing is wrong."""
        return label(self.resolution.model.links.workspace, package.id) in self.used_elsewhere

    @property
    def subject(self) -> str:
        """Return what is denied."""
        return self.finding.subject

    def rules_of(self, cause: Cause) -> frozenset[int]:
        """Return the numbers of the rules that stand for what a manifest says in one place."""
        rules = self.resolution.model.horn.rules
        return frozenset(number for number, rule in enumerate(rules) if rule.cause is not None and _is_same(rule.cause, cause))

    def reached_without(self, cut: frozenset[int], also: frozenset[int]) -> bool:
        """Say whether the subject is reached without some rules, where some facts hold as well."""
        given = frozenset(fact for fact, number in self.resolution.reasons.items() if number == GIVEN)
        facts = _consequences(self.resolution, given | also, cut)
        return any(facts.issuperset(goal) for goal in goals_of(self.resolution.model, self.subject))


def leak_at(state: State, where: Judged, subject: str) -> Leak | None:
    """Return how a subject is reached in a place, `None` where it is not."""
    finding = next((found for found in where.findings if found.rule in DENIALS and found.subject == subject), None)
    resolution = _resolution(where, subject)
    if finding is None or resolution is None:
        return None
    fact = min(facts_reaching(resolution, subject), key=resolution.order.__getitem__)
    denied, kept = _machines(state, subject)
    clean = (judged for judged in state.judged.values() if not judged.leaks(subject))
    used = frozenset(package for judged in clean for package, side in judged.units if side == TARGET_SIDE)
    return Leak(
        where=where,
        finding=finding,
        resolution=resolution,
        chain=chain_to(resolution, fact),
        denied_on=denied,
        kept_on=kept,
        used_elsewhere=used,
    )


def _resolution(where: Judged, subject: str) -> Resolution | None:
    """Return the resolution that shows a subject: a cell's own, and of a proof that of its smallest example."""
    if where.policy is None:
        return where.resolution
    examples = where.policy.smallest(subject)
    return where.policy.resolved(examples[0].allowed) if examples else None


def _machines(state: State, subject: str) -> tuple[tuple[Machine, ...], tuple[Machine, ...]]:
    denied = dict.fromkeys(judged.machine for judged in state.judged.values() if judged.machine is not None and subject in judged.denied)
    known = dict.fromkeys(judged.machine for judged in state.judged.values() if judged.machine is not None)
    everywhere = (*known, *((state.host,) if state.host is not None else ()))
    kept = dict.fromkeys(machine for machine in everywhere if all(machine.cfg != other.cfg for other in denied))
    return tuple(denied), tuple(kept)


def _is_same(cause: Cause, other: Cause) -> bool:
    return cause.owner == other.owner and cause.link is other.link and cause.requested == other.requested and cause.value == other.value


def _consequences(resolution: Resolution, given: frozenset[int], cut: frozenset[int]) -> set[int]:
    found, waiting = set(given), list(given)
    while waiting:
        fact = waiting.pop()
        for conclusion in _concluded(resolution, fact, found, cut):
            if conclusion not in found:
                found.add(conclusion)
                waiting.append(conclusion)
    return found


def _concluded(resolution: Resolution, fact: int, known: set[int], cut: frozenset[int]) -> Iterator[int]:
    horn = resolution.model.horn
    yield from (conclusion for conclusion, number in horn.singles[fact] if number not in cut)
    yield from (conclusion for other, conclusion, number in horn.pairs.get(fact, ()) if other in known and number not in cut)

"""Go through the findings of a workspace and mend one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from buildkit.model import Finding
from buildkit.records import dataclass
from buildkit.remedies.compare import gains
from buildkit.remedies.leak import DENIALS
from buildkit.remedies.search import Rejection, Remedy, Search, Version
from buildkit.remedies.survey import Judged


@dataclass(frozen=True, kw_only=True)
class Mended:
    """A finding that goes; `places` are all from which it went, `lost` what each of them no longer has, `texts` the workspace after it."""

    finding: Finding
    remedy: Remedy
    lost: Mapping[str, tuple[str, ...]]

    @property
    def places(self) -> tuple[str, ...]:
        """Return the cells and proofs that the finding went from."""
        return tuple(self.lost)


@dataclass(frozen=True, kw_only=True)
class Unmended:
    """A finding that stays, with the places that have it alike, and what was tried."""

    finding: Finding
    places: tuple[str, ...]
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a search. `unjudged` are places that could not be judged, with the reason; `expected` those that were to fail."""

    before: Version
    after: Version
    mended: tuple[Mended, ...]
    unmended: tuple[Unmended, ...]
    unjudged: Mapping[str, str]
    expected: tuple[str, ...]

    @property
    def root(self) -> Path:
        """Return the folder of the workspace."""
        return self.before.state.workspace.root

    @property
    def is_clean(self) -> bool:
        """Say whether nothing was found at all."""
        return not (self.mended or self.unmended or self.unjudged)


def mend_all(search: Search, start: Version) -> Outcome:
    """Mend what the command is about, each finding in the order of the cells."""
    version, mended = start, []
    unmended: dict[tuple[str, str], Unmended] = {}
    while (found := next(_open(version, unmended), None)) is not None:
        where, finding = found
        remedy, rejections = search.mend(version, where.name, finding.subject) if finding.rule in DENIALS else (None, ())
        if remedy is None:
            # What is told is what the workspace itself shows: its copy has other paths.
            known = start.state.judged[where.name].found(finding.subject) if where.name in start.state.judged else None
            unmended[where.name, finding.subject] = Unmended(finding=known or finding, places=(where.name,), rejections=rejections)
            continue
        mended.append(Mended(finding=finding, remedy=remedy, lost=_lost(version, remedy.version, finding.subject)))
        version = remedy.version
    judged = [version.state.judged[name] for name in version.state.judged if name in version.state.selected]
    return Outcome(
        before=start,
        after=version,
        mended=tuple(mended),
        unmended=_together(unmended.values()),
        unjudged={place.name: place.problem for place in judged if place.problem is not None and not place.is_expected},
        expected=tuple(place.name for place in judged if place.is_expected and place.findings),
    )


def _open(version: Version, given_up: Mapping[tuple[str, str], Unmended]) -> Iterator[tuple[Judged, Finding]]:
    """Give the findings of selected places that were neither foretold nor given up."""
    for name, judged in version.state.judged.items():
        if name in version.state.selected and not judged.is_expected:
            yield from ((judged, finding) for finding in judged.findings if (name, finding.subject) not in given_up)


def _lost(before: Version, after: Version, subject: str) -> Mapping[str, tuple[str, ...]]:
    """Return what each place that had a subject no longer builds."""
    had = {name: judged for name, judged in before.state.judged.items() if judged.leaks(subject)}
    now = after.state.judged
    went = {name: judged for name, judged in had.items() if name not in now or not now[name].leaks(subject)}
    return {name: tuple(gains(now[name].units, judged.units)) if name in now else () for name, judged in went.items()}


def _together(found: Iterable[Unmended]) -> tuple[Unmended, ...]:
    """Join the places whose findings are alike."""
    joined: dict[tuple[object, ...], Unmended] = {}
    for one in found:
        key = (one.finding.subject, one.finding.rule, one.finding.path)
        known = joined.get(key)
        joined[key] = (
            one if known is None else Unmended(finding=known.finding, places=(*known.places, *one.places), rejections=known.rejections)
        )
    return tuple(joined.values())

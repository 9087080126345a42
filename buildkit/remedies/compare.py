"""Whether a workspace after an edit is as it was before, less what an edit was for."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.records import dataclass
from buildkit.remedies.survey import Judged, State, Units


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two states of a workspace, and the subject that the edit between them is about; `hides` is a feature that is to be one no more."""

    before: State
    after: State
    subject: str
    hides: str | None = None

    def objection(self) -> str | None:
        """Return why the edit cannot stay, `None` where it can."""
        return next(self._objections(), None)

    def _objections(self) -> Iterator[str]:
        for name, judged in self.before.judged.items():
            after = self.after.judged.get(name)
            if after is None:
                if not judged.leaks(self.subject):
                    yield f"{name} would be no more"
            else:
                yield from self._changes(judged, after)
        for name, after in self.after.judged.items():
            before = self.before.judged.get(name)
            known = {finding.subject for finding in before.findings} if before is not None else set()
            yield from (f"{name} would reach {finding.subject}" for finding in after.findings if finding.subject not in known)

    def _changes(self, before: Judged, after: Judged) -> Iterator[str]:
        if after.problem is not None and before.problem is None:
            yield f"{before.name} could no longer be judged: {after.problem}"
        elif before.leaks(self.subject):
            yield from (f"{before.name} would gain {what}" for what in gains(before.units, after.units))
        else:
            first = next((what for what in self._differences(before.units, after.units)), None)
            if first is not None:
                yield f"it would change {before.name}, where nothing is wrong: {first}"

    def _differences(self, before: Units, after: Units) -> Iterator[str]:
        yield from (f"{what} comes" for what in gains(before, after))
        yield from (f"{what} goes" for what in gains(after, before) if self.hides is None or not what.endswith(f"/{self.hides}"))


def gains(before: Units, after: Units) -> Iterator[str]:
    """Give the packages, and the features of packages that were there, that one set of units has and the other has not."""
    for (package, side), features in after.items():
        name = package.partition(" ")[0]
        known = before.get((package, side))
        if known is None:
            yield name
        else:
            yield from (f"{name}/{feature}" for feature in sorted(features - known))

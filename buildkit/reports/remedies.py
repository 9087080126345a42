"""What `buildkit fix` did, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from buildkit.features.explain import TRIED
from buildkit.remedies.mending import Mended, Outcome, Unmended
from buildkit.remedies.survey import proof_name
from buildkit.reports.plain import BRANCH, path_lines
from buildkit.reports.words import clean

MOST_PLACES = 5
MOST_LOST = 12


def outcome_lines(outcome: Outcome, branch: str = BRANCH, *, is_applied: bool) -> Iterator[str]:
    """Give what was mended and what was not; `is_applied` says whether the files have changed."""
    for mended in outcome.mended:
        yield from mended_lines(mended, is_applied=is_applied)
    for unmended in outcome.unmended:
        yield from unmended_lines(unmended, branch)
    for name, reason in outcome.unjudged.items():
        yield f"not judged: {clean(name)}: {clean(reason)}"
    for name in outcome.expected:
        yield f"left alone: {clean(name)} is expected to fail by the configuration"
    if outcome.is_clean:
        yield "nothing to mend"


def mended_lines(mended: Mended, *, is_applied: bool) -> Iterator[str]:
    """Give a finding that went, the edits, and what each place lost."""
    yield f"{'mended' if is_applied else 'can be mended'}: {clean(mended.finding.subject)} in {_listed(_cells(mended.places), MOST_PLACES)}"
    for candidate in mended.remedy.candidates:
        yield f"  {clean(candidate.summary)}"
    shown: dict[tuple[str, ...], list[str]] = {}
    for name, lost in mended.lost.items():
        shown.setdefault(lost, []).append(name)
    for lost, names in shown.items():
        if lost:
            yield f"  gone from {_listed(_cells(names), MOST_PLACES)}: {_listed(lost, MOST_LOST)}"
    notes = dict.fromkeys(candidate.note for candidate in mended.remedy.candidates if candidate.note is not None)
    yield from (f"  by hand: {clean(note)}" for note in notes)


def unmended_lines(unmended: Unmended, branch: str = BRANCH) -> Iterator[str]:
    """Give a finding that stays, its path, what was tried, and what to do by hand."""
    finding = unmended.finding
    yield f"not mended: {clean(finding.subject)} in {_listed(_cells(unmended.places), MOST_PLACES)}: {clean(finding.message)}"
    yield from (f"  {line}" for line in path_lines(finding.path, branch))
    for rejection in unmended.rejections:
        yield f"  tried: {clean(rejection.summary)}: {clean(rejection.reason)}"
    if not unmended.rejections:
        yield "  no manifest of this workspace can be edited mechanically for it"
    if finding.fix is not None:
        yield f"  by hand: {clean(finding.fix.removesuffix(TRIED))}"


def outcome_document(outcome: Outcome, diff: str, changed: Sequence[str]) -> dict[str, Any]:
    """Return an outcome as the JSON document has it; `changed` are the files that were written."""
    return {
        "mended": [
            {
                "rule": mended.finding.rule.value,
                "subject": mended.finding.subject,
                "edits": [candidate.summary for candidate in mended.remedy.candidates],
                "by_hand": [candidate.note for candidate in mended.remedy.candidates if candidate.note is not None],
                "gone": {name: list(lost) for name, lost in mended.lost.items()},
            }
            for mended in outcome.mended
        ],
        "unmended": [
            {
                "rule": unmended.finding.rule.value,
                "subject": unmended.finding.subject,
                "places": list(unmended.places),
                "tried": [{"edit": rejection.summary, "reason": rejection.reason} for rejection in unmended.rejections],
                "by_hand": None if unmended.finding.fix is None else unmended.finding.fix.removesuffix(TRIED),
            }
            for unmended in outcome.unmended
        ],
        "unjudged": dict(outcome.unjudged),
        "expected": list(outcome.expected),
        "diff": diff,
        "changed": list(changed),
    }


def _cells(names: Sequence[str]) -> tuple[str, ...]:
    """Return names without the proofs over cells that are named as well."""
    pairs = {name.rpartition("/")[0] for name in names}
    return tuple(name for name in names if not any(name == proof_name(pair) for pair in pairs))


def _listed(names: Sequence[str], most: int) -> str:
    shown = ", ".join(clean(name) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown

"""Hold the workspace itself against what its copy promised."""

from __future__ import annotations

from buildkit.errors import BuildkitError
from buildkit.remedies.mending import Outcome
from buildkit.remedies.mirror import Texts
from buildkit.remedies.search import Search, Version
from buildkit.remedies.survey import State


def starting_version(search: Search, texts: Texts, state: State) -> Version:
    """Return a workspace as its copy shows it; raises `BuildkitError` where that is not as the workspace itself was judged."""
    copied = search.read(texts)
    if isinstance(copied, str):
        raise BuildkitError(f"edits cannot be tried in a copy of the workspace: {copied}", hint="buildkit check --only isolation")
    different = first_difference(state, copied.state)
    if different is not None:
        raise BuildkitError(
            f"in a copy of the workspace {different}, so edits cannot be tried there", hint="buildkit check --only isolation"
        )
    return Version(texts=copied.texts, state=state)


def prove_outcome(outcome: Outcome, state: State) -> None:
    """Raise `BuildkitError` where a workspace after its edits is not what they were proved to make of it."""
    different = first_difference(outcome.after.state, state)
    if different is not None:
        raise BuildkitError(f"after the edits {different}; they were taken back", hint="buildkit fix --diff")


def first_difference(one: State, other: State) -> str | None:
    """Return in words what tells two states apart: the places, what was found there, and what they build; `None` where nothing does."""
    if one.judged.keys() != other.judged.keys():
        return f"there are other cells: {', '.join(sorted(one.judged.keys() ^ other.judged.keys()))}"
    for name, judged in one.judged.items():
        found = other.judged[name]
        if {finding.subject for finding in judged.findings} != {finding.subject for finding in found.findings}:
            return f"{name} has other findings"
        if judged.problem != found.problem:
            return f"{name} is judged otherwise: {found.problem or judged.problem}"
        if judged.units != found.units:
            return f"{name} builds something else"
    return None

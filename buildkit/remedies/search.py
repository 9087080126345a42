"""Look for edits that make a finding go away and leave everything else as it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from pathlib import Path

from buildkit.errors import BuildkitError, ConfigurationError
from buildkit.records import dataclass
from buildkit.remedies.candidate import Candidate
from buildkit.remedies.candidates import candidates
from buildkit.remedies.compare import Comparison
from buildkit.remedies.declared import Declarations
from buildkit.remedies.document import edited
from buildkit.remedies.edits import Edit
from buildkit.remedies.leak import leak_at
from buildkit.remedies.lines import changed_lines
from buildkit.remedies.mirror import LOCK, Mirror, Texts
from buildkit.remedies.placing import UneditableError
from buildkit.remedies.survey import State, Survey

MOST_TRIALS = 40
"""How many edits are tried against one finding."""

MOST_STEPS = 6
"""How many edits one finding may take: each cuts one way to its subject."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """The texts of a workspace's manifests and its lock file, with what they come to."""

    texts: Texts
    state: State


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """The candidates that together mend a finding, and the workspace after them."""

    candidates: tuple[Candidate, ...]
    version: Version


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A candidate that was tried, and why it is no remedy."""

    summary: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Search:
    """Tries edits in a copy of the workspace; what a set of texts comes to is found once."""

    survey: Survey
    mirror: Mirror
    _known: dict[frozenset[tuple[Path, bytes]], Version | str] = field(default_factory=dict)

    def read(self, texts: Texts) -> Version | str:
        """Return what some texts come to, or why that cannot be said."""
        key = frozenset(texts.items())
        if key not in self._known:
            try:
                workspace, left = self.mirror.read(texts)
                self._known[key] = Version(texts=left, state=self.survey.judge(workspace))
            except BuildkitError as error:
                if isinstance(error, ConfigurationError) and error.file.name == LOCK.name:
                    raise _locked(self.mirror.original / LOCK) from error
                self._known[key] = self.mirror.told(error.message)
        return self._known[key]

    def mend(self, version: Version, name: str, subject: str) -> tuple[Remedy | None, tuple[Rejection, ...]]:
        """Return the edits that take a subject out of one place, `None` where none do, and what was tried in vain."""
        attempt = _Attempt(self, version, name, subject)
        return attempt.from_here(version, ()), tuple(attempt.rejections)


class _Attempt:
    def __init__(self, search: Search, start: Version, name: str, subject: str) -> None:
        self._search = search
        self._start = start
        self._name = name
        self._subject = subject
        self._trials = 0
        self.rejections: list[Rejection] = []

    def from_here(self, version: Version, done: tuple[Candidate, ...]) -> Remedy | None:
        """Go on from edits that have cut some ways to the subject."""
        where = version.state.judged.get(self._name)
        leak = None if where is None else leak_at(version.state, where, self._subject)
        if leak is None:
            return Remedy(candidates=done, version=version) if done else None
        if len(done) == MOST_STEPS:
            return None
        declarations = Declarations(workspace=version.state.workspace, manifests=version.state.explainer.manifests)
        for candidate, texts in self._sorted(version.texts, candidates(leak, declarations)):
            if self._trials == MOST_TRIALS:
                self._reject(candidate, f"not tried: {MOST_TRIALS} edits were before")
                return None
            self._trials += 1
            found = self._search.read(texts)
            reason = found if isinstance(found, str) else self._objection(found, candidate, version)
            remedy = None if reason is not None or isinstance(found, str) else self.from_here(found, (*done, candidate))
            if remedy is not None:
                return remedy
            self._reject(candidate, reason or "another way to it cannot be cut")
        return None

    def _objection(self, found: Version, candidate: Candidate, before: Version) -> str | None:
        comparison = Comparison(before=self._start.state, after=found.state, subject=self._subject, hides=candidate.hides)
        if (objection := comparison.objection()) is not None:
            return objection
        now, then = found.state.judged.get(self._name), before.state.judged[self._name]
        leak = None if now is None else leak_at(found.state, now, self._subject)
        old = leak_at(before.state, then, self._subject)
        if leak is not None and old is not None and leak.finding.path == old.finding.path:
            return "it does not cut the way"
        return None

    def _sorted(self, texts: Texts, given: Iterator[Candidate]) -> list[tuple[Candidate, Texts]]:
        """Return the candidates with the texts that they give, the least blunt first, then the shortest."""
        found: dict[frozenset[tuple[Path, bytes]], tuple[tuple[int, int], Candidate, Texts]] = {}
        for candidate in given:
            if candidate.obstacle is not None:
                self._reject(candidate, candidate.obstacle)
                continue
            try:
                after = applied(texts, candidate)
            except UneditableError as error:
                self._reject(candidate, str(error))
                continue
            size = sum(changed_lines(texts[file].decode(), text.decode()) for file, text in after.items())
            found.setdefault(frozenset(after.items()), ((candidate.bluntness, size), candidate, after))
        ordered = sorted(found.values(), key=lambda entry: entry[0])
        return [(candidate, after) for _, candidate, after in ordered]

    def _reject(self, candidate: Candidate, reason: str) -> None:
        if all(rejection.summary != candidate.summary for rejection in self.rejections):
            self.rejections.append(Rejection(summary=candidate.summary, reason=reason))


def _locked(file: Path) -> ConfigurationError:
    return ConfigurationError(
        "would change with the manifests, and --locked forbids that", file=file, hint="buildkit fix, without --locked"
    )


def applied(texts: Texts, candidate: Candidate) -> Texts:
    """Return the texts after a candidate's edits; raises `UneditableError`."""
    after = dict(texts)
    for edit in candidate.edits:
        after[edit.file] = _edited(after[edit.file], edit)
    return after


def _edited(text: bytes, edit: Edit) -> bytes:
    try:
        return edited(text.decode("utf-8"), edit).encode("utf-8")
    except UnicodeDecodeError as error:
        raise UneditableError("it is not UTF-8") from error

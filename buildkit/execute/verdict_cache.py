"""Verdicts that were reached before, found again wherever everything that the compiler could read is the same.

Under the key of a question lie the last few verdicts, each with the names of its inputs and the digest of their contents, so that going
back and forth between branches finds them all.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import field, replace
from pathlib import Path
from typing import Final

import msgspec

from buildkit.execute.input_state import FileState, InputList, Observer, UnknownState, last_change, variables_state
from buildkit.execute.outcome import StageOutcome
from buildkit.execute.verdict_files import VerdictFiles, bound_verdicts
from buildkit.execute.verdict_model import ANY_TIME, CheckQuestion, Inputs
from buildkit.execute.verdict_record import Remembered, remember
from buildkit.model import Verdict
from buildkit.records import dataclass

MOST_REMEMBERED: Final = 8
JUDGED: Final = frozenset({Verdict.PASS, Verdict.FAIL})

VERDICTS: Final = "verdicts"
INPUTS: Final = "inputs"
FILES: Final = "files"

_remembered: Final = msgspec.msgpack.Decoder(tuple[Remembered, ...])
_inputs: Final = msgspec.msgpack.Decoder(InputList)
_files: Final = msgspec.msgpack.Decoder(dict[str, FileState])


@dataclass(frozen=True, kw_only=True)
class VerdictCache:
    """The cache in a folder, for one run: what was looked at once for `find` is not looked at again.

    A folder that cannot be read or written is an empty one. Safe to be called from several threads, and for several processes at once.
    """

    folder: Path
    _observers: dict[Path, Observer] = field(default_factory=dict)
    _lists: dict[bytes, InputList | None] = field(default_factory=dict)
    _states: dict[tuple[Path, bytes], bytes | None] = field(default_factory=dict)
    _kept: list[str] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def find(self, question: CheckQuestion) -> StageOutcome | None:
        """Return the verdict of a question, `None` where it was never reached with these contents."""
        with self._lock:
            verdicts = self._files.read(VERDICTS, question.key, _remembered) or ()
            found = next((remembered for remembered in verdicts if self._holds(question, remembered)), None)
            if found is None:
                return None
            if found is not verdicts[0]:
                # The one that was of use longest ago is the one that goes.
                self._files.write(VERDICTS, question.key, (found, *(other for other in verdicts if other is not found)))
            self._files.note_use(VERDICTS, question.key)
            self._files.note_use(INPUTS, found.inputs.hex())
            return found.outcome(question)

    def keep(self, question: CheckQuestion, inputs: Inputs | None, outcome: StageOutcome) -> bool:
        """Remember a verdict, and say whether it was remembered.

        It is not where it could not be judged, where it left files, where its inputs are not known (`None`), and where one of them may
        have changed since the compiler read it.
        """
        if inputs is None or outcome.result.verdict not in JUDGED or outcome.files or outcome.artifacts:
            return False
        with self._lock:
            others = self._files.read(VERDICTS, question.key, _remembered) or ()
            failed = outcome.result.verdict is Verdict.FAIL
            try:
                observed = self._observe(question, self._widened(inputs, others) if failed else inputs)
            except (UnknownState, OSError):
                return False
            remembered = remember(question, outcome, observed)
            # What else holds now is the same once more, or was reached from too few inputs.
            kept = [other for other in others if not self._holds(question, other)]
            self._files.write(VERDICTS, question.key, (remembered, *kept)[:MOST_REMEMBERED])
            self._kept.append(question.key)
        return True

    def drop(self, question: CheckQuestion) -> None:
        """Forget every verdict of a question."""
        with self._lock:
            self._files.write(VERDICTS, question.key, ())

    def save(self) -> None:
        """Write down which contents files had, so that the next run reads only what changed, and keep the cache within its bounds."""
        with self._lock:
            for root, observer in self._observers.items():
                if observer.is_changed:
                    self._files.write(FILES, _name_of(root), observer.known)
                    observer.is_changed = False
            if self._kept:
                bound_verdicts(self.folder)
                self._kept.clear()

    @property
    def _files(self) -> VerdictFiles:
        return VerdictFiles(folder=self.folder)

    def _observer(self, question: CheckQuestion) -> Observer:
        found = self._observers.get(question.root)
        if found is None:
            known = self._files.read(FILES, _name_of(question.root), _files) or {}
            found = self._observers[question.root] = Observer(root=str(question.root), made=str(question.made), known=known)
        return found

    def _holds(self, question: CheckQuestion, remembered: Remembered) -> bool:
        inputs = self._list(remembered.inputs)
        if inputs is None or variables_state(inputs.variables, question.environment) != remembered.variables:
            return False
        place = (question.root, remembered.inputs)
        if place not in self._states:
            try:
                self._states[place] = self._observer(question).state(inputs)
            except UnknownState:
                self._states[place] = None
        return self._states[place] == remembered.files

    def _widened(self, inputs: Inputs, others: Iterable[Remembered]) -> Inputs:
        """Add what the compiler read at other times: where it fails, it may not say what it would have read."""
        lists = [found for other in others if (found := self._list(other.inputs)) is not None]
        return replace(
            inputs,
            files={**{name: ANY_TIME for found in lists for name in found.files}, **inputs.files},
            folders={**{name: ANY_TIME for found in lists for name in found.folders}, **inputs.folders},
            variables=inputs.variables.union(*(found.variables for found in lists)),
        )

    def _list(self, name: bytes) -> InputList | None:
        if name not in self._lists:
            self._lists[name] = self._files.read(INPUTS, name.hex(), _inputs)
        return self._lists[name]

    def _observe(self, question: CheckQuestion, inputs: Inputs) -> tuple[bytes, bytes, bytes]:
        """Return the digests of the names, the contents and the variables; raises `UnknownState` where one was changed too late."""
        if any(last_change(file.stat()) >= question.asked for file in question.sources if file.exists()):
            raise UnknownState(question.key)
        observer = self._observer(question)
        observer.forget()
        self._states.clear()
        names = InputList(
            files=tuple(sorted(inputs.files)),
            folders=tuple(sorted(inputs.folders)),
            packages=tuple(sorted(inputs.packages)),
            variables=tuple(sorted(inputs.variables)),
        )
        state = observer.state(names)
        for name, before in inputs.files.items():
            observer.require_older(name, min(before, question.asked))
        for folders, hidden in ((inputs.folders, True), (inputs.packages, False)):
            for name, before in folders.items():
                observer.require_older_below(name, min(before, question.asked), hidden=hidden)
        identity = hashlib.sha256(msgspec.msgpack.encode(names)).digest()
        if self._list(identity) is None:
            self._files.write(INPUTS, identity.hex(), names)
            self._lists[identity] = names
        return identity, state, variables_state(names.variables, question.environment)


def _name_of(root: Path) -> str:
    return hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()

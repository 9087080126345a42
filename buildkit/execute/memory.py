"""What is remembered of a workspace between runs: a journal in the store, one line for each thing that happened.

Each line is written at once by one call, so that a process may be killed at any moment and several may run at once. Whoever runs holds the
file's lock shared; who can have it alone knows that every open end is that of a process that was broken off.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from buildkit.events import CellFinished, Emit, Event, RunFinished
from buildkit.execute.memory_records import AnyRecord, Began, Ended, Judged, News, Proved, decode_records, encode_record, fold
from buildkit.execute.verdicts import COMPILING
from buildkit.model import CellResult, Verdict
from buildkit.plan.remembered import NOTHING, Remembered
from buildkit.records import dataclass

WORKSPACES: Final = "workspaces"
"""The folder of the store that has one folder for each workspace."""

JOURNAL: Final = "journal-1.jsonl"

ROOT: Final = "root"
"""The file that has the path of the workspace, so that what is remembered of one that is gone can be removed."""

LARGEST: Final = 1_000_000
"""How many bytes a journal may have before it is written anew with what still counts."""

REMEMBERED_SECONDS: Final = 180 * 24 * 3600
"""How long a record of a large journal counts."""

MEASURED: Final = frozenset({Verdict.PASS, Verdict.FAIL})


def workspace_folder(store: Path, root: Path) -> Path:
    """Return the folder of the store for what belongs to one workspace, wherever links lead to it."""
    return store / WORKSPACES / sha256(os.fsencode(root.resolve())).hexdigest()[:24]


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The memory of one workspace. A file that cannot be read counts as empty, one that cannot be written remembers nothing."""

    folder: Path
    root: Path | None = None
    """The workspace, where it is to be noted."""

    @property
    def file(self) -> Path:
        """Return the journal."""
        return self.folder / JOURNAL

    def recall(self, does: str) -> Remembered:
        """Return what is known of one thing that is run, such as `check`."""
        try:
            with self.file.open("rb") as stream:
                activity = fold(decode_records(stream.read())).get(does)
                others_run = not _is_alone(stream.fileno())
        except OSError:
            return NOTHING
        return NOTHING if activity is None else activity.remembered(others_run=others_run)

    @contextmanager
    def recording(self, does: str, emit: Emit) -> Iterator[Emit]:
        """Give an `emit` that remembers the events of one run before it hands them on."""
        try:
            journal = self._open()
        except OSError:
            yield emit
            return
        run = secrets.token_hex(6)
        news = News(known=fold(decode_records(self.file.read_bytes())).get(does))
        writer = _Writer(journal=journal, does=does, run=run, news=news)
        writer.write(Began(does=does, run=run, at=int(time.time())))

        def record_and_emit(event: Event) -> None:
            writer.record(event)
            emit(event)

        try:
            yield record_and_emit
        finally:
            os.close(journal)

    def _open(self) -> int:
        """Return the journal, opened to append, its lock held shared."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._note_root()
        self._shrink()
        while True:
            journal = os.open(self.file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                fcntl.flock(journal, fcntl.LOCK_SH)
                if self._is_in_place(journal):
                    return journal
            except OSError:
                os.close(journal)
                raise
            os.close(journal)

    def _note_root(self) -> None:
        if self.root is not None and not (self.folder / ROOT).exists():
            (self.folder / ROOT).write_bytes(os.fsencode(self.root.resolve()))

    def _is_in_place(self, journal: int) -> bool:
        """Say whether the file is still the journal: another process may have put a new one in its place."""
        try:
            return os.path.samestat(os.fstat(journal), self.file.stat())
        except FileNotFoundError:
            return False

    def _shrink(self) -> None:
        """Write a large journal anew, unless another process uses it."""
        with suppress(FileNotFoundError), self.file.open("rb") as stream:
            is_large = os.fstat(stream.fileno()).st_size > LARGEST
            if is_large and _is_alone(stream.fileno()) and self._is_in_place(stream.fileno()):
                self._compact()

    def _compact(self) -> None:
        """Write the journal anew; called with its lock held alone."""
        oldest = int(time.time()) - REMEMBERED_SECONDS
        activities = fold(record for record in decode_records(self.file.read_bytes()) if record.at >= oldest)
        records = [record for does, activity in activities.items() for record in activity.records(does)]
        handle, name = tempfile.mkstemp(prefix=f".{JOURNAL}-", dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(encode_record(record) for record in records)
            Path(name).replace(self.file)
        except OSError:
            Path(name).unlink(missing_ok=True)


@dataclass(frozen=True, kw_only=True)
class _Writer:
    journal: int
    does: str
    run: str
    news: News

    def write(self, record: AnyRecord) -> None:
        """Append a record, and what was held back before it; a full disk loses it and nothing else."""
        with suppress(OSError):
            os.write(self.journal, b"".join(encode_record(told) for told in self.news.told_by(record)))

    def record(self, event: Event) -> None:
        """Remember an event that the next run wants to know of."""
        at = int(time.time())
        match event:
            case CellFinished(result=result) if was_reached(result):
                seconds = compile_seconds(result)
                self.write(Judged(does=self.does, run=self.run, at=at, cell=result.cell.id, verdict=result.verdict, seconds=seconds))
            case RunFinished(report=report):
                for proof in report.proofs:
                    pair = f"{proof.package}/{proof.target}"
                    self.write(Proved(does=self.does, run=self.run, at=at, pair=pair, verdict=proof.verdict))
                self.write(Ended(does=self.does, run=self.run, at=at))
            case _:
                pass


def was_reached(result: CellResult) -> bool:
    """Say whether a cell came to its end, and not a run that was ended by another's failure."""
    if any(stage.verdict not in (Verdict.PASS, Verdict.SKIPPED) for stage in result.stages) or result.expectation is not None:
        return True
    return all(stage.verdict is not Verdict.SKIPPED for stage in result.stages if stage.stage in COMPILING)


def compile_seconds(result: CellResult) -> float | None:
    """Return what the compilation of a cell took, `None` where nothing was compiled or cargo did not come to its end."""
    stages = [stage for stage in result.stages if stage.stage in COMPILING and stage.verdict in MEASURED and not stage.cached]
    return round(sum(stage.seconds for stage in stages), 3) if stages else None


def _is_alone(journal: int) -> bool:
    """Say whether no other process has the lock; takes it alone if so."""
    try:
        fcntl.flock(journal, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

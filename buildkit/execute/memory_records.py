"""The records of a workspace's memory, one line of JSON each, and what they come to when they are read in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field

import msgspec
from msgspec import Struct

from buildkit.execute.verdicts import GOOD
from buildkit.model import Verdict
from buildkit.plan.remembered import Remembered
from buildkit.records import dataclass


class Record(Struct, frozen=True, kw_only=True, tag_field="is"):
    """Something that happened: `does` says what ran, as it is typed, `run` in which run of it, `at` when, in seconds of the epoch."""

    does: str
    run: str
    at: int


class Began(Record, frozen=True, kw_only=True, tag="began"):
    """A run began."""


class Judged(Record, frozen=True, kw_only=True, tag="judged"):
    """A cell ended; `seconds` is what its compilation took, `None` where nothing was compiled."""

    cell: str
    verdict: Verdict
    seconds: float | None = None


class Proved(Record, frozen=True, kw_only=True, tag="proved"):
    """A proof of `package/target` was made."""

    pair: str
    verdict: Verdict


class Ended(Record, frozen=True, kw_only=True, tag="ended"):
    """A run came to its end."""


AnyRecord = Began | Judged | Proved | Ended

_decoder = msgspec.json.Decoder(AnyRecord)


def encode_record(record: AnyRecord) -> bytes:
    """Return a record as a line. It begins with the line end, so that what a killed process wrote of its last one spoils no other."""
    return b"\n" + msgspec.json.encode(record)


def decode_records(content: bytes) -> Iterator[AnyRecord]:
    """Give the records of a file; a line that is none is passed over."""
    for line in content.split(b"\n"):
        try:
            yield _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue


@dataclass(kw_only=True)
class Activity:
    """What the records say of one thing that is run; `open` are the cells judged in runs that have not come to their end."""

    judged: dict[str, Judged] = field(default_factory=dict)
    proved: dict[str, Proved] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    open: dict[str, set[str]] = field(default_factory=dict)
    latest: set[str] = field(default_factory=set)
    run: str = ""
    at: int = 0

    def take(self, record: AnyRecord) -> None:
        """Add the next record. A run goes on where those that were broken off before it ended."""
        match record:
            case Began():
                self.open = {record.run: set[str]().union(*self.open.values())}
                self.run, self.at, self.latest = record.run, record.at, set()
            case Judged():
                self.judged[record.cell] = record
                if record.seconds is not None:
                    self.seconds[record.cell] = record.seconds
                if record.run in self.open:
                    self.open[record.run].add(record.cell)
                if record.run == self.run:
                    self.latest.add(record.cell)
            case Proved():
                self.proved[record.pair] = record
            case Ended():
                self.open.pop(record.run, None)

    def remembered(self, *, others_run: bool) -> Remembered:
        """Return what the next run may know; while others run, an open end is theirs."""
        open_cells = set[str]().union(*self.open.values())
        return Remembered(
            has_run=True,
            failed=frozenset(cell for cell, record in self.judged.items() if record.verdict not in GOOD),
            failed_proofs=frozenset(pair for pair, record in self.proved.items() if record.verdict not in GOOD),
            latest=frozenset(self.latest),
            seconds=dict(self.seconds),
            interrupted=frozenset(open_cells) if self.open and not others_run else None,
        )

    def records(self, does: str) -> Iterator[AnyRecord]:
        """Give the fewest records that come to the same, where no run goes on."""
        last = self.latest.union(*self.open.values())
        yield from (self._kept(record, "") for cell, record in self.judged.items() if cell not in last)
        yield from self.proved.values()
        yield Began(does=does, run=self.run, at=self.at)
        yield from (self._kept(self.judged[cell], self.run) for cell in sorted(last))
        if not self.open:
            yield Ended(does=does, run=self.run, at=self.at)

    def _kept(self, record: Judged, run: str) -> Judged:
        return msgspec.structs.replace(record, run=run, seconds=self.seconds.get(record.cell))


@dataclass(kw_only=True)
class News:
    """Holds back the records of a run for as long as they say nothing that is not `known`: a run that finds all as it was leaves no trace."""

    known: Activity | None
    held: list[AnyRecord] = field(default_factory=list)

    def told_by(self, record: AnyRecord) -> list[AnyRecord]:
        """Return what has to be written once a record has come, in order."""
        self.held.append(record)
        if self.known is not None and not self.known.open and self._is_known(record, self.known):
            return []
        told, self.held, self.known = self.held, [], None
        return told

    def _is_known(self, record: AnyRecord, known: Activity) -> bool:
        match record:
            case Began():
                return True
            case Judged():
                before = known.judged.get(record.cell)
                return before is not None and before.verdict is record.verdict and record.seconds is None and record.cell in known.latest
            case Proved():
                proved = known.proved.get(record.pair)
                return proved is not None and proved.verdict is record.verdict
            case Ended():
                return {held.cell for held in self.held if isinstance(held, Judged)} == known.latest


def fold(records: Iterable[AnyRecord]) -> dict[str, Activity]:
    """Return what records come to, by what was run."""
    activities: dict[str, Activity] = {}
    for record in records:
        activities.setdefault(record.does, Activity()).take(record)
    return activities

"""The two private folders of a run: the input, which a program may read, and the output, which it writes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from buildkit.errors import UsageError
from buildkit.records import dataclass
from buildkit.runners.model import Preopen
from buildkit.workflow.launch.model import REPORT_VERSION, Left, Report

INPUT: Final = "/input"
OUTPUT: Final = "/output"
DATA: Final = "data.json"
RESULT: Final = "result.json"
REPORT: Final = "outcome.json"


@dataclass(frozen=True, kw_only=True)
class Folders:
    """Where they are on this machine."""

    input: Path
    output: Path

    @property
    def preopens(self) -> tuple[Preopen, ...]:
        """Return them as a wasm program sees them."""
        return (Preopen(host=self.input, guest=INPUT, writable=False), Preopen(host=self.output, guest=OUTPUT))

    def left(self) -> Left:
        """Read what the program left in the output."""
        result = self.output / RESULT
        kept = result.read_bytes() if result.is_file() else None
        try:
            report = msgspec.json.decode((self.output / REPORT).read_bytes(), type=Report)
        except FileNotFoundError:
            return Left(result=kept)
        except (OSError, msgspec.DecodeError) as error:
            return Left(result=kept, trouble=f"its {REPORT} cannot be read: {error}")
        if report.version != REPORT_VERSION:
            return Left(result=kept, trouble=f"its {REPORT} has version {report.version}, and {REPORT_VERSION} is known here")
        return Left(report=report, result=kept)


def make_folders(place: Path, data: bytes) -> Folders:
    """Make both below `place`, with the input in its file."""
    folders = Folders(input=place / "input", output=place / "output")
    for folder in (folders.input, folders.output):
        folder.mkdir(mode=0o700)
    (folders.input / DATA).write_bytes(data)
    return folders


def refuse_reserved(directories: tuple[Preopen, ...]) -> None:
    """Refuse a declared folder in the place of one of ours; raises `UsageError`."""
    for directory in directories:
        if directory.guest.rstrip("/") in {INPUT, OUTPUT}:
            raise UsageError(
                f"{directory.guest} is the scenario's own folder", hint=f"--input FILE and --output FILE; or {directory.host}::/data"
            )

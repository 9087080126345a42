"""Read ELF files: programs, libraries and object files, of servers and of microcontrollers."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Final

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import InterpSegment, Segment

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.records import dataclass

MAGIC: Final = b"\x7fELF"
PROGRAMS: Final = frozenset({"ET_EXEC", "ET_DYN"})
UNREADABLE: Final = (ELFError, ValueError, KeyError, OverflowError, AttributeError)
"""What pyelftools raises for a file whose tables contradict each other."""


@dataclass(frozen=True, kw_only=True)
class ElfFacts:
    """What an ELF file is made for (`X86_64`) and what it asks the system for when it starts.

    `loader` is the program interpreter (`PT_INTERP`), `libraries` are the names of its `DT_NEEDED` entries.
    """

    machine: str
    program: bool
    loader: str | None = None
    libraries: tuple[str, ...] = ()

    @property
    def static(self) -> bool | None:
        """Say whether a program runs without a loader and libraries, also a position-independent one; `None` for object files."""
        return self.loader is None and not self.libraries if self.program else None


def read_elf(path: Path) -> ElfFacts:
    """Read the headers and the dynamic section; raises `BrokenArtifactError` with the offset where it is known."""
    try:
        with path.open("rb") as stream:
            return _facts(path, stream)
    except OSError as error:
        raise BrokenArtifactError(path, f"cannot be read: {error.strerror}") from error
    except UNREADABLE as error:
        raise BrokenArtifactError(path, f"is no valid ELF file: {error}") from error


def _facts(path: Path, stream: IO[bytes]) -> ElfFacts:
    elf = ELFFile(stream)
    segments: tuple[Segment, ...] = tuple(elf.iter_segments())
    _require_contents(path, segments)
    loaders = (segment.get_interp_name() for segment in segments if isinstance(segment, InterpSegment))
    dynamic = (segment for segment in segments if isinstance(segment, DynamicSegment))
    return ElfFacts(
        machine=str(elf["e_machine"]).removeprefix("EM_"),
        program=elf["e_type"] in PROGRAMS,
        loader=next(loaders, None),
        libraries=tuple(str(vars(tag)["needed"]) for segment in dynamic for tag in segment.iter_tags("DT_NEEDED")),
    )


def _require_contents(path: Path, segments: tuple[Segment, ...]) -> None:
    """Refuse a truncated file: its tables may be whole when its contents are not."""
    size = path.stat().st_size
    for number, segment in enumerate(segments):
        end = segment["p_offset"] + segment["p_filesz"]
        if end > size:
            problem = f"is no valid ELF file: segment {number} ends at {end:#x}, the file at {size:#x}"
            raise BrokenArtifactError(path, problem, offset=segment["p_offset"])

"""What a compilation read, as rustc writes it down beside what it made.

The format is that of rustc's `--emit dep-info`: rules as of make, and a comment for each variable of the environment. Where the files lie
follows cargo's layout of a target directory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from buildkit.cargo.messages import CompilerArtifact
from buildkit.records import dataclass

SUFFIX: Final = ".d"
_VARIABLE: Final = "# env-dep:"
_WORDS: Final = re.compile(r"(?:\\ |\S)+")
_HASHED: Final = re.compile(r"-([0-9a-f]{16})$")


@dataclass(frozen=True, kw_only=True)
class DepInfo:
    """The files that a compilation read, as rustc spells them, and the variables that it asked for."""

    files: frozenset[str]
    variables: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class DepInfoFile:
    """Where a compilation is described. `started` is the file whose time of change is the moment before it began, where cargo left one."""

    path: Path
    started: Path


def parse_dep_info(text: str) -> DepInfo:
    """Parse a description. Rules without prerequisites say nothing new and are passed over."""
    files: set[str] = set()
    variables: set[str] = set()
    for line in text.splitlines():
        if line.startswith(_VARIABLE):
            variables.add(line.removeprefix(_VARIABLE).partition("=")[0])
        elif line and not line.startswith("#"):
            _, _, read = line.partition(": ")
            files.update(word.replace("\\ ", " ") for word in _WORDS.findall(read))
    return DepInfo(files=frozenset(files), variables=frozenset(variables))


def dep_info_file(artifact: CompilerArtifact, package: str) -> DepInfoFile | None:
    """Return where the compilation of an artifact of a package is described, `None` where that is not told."""
    found = (path for file in artifact.filenames for path in _candidates(file) if path.is_file())
    path = next(found, None)
    return None if path is None else DepInfoFile(path=path, started=_started(path, package))


def _candidates(file: Path) -> Iterator[Path]:
    if file.parent.name == "deps":
        yield file.with_suffix(SUFFIX)
        yield file.with_name(file.name.removeprefix("lib")).with_suffix(SUFFIX)
    elif file.parent.parent.name == "build":
        # A build script is linked to a name without the hash.
        yield from sorted(file.parent.glob(f"*{SUFFIX}"))


def _started(path: Path, package: str) -> Path:
    hashed = _HASHED.search(path.stem)
    profile = path.parent.parent if path.parent.name == "deps" else path.parent.parent.parent
    return profile / ".fingerprint" / f"{package}-{hashed.group(1) if hashed else ''}" / "invoked.timestamp"

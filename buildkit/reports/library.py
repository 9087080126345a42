"""Prebuilt libraries, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from rich.filesize import decimal

from buildkit.records import dataclass
from buildkit.reports.words import clean, counted
from buildkit.workflow.library.model import CrateKind, Library

PREBUILD_VERSION: Final = 1


@dataclass(frozen=True, kw_only=True)
class Prebuilt:
    """A library, whether it was in the store already, and how long it took to have it, in seconds of wall-clock time."""

    library: Library
    was_there: bool
    seconds: float


def prebuilt_lines(prebuilt: Sequence[Prebuilt], archive: Path | None, digest: str | None) -> Iterator[str]:
    """Give two lines for each library, and one for the archive."""
    for one in prebuilt:
        library = one.library
        how = "there already" if one.was_there else f"provided in {one.seconds:.1f} s"
        crates = counted(sum(crate.kind is not CrateKind.NATIVE for crate in library.crates), "crate")
        yield f"{library.target}: {library.package} ({','.join(library.features)}), {crates}, {decimal(library.size)}, {how}"
        yield f"    {clean(str(library.folder))}"
    if archive is not None:
        yield f"{clean(str(archive))}: {decimal(archive.stat().st_size)}, sha256 {digest}"


def prebuilt_json(prebuilt: Sequence[Prebuilt], archive: Path | None, digest: str | None) -> str:
    """Return the one document of `--format json`."""
    document = {
        "version": PREBUILD_VERSION,
        "libraries": [_entry(one) for one in prebuilt],
        "archive": None if archive is None else {"file": str(archive), "size": archive.stat().st_size, "sha256": digest},
    }
    return json.dumps(document, indent=2)


def _entry(one: Prebuilt) -> dict[str, Any]:
    library = one.library
    return {
        "package": library.package,
        "target": library.target,
        "triple": library.triple,
        "features": list(library.features),
        "key": library.key,
        "folder": str(library.folder),
        "size": library.size,
        "crates": sum(crate.kind is not CrateKind.NATIVE for crate in library.crates),
        "rustc": library.compiler.release,
        "commit": library.compiler.commit,
        "there_already": one.was_there,
        "seconds": round(one.seconds, 3),
    }

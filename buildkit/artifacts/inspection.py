"""Look into an artifact: what it is, how large, and what it asks of its host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.artifacts.fingerprint import Fingerprint, fingerprint
from buildkit.later import Later
from buildkit.model import Artifact

if TYPE_CHECKING:
    from buildkit.artifacts import archive, elf, wasm
else:
    archive = Later("buildkit.artifacts.archive")
    elf = Later("buildkit.artifacts.elf")
    wasm = Later("buildkit.artifacts.wasm")


def inspect_artifact(path: Path) -> Artifact:
    """Read the file, validate it as what it begins as, and return what is known of it.

    Raises `BrokenArtifactError` when it cannot be read, is empty, or breaks the format that it begins with.
    """
    marks = fingerprint(path)
    if marks.size == 0:
        raise BrokenArtifactError(path, "is empty")
    with path.open("rb") as stream:
        head = stream.read(len(archive.MAGIC))
    if head.startswith(wasm.MAGIC):
        return _wasm_artifact(path, marks)
    if head.startswith(elf.MAGIC):
        return _elf_artifact(path, marks)
    if head == archive.MAGIC:
        return _archive_artifact(path, marks)
    return Artifact(path=path, kind="other", size=marks.size, gzip_size=marks.gzip_size, sha256=marks.sha256)


def _wasm_artifact(path: Path, marks: Fingerprint) -> Artifact:
    facts = wasm.read_wasm(path)
    return Artifact(
        path=path,
        kind=facts.kind,
        size=marks.size,
        gzip_size=marks.gzip_size,
        sha256=marks.sha256,
        imports=facts.imports,
        exports=facts.exports,
        machine="WASM",
    )


def _elf_artifact(path: Path, marks: Fingerprint) -> Artifact:
    facts = elf.read_elf(path)
    return Artifact(
        path=path,
        kind="elf",
        size=marks.size,
        gzip_size=marks.gzip_size,
        sha256=marks.sha256,
        imports=((facts.loader,) if facts.loader else ()) + facts.libraries,
        static=facts.static,
        machine=facts.machine,
    )


def _archive_artifact(path: Path, marks: Fingerprint) -> Artifact:
    machine = archive.machine_of(path, archive.read_archive(path))
    return Artifact(path=path, kind="archive", size=marks.size, gzip_size=marks.gzip_size, sha256=marks.sha256, machine=machine)

"""Sessions of rustc in archives, a third of their size; they are unpacked before rustc may need them.

The sessions of one crate have much in common, so that they share an archive: a tar in zstandard that looks for repetitions over a long distance.
What rustc needs most is taken out of a session's folder, and rustc takes a session without that for none: what is not unpacked in time costs
time, never a verdict. An archive is whole before anything is taken out, and everything is back before it is removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from buildkit.later import Later

if TYPE_CHECKING:
    import tarfile
    from concurrent import futures

    import zstandard
else:
    futures, tarfile, zstandard = Later("concurrent.futures"), Later("tarfile"), Later("zstandard")

LEVEL: Final = 1
"""Most of the data are hashes: higher levels take twice the time for a twentieth of the room."""

WINDOW: Final = 26
"""The binary logarithm of the bytes in which repetitions are looked for: some dozen sessions."""

SHORTEST_MATCH: Final = 32
"""In bytes: what a node of rustc's graph has is longer."""

LOOKED_UP: Final = 8
"""The binary logarithm of how many bytes there are for each that is looked up: fewer take more time and save a hundredth."""

CHUNK: Final = 1 << 20
"""The bytes that are handed on at once: with those of `tarfile`, a tenth of the time goes into handing on."""

SUFFIX: Final = ".tar.zst"
MAKING: Final = ".making"

TAKEN: Final = ("query-cache.bin", "dep-graph.bin")
"""What takes the room of a session (`rustc_incremental::persist::fs`); its metadata is a second name of cargo's file.

Without the last one there is no session: it is put back last, and taken away first.
"""

OBJECT: Final = ".o"
"""How machine code ends. A session that has it is of a build, and stays as it is."""

MOST_ARCHIVES: Final = 64
"""How many archives of a crate are kept: what else the oldest has was most likely compiled again since."""


def pack(folder: Path, sessions: Mapping[str, Iterable[Path]], now: int) -> None:
    """Pack sessions of checks, by crate, into archives beside the folders of units; `now` tells the archives from earlier ones."""
    for crate in sessions:
        with suppress(OSError):
            files = [file for session in sessions[crate] for file in _takable(session)]
            if files:
                _write(folder, files, folder / f"{crate}.{now:020}{SUFFIX}")
            for old in _archives(folder, crate)[:-MOST_ARCHIVES]:
                old.unlink()


def packable_bytes(sessions: Iterable[Path]) -> int:
    """Return what there is to pack in sessions."""
    with suppress(OSError):
        return sum(file.stat().st_size for session in sessions for file in _takable(session))
    return 0


def unpack(folder: Path, crates: Iterable[str]) -> None:
    """Unpack all archives of crates; one that is damaged is removed, so that rustc begins anew."""
    with futures.ThreadPoolExecutor() as threads:
        list(threads.map(_unpack, (archive for crate in crates for archive in _archives(folder, crate))))


def remove_unfinished(folder: Path) -> None:
    """Remove what was left by whoever was killed while he packed or unpacked; raises `OSError`."""
    for pattern in (f"*{MAKING}", f"*/*/*{MAKING}"):
        for file in folder.glob(pattern):
            file.unlink(missing_ok=True)


def _archives(folder: Path, crate: str) -> list[Path]:
    """Return the archives of a crate, the newest last."""
    return sorted(folder.glob(f"{crate}.*{SUFFIX}"))


def _takable(session: Path) -> Iterator[Path]:
    with suppress(OSError):
        files = [path for path in session.iterdir() if path.is_file() and not path.is_symlink()]
        if not any(file.suffix == OBJECT for file in files):
            yield from sorted((file for file in files if file.name in TAKEN), key=lambda file: TAKEN.index(file.name))


def _write(folder: Path, files: Sequence[Path], archive: Path) -> None:
    making = archive.with_name(archive.name + MAKING)
    settings = zstandard.ZstdCompressionParameters.from_level(
        LEVEL, window_log=WINDOW, enable_ldm=True, ldm_min_match=SHORTEST_MATCH, ldm_hash_rate_log=LOOKED_UP, write_checksum=True
    )
    try:
        with (
            making.open("wb") as stream,
            zstandard.ZstdCompressor(compression_params=settings).stream_writer(stream) as packed,
            tarfile.TarFile(fileobj=packed, mode="w", copybufsize=CHUNK) as tar,
        ):
            for file in files:
                tar.add(file, arcname=file.relative_to(folder), recursive=False)
        making.replace(archive)
    except OSError:
        making.unlink(missing_ok=True)
        raise
    for file in reversed(files):
        file.unlink(missing_ok=True)


def _unpack(archive: Path) -> None:
    # Somebody may remove it meanwhile, and a full disk is no reason to end.
    with suppress(OSError):
        restored: list[Path] = []
        try:
            with (
                archive.open("rb") as stream,
                zstandard.ZstdDecompressor().stream_reader(stream) as plain,
                tarfile.open(fileobj=plain, mode="r|", bufsize=CHUNK) as tar,
            ):
                for member in tar:
                    restored += _restore(tar, member, archive.parent)
        except (zstandard.ZstdError, tarfile.TarError):
            for file in reversed(restored):
                file.unlink(missing_ok=True)
        archive.unlink()


def _restore(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> tuple[Path, ...]:
    """Put a file back where it was taken out, and return it; a session that is gone, or has the file, is left alone."""
    place = Path(member.name)
    file = folder / place
    content = tar.extractfile(member) if place.name in TAKEN and ".." not in place.parts and not place.is_absolute() else None
    if content is None or not file.parent.is_dir() or file.exists():
        return ()
    making = file.with_name(file.name + MAKING)
    with making.open("wb") as stream:
        shutil.copyfileobj(content, stream, CHUNK)
    return (making.replace(file),)

"""Sessions of rustc lie in archives until they are needed."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest
import zstandard

from buildkit.execute.packing import MAKING, MOST_ARCHIVES, SUFFIX, pack, unpack

UNIT, OTHER_UNIT = "app-3v0vy0i2dhw9q", "app-1x"
SESSION = "s-hdx0z701ab-05l9bc3-7d2nnx"
GRAPH, CACHE = bytes(range(256)) * 400, b"cached" * 1000


def session(folder: Path, unit: str = UNIT) -> Path:
    """Lay out a session as rustc does."""
    place = folder / unit / SESSION
    place.mkdir(parents=True)
    for name, content in (("dep-graph.bin", GRAPH), ("query-cache.bin", CACHE), ("work-products.bin", b"x"), ("metadata.rmeta", b"y")):
        (place / name).write_bytes(content)
    return place


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def archives(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def test_what_was_packed_is_unpacked_as_it_was(tmp_path: Path) -> None:
    sessions = [session(tmp_path), session(tmp_path, OTHER_UNIT)]
    before = contents(tmp_path)
    pack(tmp_path, {"app": sessions}, 1)
    assert {path.name for place in sessions for path in place.iterdir()} == {"work-products.bin", "metadata.rmeta"}
    (archive,) = archives(tmp_path)
    # The second session is the first one again, and is found in it.
    assert archive.stat().st_size < len(GRAPH + CACHE) / 2
    unpack(tmp_path, ["app"])
    assert contents(tmp_path) == before


def test_a_session_with_machine_code_stays(tmp_path: Path) -> None:
    (session(tmp_path) / "app.abc.rcgu.o").write_bytes(b"code")
    before = contents(tmp_path)
    pack(tmp_path, {"app": [tmp_path / UNIT / SESSION]}, 1)
    assert contents(tmp_path) == before


def test_only_the_crates_that_are_asked_for_are_unpacked(tmp_path: Path) -> None:
    pack(tmp_path, {"app": [session(tmp_path)], "app_core": [session(tmp_path, "app_core-1")]}, 1)
    unpack(tmp_path, ["app"])
    assert [path.name.partition(".")[0] for path in archives(tmp_path)] == ["app_core"]
    assert (tmp_path / UNIT / SESSION / "dep-graph.bin").exists()


def test_what_rustc_wrote_since_is_not_replaced(tmp_path: Path) -> None:
    place = session(tmp_path)
    pack(tmp_path, {"app": [place]}, 1)
    (place / "dep-graph.bin").write_bytes(b"newer")
    unpack(tmp_path, ["app"])
    assert (place / "dep-graph.bin").read_bytes() == b"newer"
    assert (place / "query-cache.bin").read_bytes() == CACHE


def test_a_session_that_is_gone_is_not_made_again(tmp_path: Path) -> None:
    place = session(tmp_path)
    pack(tmp_path, {"app": [place]}, 1)
    for path in place.iterdir():
        path.unlink()
    place.rmdir()
    unpack(tmp_path, ["app"])
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("damage", [b"", b"no archive", None], ids=["empty", "foreign", "torn"])
def test_a_damaged_archive_is_removed(damage: bytes | None, tmp_path: Path) -> None:
    pack(tmp_path, {"app": [session(tmp_path)]}, 1)
    (archive,) = archives(tmp_path)
    archive.write_bytes(archive.read_bytes()[:-40] if damage is None else damage)
    unpack(tmp_path, ["app"])
    assert not archives(tmp_path)
    assert not [name for name in contents(tmp_path) if name.endswith(MAKING)]
    assert not (tmp_path / UNIT / SESSION / "dep-graph.bin").exists()


def test_an_archive_writes_nowhere_but_into_sessions(tmp_path: Path) -> None:
    folder = tmp_path / "incremental"
    session(folder)
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for name in ("../dep-graph.bin", str(tmp_path / "query-cache.bin"), f"{UNIT}/other.bin"):
            tar.addfile(tarfile.TarInfo(name))
    (folder / f"app.1{SUFFIX}").write_bytes(zstandard.ZstdCompressor().compress(plain.getvalue()))
    before = contents(folder).keys() - {f"app.1{SUFFIX}"}
    unpack(folder, ["app"])
    assert contents(folder).keys() == before
    assert [path.name for path in tmp_path.iterdir()] == ["incremental"]


def test_of_many_archives_of_a_crate_the_newest_are_kept(tmp_path: Path) -> None:
    for number in range(MOST_ARCHIVES + 3):
        pack(tmp_path, {"app": [session(tmp_path, f"app-{number}")]}, number)
    assert [int(path.name.split(".")[1]) for path in archives(tmp_path)] == list(range(3, MOST_ARCHIVES + 3))


def test_a_file_that_cannot_be_read_leaves_all_as_it_was(tmp_path: Path) -> None:
    place = session(tmp_path)
    (place / "query-cache.bin").unlink()
    (place / "query-cache.bin").mkdir()
    pack(tmp_path, {"app": [place, tmp_path / "gone"]}, 1)
    unpack(tmp_path, ["app"])
    assert (place / "dep-graph.bin").read_bytes() == GRAPH

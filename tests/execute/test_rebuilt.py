"""What two calls compile one after the other is seen, whatever lane it was compiled by way of."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from buildkit.cargo.messages import BuildFinished, CompilerArtifact, MessageTarget
from buildkit.cargo.metadata import Workspace
from buildkit.execute.rebuilt import MARK, Rebuilt, marked

LIBRARY = "debug/deps/libplain-1.rmeta"
EARLY = 1_000_000_000


def artifact(file: Path, *, fresh: bool = False) -> CompilerArtifact:
    """Return the report of a compilation."""
    return CompilerArtifact(package_id="p", target=MessageTarget(name="x", kind=("lib",)), features=(), filenames=(file,), fresh=fresh)


def test_other_files_and_what_is_fresh_are_not_compiled_once_more() -> None:
    rebuilt = Rebuilt()
    for message in (
        artifact(Path("/0/output") / LIBRARY),
        artifact(Path("/1/output") / LIBRARY, fresh=True),
        artifact(Path("/1/output/debug/deps/libplain-2.rmeta")),
        artifact(Path("/0/output/debug/build/scripted-1/build-script-build")),
        artifact(Path("/1/output/debug/build/scripted-2/build-script-build")),
        BuildFinished(success=True),
    ):
        rebuilt.note(message)
        assert not rebuilt.is_found


def test_what_is_compiled_once_more_is_made_newer_than_what_read_it_before(tmp_path: Path) -> None:
    for first_is_fresh in (False, True):
        file = tmp_path / str(first_is_fresh) / "deps" / "libplain-1.rmeta"
        file.parent.mkdir(parents=True)
        file.touch()
        began = file.stat().st_mtime_ns - EARLY
        rebuilt = Rebuilt()
        rebuilt.note(artifact(Path("/0/deps/libplain-1.rmeta"), fresh=first_is_fresh))
        set_time(file, began)
        rebuilt.note(artifact(file))
        assert rebuilt.is_found
        assert file.stat().st_mtime_ns > began
        # It stays so: whoever asks once more is not told otherwise.
        rebuilt.note(artifact(file, fresh=True))
        assert rebuilt.is_found


def test_what_is_written_later_by_who_has_read_the_earlier_one_is_older_once_it_is_made_newer_again(tmp_path: Path) -> None:
    file = tmp_path / "deps" / "libplain-1.rlib"
    file.parent.mkdir()
    file.touch()
    rebuilt = Rebuilt()
    rebuilt.note(artifact(file))
    rebuilt.note(artifact(file))
    set_time(file, EARLY)
    rebuilt.renew()
    assert file.stat().st_mtime_ns > EARLY


def test_what_is_gone_again_is_seen_all_the_same() -> None:
    rebuilt = Rebuilt()
    rebuilt.note(artifact(Path("/absent") / LIBRARY))
    rebuilt.note(artifact(Path("/absent") / LIBRARY))
    assert rebuilt.is_found


def workspace_of(folder: Path) -> Workspace:
    """Return a workspace of one package outside of registries."""
    target = SimpleNamespace(name="an-own")
    package = SimpleNamespace(source=None, manifest_path=folder / "ws" / "Cargo.toml", targets=(target,))
    return cast("Workspace", SimpleNamespace(packages={"own": package}))


@pytest.mark.parametrize(("is_killed", "is_edited"), [(True, True), (True, False), (False, True)])
def test_what_a_kill_leaves_unnoted_is_made_up_for_where_something_was_edited(tmp_path: Path, *, is_killed: bool, is_edited: bool) -> None:
    made, other = (tmp_path / "debug" / "deps" / f"lib{name}-1.rmeta" for name in ("an_own", "an_other"))
    source = tmp_path / "ws" / "lib.rs"
    for file in (made, other, source):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        set_time(file, EARLY)
    run = marked(tmp_path, [tmp_path / "debug"], workspace_of(tmp_path))
    run.__enter__()
    mark = (tmp_path / MARK).read_bytes()
    if is_killed:
        del run
        assert (tmp_path / MARK).exists()
    else:
        run.__exit__(None, None, None)
    if is_edited:
        set_time(source, int(mark) + EARLY)
    with marked(tmp_path, [tmp_path / "debug"], workspace_of(tmp_path)):
        assert int((tmp_path / MARK).read_bytes()) > int(mark)
        assert (made.stat().st_mtime_ns > EARLY) == (is_killed and is_edited)
        assert other.stat().st_mtime_ns == EARLY
    assert not (tmp_path / MARK).exists()


def set_time(file: Path, nanoseconds: int) -> None:
    """Give a file a time."""
    os.utime(file, ns=(nanoseconds, nanoseconds))

"""`buildkit prebuild` with the real cargo, on a small workspace: found again, killed, raced, moved to another machine."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from faulty import until
from prebuilding import LIBRARY, PROGRAM, SLOW, Prebuilding, compiled, library_at

from buildkit.workflow.library.model import CrateKind

pytestmark = pytest.mark.integration


@pytest.fixture
def place(tmp_path: Path) -> Prebuilding:
    return Prebuilding(root=tmp_path / "ws", store=tmp_path / "store").fill()


def write(place: Prebuilding, name: str, text: str) -> None:
    (place.root / name).write_text(text, encoding="utf-8")


def test_a_program_is_compiled_by_rustc_alone_against_what_was_built(place: Prebuilding, tmp_path: Path) -> None:
    entry = place.entry()
    library = library_at(entry["folder"])
    assert [(crate.name, crate.kind) for crate in library.crates] == [
        ("app", CrateKind.RLIB),
        ("near", CrateKind.RLIB),
        ("macros", CrateKind.PROC_MACRO),
    ]
    shutil.rmtree(place.root)
    program = compiled(library, place.store, PROGRAM, tmp_path / "out")
    assert subprocess.run((program,), capture_output=True, text=True, check=True).stdout == "named 42\n"


def test_what_is_there_is_found_without_cargo(place: Prebuilding) -> None:
    first = place.entry()
    shutil.rmtree(place.root / "target")
    again = place.entry()
    assert (first["there_already"], again["there_already"]) == (False, True)
    assert again["folder"] == first["folder"]
    assert not (place.root / "target").exists()


def test_a_changed_source_gives_another_library_and_a_touched_one_the_same(place: Prebuilding) -> None:
    first = place.entry()
    for file in place.root.rglob("*.rs"):
        file.touch()
    assert place.entry()["key"] == first["key"]
    for name, text in (("near/src/lib.rs", "pub fn answer() -> u32 { 43 }\n"), ("shared.txt", "other"), ("near/src/other.rs", "")):
        before = place.entry()["key"]
        write(place, name, text)
        assert (place.entry()["key"] == before) is (name == "near/src/other.rs"), name
    write(place, "shared.txt", "shared")
    write(place, "near/src/lib.rs", "pub fn answer() -> u32 { 42 }\n")
    back = place.entry()
    assert (back["key"], back["there_already"]) == (first["key"], True)


def test_a_variable_that_the_code_reads_gives_another_library(place: Prebuilding, monkeypatch: pytest.MonkeyPatch) -> None:
    first = place.entry()
    monkeypatch.setenv("ASKED", "1")
    assert place.entry()["key"] != first["key"]


def test_a_build_folder_of_the_user_changes_nothing(place: Prebuilding, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CARGO_BUILD_BUILD_DIR", str(tmp_path / "build"))
    first = place.entry()
    assert not (tmp_path / "build").exists()
    monkeypatch.delenv("CARGO_BUILD_BUILD_DIR")
    assert place.entry() | {"there_already": False, "seconds": 0} == first | {"seconds": 0}


def test_other_features_are_another_library_without_the_crates_of_the_first(place: Prebuilding) -> None:
    first, second = place.entry(), place.entry("--features", "more")
    assert first["key"] != second["key"]
    assert second["features"] == ["more", "native"]
    assert second["crates"] == first["crates"]


def test_two_checkouts_give_the_same_bytes(place: Prebuilding, tmp_path: Path) -> None:
    other = Prebuilding(root=tmp_path / "elsewhere" / "checkout", store=tmp_path / "another store").fill()
    libraries = [library_at(one.entry()["folder"]) for one in (place, other)]
    assert libraries[0].key == libraries[1].key
    for library in libraries:
        for crate in library.crates:
            assert str(tmp_path).encode() not in library.file(crate.file).read_bytes() or crate.kind is CrateKind.PROC_MACRO
    rlibs = [{crate.file: crate.sha256 for crate in library.crates if crate.kind is CrateKind.RLIB} for library in libraries]
    assert rlibs[0] == rlibs[1]


def test_a_killed_build_leaves_nothing_that_the_next_one_trusts(place: Prebuilding, tmp_path: Path) -> None:
    started = tmp_path / "started"
    killed = place.start(**{SLOW: str(started)})
    assert until(started.exists)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not list((place.store / "libraries").glob("*"))
    entry = place.entry()
    assert entry["there_already"] is False
    assert compiled(library_at(entry["folder"]), place.store, PROGRAM, tmp_path / "out").is_file()
    assert not list((place.store / "work").iterdir())


def test_an_interrupt_ends_the_build_and_leaves_nothing(place: Prebuilding, tmp_path: Path) -> None:
    started = tmp_path / "started"
    interrupted = place.start(**{SLOW: str(started)})
    assert until(started.exists)
    interrupted.send_signal(signal.SIGINT)
    assert interrupted.communicate(timeout=60)[0] == ""
    assert interrupted.returncode == 130
    assert not list((place.store / "libraries").glob("*"))


def test_two_at_the_same_time_build_once(place: Prebuilding) -> None:
    children = [place.start() for _ in range(3)]
    told = [json.loads(child.communicate(timeout=600)[0])["libraries"][0] for child in children]
    assert [child.returncode for child in children] == [0, 0, 0]
    assert len({entry["folder"] for entry in told}) == 1
    assert len(list((place.store / "libraries").iterdir())) == 1


def test_a_damaged_library_is_built_again(place: Prebuilding) -> None:
    library = library_at(place.entry()["folder"])
    library.file(library.root).write_bytes(b"damaged")
    ran = place.run()
    assert "was damaged and has been built again" in ran.err
    assert json.loads(ran.out)["libraries"][0]["there_already"] is False
    assert place.entry()["there_already"] is True


def test_an_archive_serves_another_machine_with_the_same_sources(place: Prebuilding, tmp_path: Path) -> None:
    archive = tmp_path / "app.tar.zst"
    packed = place.run("--archive", str(archive))
    assert packed.code == 0, packed.err
    assert json.loads(packed.out)["archive"]["size"] == archive.stat().st_size
    other = Prebuilding(root=tmp_path / "elsewhere", store=tmp_path / "another store").fill()
    brought = other.run("--from", str(archive))
    assert brought.code == 0, brought.err
    assert "was made from other sources" not in brought.err
    entry = other.entry()
    assert entry["there_already"] is True
    assert not (other.root / "target").exists()
    shutil.rmtree(place.store)
    program = compiled(library_at(entry["folder"]), other.store, PROGRAM, tmp_path / "out")
    assert subprocess.run((program,), capture_output=True, text=True, check=True).stdout == "named 42\n"


def test_an_archive_of_other_sources_is_taken_and_said_to_be_unused(place: Prebuilding, tmp_path: Path) -> None:
    archive = tmp_path / "app.tar.zst"
    assert place.run("--archive", str(archive)).code == 0
    write(place, "shared.txt", "other")
    brought = place.run("--from", str(archive))
    assert brought.code == 0, brought.err
    assert "was made from other sources or settings than those here" in brought.err


def test_the_store_lists_and_prunes_libraries(place: Prebuilding) -> None:
    entry = place.entry()
    listed = place.buildkit("toolchain", "list")
    assert f"libraries/{entry['key']}" in listed.out
    pruned = place.buildkit("toolchain", "prune", "--all")
    assert f"libraries/{entry['key']}" in pruned.out
    assert not Path(entry["folder"]).exists()


def test_code_that_does_not_compile_is_told_with_its_place(place: Prebuilding) -> None:
    write(place, "app/src/lib.rs", LIBRARY + 'fn broken() -> u8 { "text" }\n')
    ran = place.run()
    assert ran.code == 1
    assert "error[E0308]: mismatched types at app/src/lib.rs:7" in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        pytest.param(("-t", "wasm32-wasip2"), "", "the package 'app' has no feature 'wasi'", id="target that is not served"),
        pytest.param(("-t", "natve"), "", "natve", id="unknown target"),
        pytest.param(("--features", "absent"), "", "the package 'app' has no feature 'absent'", id="unknown feature"),
        pytest.param((), '[workflow]\nlibrary = "absent"\n', "has no package 'absent'", id="unknown package"),
        pytest.param(("--from", "absent.tar.zst"), "", "absent.tar.zst cannot be read: no such file", id="no archive"),
        pytest.param(("--from", "a", "--archive", "b"), "", "--from takes all of an archive", id="both ways"),
    ],
)
def test_what_cannot_be_built_is_refused_in_one_sentence(arguments: tuple[str, ...], settings: str, said: str, place: Prebuilding) -> None:
    if settings:
        write(place, "buildkit.toml", settings)
    ran = place.run(*arguments)
    assert ran.code == 2
    assert said in ran.err
    assert "hint: " in ran.err
    assert ran.out == ""


def test_an_archive_in_a_folder_that_cannot_be_written_is_refused(place: Prebuilding, tmp_path: Path) -> None:
    place.entry()
    ran = place.run("--archive", str(tmp_path / "absent" / "app.tar.zst"))
    assert ran.code == 2
    assert f"app.tar.zst: there is no folder {tmp_path}/absent" in ran.err
    assert not list((place.store / "work").iterdir())

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.toolchain.c_compiler import link_system_libraries, write_c_wrappers
from buildkit.toolchain.compiler_packages import remove_unneeded
from buildkit.toolchain.wrappers import ROOT, Libraries, library_folders, write_wrappers

LIBRARIES = Libraries(loader="/lib64/ld-linux-x86-64.so.2", folders=("root/usr/lib/x86_64-linux-gnu",))


@pytest.fixture
def entry(tmp_path: Path) -> Path:
    (tmp_path / "root" / "usr" / "lib" / "x86_64-linux-gnu").mkdir(parents=True)
    (tmp_path / "root" / "usr" / "bin").mkdir()
    return tmp_path


def test_a_program_is_run_by_the_loader_and_its_children_inherit_nothing(entry: Path) -> None:
    write_wrappers(entry, {"rustc": "root/usr/bin/rustc"}, LIBRARIES)
    text = (entry / "bin" / "rustc").read_text()
    assert f'--library-path "$entry/{ROOT}/usr/lib/x86_64-linux-gnu"' in text
    assert "LD_LIBRARY_PATH" not in text
    assert (entry / "bin" / "rustc").stat().st_mode & 0o111


def test_cargo_tells_its_children_where_it_is(entry: Path) -> None:
    write_wrappers(entry, {"cargo": "root/usr/bin/cargo", "rustc": "root/usr/bin/rustc"}, LIBRARIES)
    assert 'export CARGO="$0"' in (entry / "bin" / "cargo").read_text()
    assert "CARGO" not in (entry / "bin" / "rustc").read_text()


def test_scripts_name_no_place_so_that_an_entry_can_be_renamed(entry: Path) -> None:
    write_wrappers(entry, {"rustc": "root/usr/bin/rustc"}, Libraries(loader="root/usr/lib/ld.so", folders=LIBRARIES.folders))
    write_c_wrappers(entry)
    assert not any(str(entry) in script.read_text() for script in (entry / "bin").iterdir())


def test_libraries_of_the_system_are_linked_only_where_the_tree_has_none(tmp_path: Path) -> None:
    system, folder = tmp_path / "system", tmp_path / "tree"
    for place, names in ((system, ("libc.so.6", "libm.so.6", "libc.a")), (folder, ("libm.so.6",))):
        place.mkdir()
        for name in names:
            (place / name).touch()
    link_system_libraries(folder, system)
    assert sorted(path.name for path in folder.iterdir()) == ["libc.so.6", "libm.so.6"]
    assert (folder / "libc.so.6").readlink() == system / "libc.so.6"
    assert not (folder / "libm.so.6").is_symlink()


def test_of_llvm_the_linker_stays(entry: Path) -> None:
    tools = entry / "root" / "usr" / "lib" / "llvm-22" / "bin"
    tools.mkdir(parents=True)
    for name in ("lld", "llc", "llvm-exegesis"):
        (tools / name).touch()
    (tools / "wasm-ld").symlink_to("lld")
    (tools / "opt-alias").symlink_to("llc")
    remove_unneeded(entry / "root")
    assert sorted(path.name for path in tools.iterdir()) == ["lld", "wasm-ld"]


def test_library_folders_are_those_of_an_architecture(entry: Path) -> None:
    (entry / "root" / "usr" / "lib" / "gcc").mkdir()
    assert [folder.name for folder in library_folders(entry / "root")] == ["x86_64-linux-gnu"]

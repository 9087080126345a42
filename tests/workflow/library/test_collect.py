"""A library is what the messages of one call name, and nothing else that lies beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from workspaces import package

from buildkit.cargo.messages import BuildScriptExecuted, CompilerArtifact, Message, MessageTarget
from buildkit.cargo.metadata import Package
from buildkit.errors import BuildkitError
from buildkit.workflow.library.collect import Made, Output, lay_out, library_name
from buildkit.workflow.library.model import CrateKind

TRIPLE = "wasm32-wasip2"


def of(name: str, version: str = "0.1.0", kind: str = "lib") -> Package:
    made = package(name, kind=kind)
    return msgspec.structs.replace(
        made, id=f"{name} {version}", version=version, manifest_path=Path(f"/registry/{name}-{version}/Cargo.toml")
    )


STDLIB, SERDE, OLD_SERDE, DERIVE = of("std-lib"), of("serde"), of("serde", "0.0.9"), of("derive", kind="proc-macro")
RING = of("ring")
PACKAGES = {made.id: made for made in (STDLIB, SERDE, OLD_SERDE, DERIVE, RING)}


class Folder:
    """A target directory of cargo's, and the messages about it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.messages: list[Message] = []

    def artifact(self, made: Package, *files: str, kind: str = "lib") -> None:
        paths = tuple(self.root / file for file in files)
        for path in paths:
            self.write(path)
        target = MessageTarget(name=made.name, kind=(kind,), crate_types=(kind,))
        self.messages.append(CompilerArtifact(package_id=made.id, target=target, features=(), filenames=paths, fresh=False))

    def script(self, made: Package, libs: Sequence[str], paths: Sequence[str], *, side: str = f"{TRIPLE}/release") -> None:
        out = self.root / side / "build" / f"{made.name}-1" / "out"
        self.messages.append(BuildScriptExecuted(package_id=made.id, out_dir=out, linked_libs=tuple(libs), linked_paths=tuple(paths)))

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)

    def collect(self) -> Made:
        return Output(folder=self.root, target=self.root / TRIPLE, packages=PACKAGES).collect(self.messages, STDLIB)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "target")
    made.artifact(SERDE, f"{TRIPLE}/release/deps/libserde-22.rlib", f"{TRIPLE}/release/deps/libserde-22.rmeta")
    made.write(made.root / TRIPLE / "release" / "deps" / "libstd_lib-11.rlib")
    made.artifact(STDLIB, f"{TRIPLE}/release/libstd_lib.rlib", f"{TRIPLE}/release/deps/libstd_lib-11.rmeta")
    return made


def test_crates_are_taken_under_the_names_that_rustc_looks_for(folder: Folder) -> None:
    made = folder.collect()
    assert made.root == "crates/libstd_lib-11.rlib"
    assert [(crate.name, crate.kind, crate.file) for crate in made.crates] == [
        ("serde", CrateKind.RLIB, "crates/libserde-22.rlib"),
        ("std_lib", CrateKind.RLIB, "crates/libstd_lib-11.rlib"),
    ]


def test_what_an_earlier_call_left_is_not_taken(folder: Folder) -> None:
    folder.write(folder.root / TRIPLE / "release" / "deps" / "libserde-99.rlib")
    folder.write(folder.root / TRIPLE / "release" / "deps" / "libstd_lib-99.rlib")
    assert [crate.file for crate in folder.collect().crates] == ["crates/libserde-22.rlib", "crates/libstd_lib-11.rlib"]


def test_of_the_host_side_only_macros_are_taken(folder: Folder) -> None:
    folder.artifact(SERDE, "release/deps/libserde-33.rlib", "release/deps/libserde-33.rmeta")
    folder.artifact(DERIVE, "release/deps/libderive-44.so", kind="proc-macro")
    folder.artifact(RING, "release/build/ring-5/build-script-build", kind="custom-build")
    crates = folder.collect().crates
    assert [(crate.name, crate.file) for crate in crates if crate.kind is CrateKind.PROC_MACRO] == [("derive", "macros/libderive-44.so")]
    assert len(crates) == 3


def test_two_versions_of_a_package_are_two_crates(folder: Folder) -> None:
    folder.artifact(OLD_SERDE, f"{TRIPLE}/release/deps/libserde-55.rlib")
    assert [(crate.version, crate.file) for crate in folder.collect().crates if crate.name == "serde"] == [
        ("0.1.0", "crates/libserde-22.rlib"),
        ("0.0.9", "crates/libserde-55.rlib"),
    ]


def test_two_files_of_one_crate_are_refused(folder: Folder) -> None:
    folder.artifact(SERDE, f"{TRIPLE}/release/deps/libserde-55.rlib")
    with pytest.raises(BuildkitError, match=r"two files of serde 0\.1\.0"):
        folder.collect()


def test_a_call_that_made_no_library_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BuildkitError, match="no library of std-lib"):
        Folder(tmp_path).collect()


def test_archives_of_build_scripts_are_kept_by_package(folder: Folder) -> None:
    out = folder.root / TRIPLE / "release" / "build" / "ring-1" / "out"
    folder.write(out / "libring_core.a")
    folder.write(out / "libother.a")
    folder.script(RING, ["static=ring_core", "m"], [f"native={out}"])
    made = folder.collect()
    assert [crate.file for crate in made.crates if crate.kind is CrateKind.NATIVE] == ["native/ring-0.1.0/libring_core.a"]
    assert made.system_folders == ()


def test_a_build_script_for_the_host_links_nothing_for_the_target(folder: Folder) -> None:
    out = folder.root / "release" / "build" / "ring-1" / "out"
    folder.write(out / "libring_core.a")
    folder.script(RING, ["static=ring_core"], [f"native={out}"], side="release")
    assert all(crate.kind is CrateKind.RLIB for crate in folder.collect().crates)


def test_a_folder_of_the_system_stays_where_it_is(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "usr").mkdir()
    folder.script(RING, ["dylib=odd"], [str(tmp_path / "usr")])
    assert folder.collect().system_folders == (str(tmp_path / "usr"),)


@pytest.mark.parametrize(
    ("linked", "name"), [("foo", "foo"), ("static=foo", "foo"), ("static:+whole-archive=foo", "foo"), ("dylib=foo:bar", "foo")]
)
def test_a_linked_library_is_known_by_its_name(linked: str, name: str) -> None:
    assert library_name(linked) == name


def test_files_are_copied_and_those_of_cargo_stay(folder: Folder, tmp_path: Path) -> None:
    made = folder.collect()
    lay_out(made, tmp_path / "entry")
    copied = {path.relative_to(tmp_path / "entry").as_posix() for path in (tmp_path / "entry").rglob("*") if path.is_file()}
    assert copied == {crate.file for crate in made.crates}
    assert all(file.is_file() for file in made.files.values())

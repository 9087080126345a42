from __future__ import annotations

import json
from pathlib import Path

import pytest
from libraries import ROOT_FILE, description, write_library

from buildkit.workflow.library.model import FILE_NAME, VERSION, decode, encode, read_library, rustc_arguments


def test_a_description_is_read_as_it_was_written(tmp_path: Path) -> None:
    library = write_library(tmp_path)
    assert library.description() == description()
    assert library.folder == tmp_path / library.key
    assert (library.crate_name, library.size) == ("stdlib", sum(crate.size for crate in library.crates))


def test_the_same_library_is_described_by_the_same_bytes() -> None:
    facts = {"b": "2", "a": "1"}
    assert encode(description(facts=facts)) == encode(description(facts=dict(sorted(facts.items()))))


def test_another_fact_is_another_key() -> None:
    assert description(facts={"a": "1"}).key != description(facts={"a": "2"}).key
    assert description().key.startswith("stdlib-native-")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="broken off"),
        pytest.param(b"{}", id="without anything"),
        pytest.param(b"\xff", id="no text"),
        pytest.param(encode(description(version=VERSION + 1)), id="another version"),
        pytest.param(encode(description(root="crates/absent.rlib")), id="root that is no crate"),
    ],
)
def test_what_cannot_be_read_is_no_library(text: bytes, tmp_path: Path) -> None:
    assert decode(text) is None
    (tmp_path / FILE_NAME).write_bytes(text)
    assert read_library(tmp_path) is None
    assert read_library(tmp_path / "absent") is None


def test_rustc_is_told_of_the_root_and_of_every_folder(tmp_path: Path) -> None:
    library = write_library(tmp_path, system_folders=("/usr/lib/odd",))
    folder = library.folder
    assert rustc_arguments(library) == (
        *("--extern", f"stdlib={folder / ROOT_FILE}"),
        *("-L", f"dependency={folder / 'crates'}", "-L", f"dependency={folder / 'macros'}"),
        *("-L", f"native={folder / 'native' / 'ring-0.17.14'}", "-L", "native=/usr/lib/odd"),
    )


def test_a_library_can_be_moved(tmp_path: Path) -> None:
    library = write_library(tmp_path / "here")
    assert str(tmp_path) not in json.dumps(json.loads((library.folder / FILE_NAME).read_bytes()))
    (tmp_path / "there").mkdir()
    moved = read_library(library.folder.rename(tmp_path / "there" / library.key))
    assert moved is not None
    assert moved.description() == library.description()
    assert all(str(tmp_path / "here") not in argument for argument in rustc_arguments(moved))

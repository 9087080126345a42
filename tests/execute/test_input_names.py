"""An input has one name in every checkout, however its path was spelled."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked import Place

from buildkit.execute.input_names import InputNames, twin_of


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(root=tmp_path / "ws", store=tmp_path / "store").fill()


def names(place: Place, path: str, package: str = "app") -> list[str]:
    return list(InputNames(facts=place.context.facts).of(path, place.root / package))


def test_a_path_is_named_from_the_workspace(place: Place) -> None:
    assert names(place, "app/src/lib.rs") == ["app/src/lib.rs"]
    assert names(place, f"{place.root}/app/src/lib.rs") == ["app/src/lib.rs"]
    assert names(place, f"{place.root.parent}/near/src/lib.rs") == ["../near/src/lib.rs"]
    assert names(place, f"{place.root.parent}/near/src/../../x") == ["../near/src/../../x"]


def test_a_path_of_the_system_keeps_its_name(place: Place) -> None:
    assert names(place, "/usr/lib/pkgconfig/x.pc") == ["/usr/lib/pkgconfig/x.pc"]
    assert names(place, f"{place.root}-other/x") == [f"{place.root}-other/x"]


def test_a_path_that_is_relative_to_its_package_is_found_there(place: Place) -> None:
    place.write("app/one.txt", "")
    place.write("app/two.txt", "")
    place.write("two.txt", "")
    assert names(place, "one.txt") == ["app/one.txt"]
    assert names(place, "two.txt") == ["app/two.txt", "two.txt"]
    assert names(place, "none.txt") == ["none.txt"]


def test_what_cargo_made_or_fetched_has_no_name(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARGO_HOME", "/cargo")
    for path in ("target/x", f"{place.root}/app/../target/x", "/cargo/registry/src/x/lib.rs", "/cargo/git/checkouts/x/lib.rs"):
        assert names(place, path) == []
    assert names(place, "/cargo/config.toml") == ["/cargo/config.toml"]


def test_a_workspace_behind_a_link_has_one_name(place: Place, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    linked = Place(root=tmp_path / "link" / "ws", store=place.store)
    assert names(linked, f"{place.root}/app/src/lib.rs") == names(linked, f"{linked.root}/app/src/lib.rs") == ["app/src/lib.rs"]
    assert names(linked, f"{tmp_path}/near/src/lib.rs") == ["../near/src/lib.rs"]
    assert names(linked, f"{place.root}/target/x") == []


@pytest.mark.parametrize(
    ("name", "twin"),
    [
        ("app/src/foo.rs", "app/src/foo/mod.rs"),
        ("app/src/foo/mod.rs", "app/src/foo.rs"),
        ("app/src/lib.rs", None),
        ("app/src/main.rs", None),
        ("app/text.txt", None),
    ],
)
def test_a_module_has_two_possible_files(name: str, twin: str | None) -> None:
    assert twin_of(name) == twin

"""Which package a declaration means."""

from __future__ import annotations

import msgspec
from linked import link_all, needs
from workspaces import package

from buildkit.cargo.metadata import Package
from buildkit.features.links import Links


def version(made: Package, number: str) -> Package:
    return msgspec.structs.replace(made, version=number, id=f"{made.id}-{number}")


def meant(links: Links, name: str) -> list[tuple[str, str]]:
    linked = next(linked for linked in links.packages if linked.package.name == name)
    return [(link.key, links.packages[link.package].package.version) for link in linked.links]


def test_two_versions_of_a_crate_are_told_apart_by_requirement() -> None:
    app = package("app", dependencies=[needs("x", rename="old", req="=1.0.0"), needs("x", req="=2.0.0")])
    links = link_all(app, version(package("x"), "1.0.0"), version(package("x"), "2.0.0"))
    assert meant(links, "app") == [("old", "1.0.0"), ("x", "2.0.0")]


def test_a_required_dependency_without_a_library_is_nothing() -> None:
    links = link_all(package("app", dependencies=[needs("elsewhere")]))
    assert meant(links, "app") == []
    assert links.left_out == ("app/elsewhere",)


def test_an_optional_one_can_still_be_named_by_features() -> None:
    app = package("app", dependencies=[needs("elsewhere", optional=True)])
    assert meant(link_all(app), "app") == [("elsewhere", "0.0.0")]


def test_default_features_are_asked_for_where_there_are_any() -> None:
    app = package("app", dependencies=[needs("x", "f", default=True), needs("y", default=True)])
    links = link_all(app, package("x", {"default": (), "f": ()}), package("y"))
    assert [link.requested for link in links.packages[links.numbers[app.id]].links] == [("f", "default"), ()]


def test_crates_are_found_under_either_spelling() -> None:
    links = link_all(package("a_b"))
    assert [links.packages[number].package.name for number in links.named["a-b"]] == ["a_b"]

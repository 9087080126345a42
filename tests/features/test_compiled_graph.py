"""What is compiled for a selection, as a graph."""

from __future__ import annotations

import msgspec
from linked import link_all, needs, resolved
from workspaces import package

from buildkit.cargo.metadata import DependencyKind
from buildkit.features.atoms import Side
from buildkit.features.compiled_graph import CompiledGraph, CompiledPackage, compiled_graph
from buildkit.features.resolution import Resolution


def described(graph: CompiledGraph) -> dict[tuple[str, str], tuple[tuple[str, ...], list[tuple[str, str]]]]:
    """Return the features of each package by name and side, and what it uses."""

    def named(found: CompiledPackage) -> tuple[str, str]:
        return found.name, found.side.name.lower()

    return {named(found): (found.features, [named(graph.packages[used]) for used in found.uses]) for found in graph.packages}


def derive_user() -> Resolution:
    """Return a selection of a package whose code, procedural macro and build script use one library, each with a feature of its own."""
    build = needs("x", "script", kind=DependencyKind.BUILD)
    macro = package("derive", kind="proc-macro", dependencies=[needs("x", "macro")])
    user = package("user", {"b": (), "a": ("b",)}, dependencies=[needs("derive"), needs("x", "code"), build])
    return resolved(link_all(user, macro, package("x", {"macro": (), "code": (), "script": ()})), "user", "a")


def test_each_side_of_a_package_has_its_features_and_users() -> None:
    assert described(compiled_graph(derive_user())) == {
        ("derive", "host"): ((), [("x", "host")]),
        ("user", "target"): (("a", "b"), [("derive", "host"), ("x", "target")]),
        ("x", "target"): (("code",), []),
        ("x", "host"): (("macro", "script"), []),
    }


def test_it_has_the_packages_of_the_closure() -> None:
    resolution = derive_user()
    target, host = resolution.sides
    graph = compiled_graph(resolution)
    for side, expected in ((Side.TARGET, target), (Side.HOST, host)):
        assert {found.name: frozenset(found.features) for found in graph.packages if found.side is side} == {
            resolution.model.links.workspace.packages[identity].name: features for identity, features in expected.items()
        }


def test_the_selected_package_is_the_root_on_whichever_side() -> None:
    graph = compiled_graph(derive_user())
    assert graph.root is not None
    assert graph.packages[graph.root].name == "user"
    macro = compiled_graph(resolved(link_all(package("derive", kind="proc-macro")), "derive"))
    assert (macro.root, macro.packages[0].side) == (0, Side.HOST)


def test_two_versions_of_a_package_are_two() -> None:
    app = package("app", dependencies=[needs("x", req="=1.0.0"), needs("x", rename="older", req="=0.9.0")])
    versions = (msgspec.structs.replace(package("x"), version=version, id=f"x@{version}") for version in ("1.0.0", "0.9.0"))
    graph = compiled_graph(resolved(link_all(app, *versions), "app"))
    assert [(found.name, found.version, found.uses) for found in graph.packages] == [
        ("app", "0.1.0", (1, 2)),
        ("x", "0.9.0", ()),
        ("x", "1.0.0", ()),
    ]

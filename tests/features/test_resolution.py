"""What a selection builds, rule by rule; the whole of it is held against cargo by the integration tests."""

from __future__ import annotations

import pytest
from linked import LINUX, WASM, built, link_all, needs, resolved
from workspaces import package

from buildkit.cargo.metadata import DependencyKind
from buildkit.cargo.resolver import ResolverVersion
from buildkit.errors import UsageError


def test_a_weak_value_waits_for_its_dependency() -> None:
    app = package("app", {"json": ("x?/serde",), "x": ("dep:x",)}, dependencies=[needs("x", optional=True)])
    links = link_all(app, package("x", {"serde": ()}))
    assert built(resolved(links, "app", "json")) == {"app": {"json"}}
    assert built(resolved(links, "app", "json", "x")) == {"app": {"json", "x"}, "x": {"serde"}}


def test_a_strong_value_turns_on_the_feature_of_the_dependencys_name() -> None:
    app = package("app", {"f": ("x/serde",), "x": ("dep:x",)}, dependencies=[needs("x", optional=True)])
    links = link_all(app, package("x", {"serde": ()}))
    assert built(resolved(links, "app", "f"))["app"] == {"f", "x"}


def test_an_inactive_declaration_is_not_there_at_all() -> None:
    app = package("app", {"f": ("x/serde",), "x": ("dep:x",)}, dependencies=[needs("x", optional=True, target="cfg(unix)")])
    links = link_all(app, package("x", {"serde": ()}))
    assert built(resolved(links, "app", "f", target=WASM)) == {"app": {"f"}}
    assert set(built(resolved(links, "app", "f", target=LINUX))) == {"app", "x"}


def test_sides_keep_features_apart_except_with_resolver_one() -> None:
    build = needs("x", "host", kind=DependencyKind.BUILD)
    app = package("app", kind="proc-macro", dependencies=[needs("x", "macro")])
    user = package("user", dependencies=[needs("app"), needs("x", "code"), build])
    everything = (user, app, package("x", {"host": (), "macro": (), "code": ()}))
    apart = resolved(link_all(*everything), "user")
    assert built(apart) == {"user": set(), "x": {"code"}}
    assert built(apart, "host") == {"app": set(), "x": {"host", "macro"}}
    together = resolved(link_all(*everything, resolver=ResolverVersion.ONE), "user")
    assert built(together)["x"] == {"code", "host", "macro"}


def test_build_dependencies_without_a_build_script_are_not_compiled() -> None:
    app = package("app", dependencies=[needs("x", kind=DependencyKind.BUILD)])
    resolution = resolved(link_all(app, package("x")), "app")
    assert built(resolution, "host") == {}


def test_equal_closures_have_equal_keys() -> None:
    app = package("app", {"all": ("a", "b"), "a": (), "b": (), "same": ("all",)})
    links = link_all(app)
    assert resolved(links, "app", "all").key == resolved(links, "app", "a", "all", "b").key
    assert resolved(links, "app", "a").key != resolved(links, "app", "b").key


@pytest.mark.parametrize("feature", ["absent", "x/absent", "absent/f", "dep:x"])
def test_what_cargo_would_refuse_is_refused(feature: str) -> None:
    app = package("app", {"x": ("dep:x",)}, dependencies=[needs("x", optional=True)])
    with pytest.raises(UsageError, match=feature):
        resolved(link_all(app, package("x", {"f": ()})), "app", feature)


def test_a_dependencys_feature_can_be_selected() -> None:
    app = package("app", {"x": ("dep:x",)}, dependencies=[needs("x", optional=True)])
    assert built(resolved(link_all(app, package("x", {"f": ()})), "app", "x/f")) == {"app": {"x"}, "x": {"f"}}


def test_edges_lead_from_user_to_used_on_the_target() -> None:
    app = package("app", {"x": ("dep:x",)}, dependencies=[needs("x", optional=True), needs("y"), needs("z", kind=DependencyKind.BUILD)])
    links = link_all(app, package("x"), package("y", dependencies=[needs("x")]), package("z"))
    names = {package.id: package.name for package in links.workspace.members}
    assert {(names[user], names[used]) for user, used in resolved(links, "app").closure.edges} == {("app", "y"), ("y", "x")}

"""A joint call is made only where it builds what its parts build."""

from __future__ import annotations

from linked import link_all, model_of, needs
from workspaces import package

from buildkit.features.joint import joined
from buildkit.features.links import Links
from buildkit.features.resolution import Resolution, resolve

SERDE = package("serde", {"std": (), "derive": ()})


def calls(links: Links, *selections: tuple[str, tuple[str, ...]]) -> list[list[str]]:
    model = model_of(links)
    members = links.workspace.members_by_name
    resolutions: list[Resolution] = [resolve(model, members[name], features) for name, features in selections]
    return sorted(sorted(resolution.root.name for resolution in call) for call in joined(model, resolutions))


def test_packages_that_agree_share_a_call() -> None:
    first, second = (package(name, dependencies=(needs("serde", "std"),)) for name in ("first", "second"))
    assert calls(link_all(first, second, SERDE), ("first", ()), ("second", ())) == [["first", "second"]]


def test_a_dependency_with_other_features_parts_them() -> None:
    first = package("first", dependencies=(needs("serde", "std"),))
    second = package("second", dependencies=(needs("serde", "std", "derive"),))
    assert calls(link_all(first, second, SERDE), ("first", ()), ("second", ())) == [["first"], ["second"]]


def test_a_package_is_in_a_call_once() -> None:
    app = package("app", {"fast": ()})
    assert calls(link_all(app), ("app", ()), ("app", ("fast",))) == [["app"], ["app"]]


def test_a_feature_that_is_also_one_of_a_neighbors_dependency_parts_them() -> None:
    # `second/fast` in a call with both is also "the feature fast of first's optional dependency second".
    second = package("second", {"fast": ()})
    first = package("first", {"second": ("dep:second",)}, dependencies=(needs("second", optional=True),))
    assert calls(link_all(first, second), ("first", ()), ("second", ("fast",))) == [["first"], ["second"]]


def test_a_dependency_that_a_neighbors_feature_adds_without_a_feature_parts_them() -> None:
    # `second/fast` switches on first's optional dependency, and no feature of first's changes: it has none of that name.
    second = package("second", {"fast": ()})
    first = package("first", {"with-second": ("dep:second",)}, dependencies=(needs("second", optional=True),))
    assert calls(link_all(first, second), ("first", ()), ("second", ("fast",))) == [["first"], ["second"]]


def test_a_feature_of_a_dependency_is_told_to_a_package_alone() -> None:
    first = package("first", dependencies=(needs("serde"),))
    other = package("other")
    assert calls(link_all(first, other, SERDE), ("first", ("serde/std",)), ("other", ())) == [["first"], ["other"]]

"""What a selection enables in the package itself, and the clauses over it."""

from __future__ import annotations

from buildkit.features.enabled import Clauses, enabled_features

TABLE = {
    "default": ("native",),
    "native": ("dep:tokio", "sdk/native"),
    "wasi": ("sdk?/wasi",),
    "sdk": ("dep:sdk",),
    "full": ("wasi", "native"),
}


def test_features_enable_what_they_name() -> None:
    assert enabled_features(TABLE, ("full",)) == {"full", "wasi", "native", "sdk"}


def test_a_strong_dependency_feature_enables_the_feature_of_that_name() -> None:
    assert "sdk" in enabled_features(TABLE, ("native",))


def test_a_dependency_that_may_be_absent_enables_nothing() -> None:
    assert enabled_features(TABLE, ("native",), frozenset({"sdk"})) == {"native"}
    assert enabled_features(TABLE, ("sdk",), frozenset({"sdk"})) == {"sdk"}


def test_a_dep_value_enables_no_feature() -> None:
    assert enabled_features({"tokio": ("dep:tokio",), "net": ("dep:tokio",)}, ("net",)) == {"net"}


def test_names_that_the_table_lacks_are_passed_over() -> None:
    assert enabled_features(TABLE, ("absent", "dep/feature")) == frozenset()


def test_clauses_are_judged_on_what_is_enabled() -> None:
    clauses = Clauses(exclusive=(frozenset({"native", "wasi"}),), at_least_one_of=(frozenset({"native", "wasi"}),))
    assert clauses.clashes(enabled_features(TABLE, ("default", "wasi"))) == (frozenset({"native", "wasi"}),)
    assert clauses.allow(enabled_features(TABLE, ("default",)))
    assert clauses.gaps(enabled_features(TABLE, ("sdk",))) == (frozenset({"native", "wasi"}),)

"""Proofs over every allowed selection, and their smallest counterexamples, against every subset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from linked import explainer_of, link_all, needs, policy_of, resolved
from workspaces import package

from buildkit.cargo.metadata import DependencyKind
from buildkit.cargo.resolver import ResolverVersion
from buildkit.features.enabled import Clauses
from buildkit.features.isolation import facts_reaching, goals_of, subjects_of
from buildkit.features.links import Links
from buildkit.features.policy import Policy
from buildkit.model import Denial

NAMES = ("a", "b", "c", "d", "e")
TLS = Denial(crate="net", features=("tls",))
NET = Denial(crate="net")


@st.composite
def policies(draw: DrawFn) -> Policy:
    values = st.lists(st.sampled_from((*NAMES, "dep:net", "net?/tls", "dep:mid", "mid/up")), max_size=3, unique=True)
    features = {name: [value for value in draw(values) if value != name] for name in NAMES}
    app = package("app", features, dependencies=[needs("net", optional=True), needs("mid", optional=True)])
    links = link_all(app, package("net", {"tls": ()}), package("mid", {"up": ("net/tls",)}, dependencies=[needs("net")]))
    groups = st.sets(st.sampled_from(NAMES), min_size=2, max_size=3).map(frozenset)
    needed = st.sets(st.sampled_from(NAMES), min_size=1, max_size=2).map(frozenset)
    clauses = Clauses(exclusive=tuple(draw(st.lists(groups, max_size=4))), at_least_one_of=tuple(draw(st.lists(needed, max_size=3))))
    base = draw(st.lists(st.sampled_from(NAMES), max_size=1))
    return policy_of(links, "app", [name for name in NAMES if name not in base], base=base, clauses=clauses)


def through_a_cycle(features: Mapping[str, Sequence[str]], back: str) -> Links:
    """Return a workspace in which `mid/opt` and `mid/weak` together enable the feature `back` of the package."""
    app = package("app", features, dependencies=[needs("net", optional=True), needs("mid", kind=DependencyKind.DEVELOPMENT)])
    mid = package("mid", {"opt": ("dep:far",), "weak": ("far?/x",)}, dependencies=[needs("far", optional=True)])
    far = package("far", {"x": (f"app/{back}",)}, dependencies=[needs("app")])
    return link_all(app, mid, far, package("net"), resolver=ResolverVersion.ONE)


@st.composite
def policies_with_a_cycle(draw: DrawFn) -> Policy:
    """Draw a policy in which features may enable others of the package together only, through a dev-dependency that needs the package."""
    values = st.lists(st.sampled_from((*NAMES, "mid/opt", "mid/weak", "mid/weak", "dep:net")), max_size=2, unique=True)
    features = {name: [value for value in draw(values) if value != name] for name in NAMES}
    back = draw(st.sampled_from(NAMES))
    links = through_a_cycle(features, back)
    groups = st.sets(st.sampled_from(NAMES), min_size=2, max_size=3).map(frozenset)
    needed = st.sets(st.sampled_from((back, *NAMES)), min_size=1, max_size=2).map(frozenset)
    clauses = Clauses(exclusive=tuple(draw(st.lists(groups, max_size=2))), at_least_one_of=tuple(draw(st.lists(needed, max_size=2))))
    return policy_of(links, "app", NAMES, clauses=clauses)


def allowed(policy: Policy) -> list[frozenset[str]]:
    subsets = (frozenset(chosen) for size in range(len(NAMES) + 1) for chosen in combinations(policy.request.extra, size))
    return [chosen for chosen in subsets if policy.request.clauses.allow(policy.resolved(chosen).enabled)]


@given(policies() | policies_with_a_cycle(), st.sampled_from(("net", "net/tls", "far/x")))
def test_a_counterexample_is_a_smallest_one_and_a_proof_has_none(policy: Policy, subject: str) -> None:
    reaching = [chosen for chosen in allowed(policy) if facts_reaching(policy.resolved(chosen), subject)]
    found = policy.smallest(subject)
    assert bool(found) == bool(reaching)
    for example in found:
        assert example.allowed in reaching
        assert not any(other < example.allowed for other in reaching)
    assert not found or len(found[0].allowed) == min(map(len, reaching))


@given(policies() | policies_with_a_cycle(), st.sampled_from(("net", "net/tls", "far/x")))
def test_what_is_found_of_each_size_is_there(policy: Policy, subject: str) -> None:
    reaching = [chosen for chosen in allowed(policy) if facts_reaching(policy.resolved(chosen), subject)]
    masks = [policy.space.fact_mask(goal) for goal in goals_of(policy.model, subject)]
    for goal in (mask for mask in masks if mask is not None):
        for most in range(len(NAMES) + 1):
            found = policy.completion.complete(frozenset(), policy.completion.everything, goal, most)
            assert (found is not None) == any(len(chosen) <= most for chosen in reaching)
            assert found is None or (found in reaching and len(found) <= most)


def test_what_two_features_enable_together_fills_a_gap() -> None:
    features = {"a": ("mid/opt",), "b": ("mid/weak",), "c": ("dep:net",), "d": ()}
    clauses = Clauses(at_least_one_of=(frozenset({"c"}),), exclusive=(frozenset({"c", "d"}),))
    policy = policy_of(through_a_cycle(features, "c"), "app", ("a", "b", "d"), NET, clauses=clauses)
    assert not policy.space.is_plain
    assert policy.count() == 1
    (finding,) = policy.judge(explainer_of(policy.model.links))
    assert finding.minimal_features == ("a", "b")


@given(policies() | policies_with_a_cycle())
def test_selections_are_counted(policy: Policy) -> None:
    assert policy.count() == len(allowed(policy))


def test_a_denial_that_the_largest_selection_does_not_reach_needs_no_search() -> None:
    features = {f"f{number}": () for number in range(200)}
    links = link_all(package("app", features, dependencies=[needs("net", optional=True)]), package("net"))
    policy = policy_of(links, "app", tuple(features), NET)
    assert policy.judge(explainer_of(links)) == ()
    assert policy.count() == 2**200


def test_features_that_exclude_each_other_are_not_tried_pair_by_pair() -> None:
    features = {f"f{number}": ("net?/tls",) if number % 2 else ("dep:net",) for number in range(40)}
    links = link_all(package("app", features, dependencies=[needs("net", optional=True)]), package("net", {"tls": ()}))
    policy = policy_of(links, "app", tuple(features), TLS, clauses=Clauses(exclusive=(frozenset(features),)))
    assert policy.judge(explainer_of(links)) == ()
    assert policy.count() == 41


def leaky() -> Policy:
    features = {"native": ("dep:net",), "wasi": (), "telemetry": ("native",), "trace": ()}
    links = link_all(package("app", features, dependencies=[needs("net", optional=True)]), package("net"))
    clauses = Clauses(exclusive=(frozenset({"native", "wasi"}),))
    return policy_of(links, "app", ("telemetry", "trace"), NET, base=("wasi",), clauses=clauses)


def test_what_clauses_forbid_is_no_counterexample() -> None:
    policy = leaky()
    assert policy.judge(explainer_of(policy.model.links)) == ()
    assert policy.count() == 2


def test_a_finding_shows_the_smallest_selection_and_its_path() -> None:
    features = {"on": ("dep:net",), "convenience": ("on", "trace"), "trace": ()}
    links = link_all(package("app", features, dependencies=[needs("net", optional=True)]), package("net"))
    (finding,) = policy_of(links, "app", ("convenience", "trace"), NET).judge(explainer_of(links))
    assert finding.minimal_features == ("convenience",)
    assert [(step.source, step.to) for step in finding.path] == [
        ("app/convenience", "app/on"),
        ("app/on", "app/dep:net"),
        ("app/dep:net", "net"),
    ]


def test_a_base_that_clauses_forbid_is_judged_by_itself() -> None:
    links = link_all(package("app", {"a": (), "b": ()}))
    policy = policy_of(links, "app", (), base=("a", "b"), clauses=Clauses(exclusive=(frozenset({"a", "b"}),)))
    assert policy.count() == 0
    assert [finding.subject for finding in policy.judge(explainer_of(links))] == ["a,b"]


def test_the_same_package_has_the_same_features_by_itself_and_in_a_proof() -> None:
    policy = leaky()
    assert policy.resolved(frozenset({"trace"})).enabled == resolved(policy.model.links, "app", "trace", "wasi").enabled


def test_of_equal_denials_the_last_counts_unless_only_an_earlier_one_says_why() -> None:
    plugin = Denial(crate="net", reason="no sockets", source="plugin")
    own = Denial(crate="net", source="configuration")
    assert subjects_of((plugin, own)) == {"net": plugin}
    assert subjects_of((own, plugin)) == {"net": plugin}
    better = Denial(crate="net", reason="here", source="configuration")
    assert subjects_of((plugin, better)) == {"net": better}

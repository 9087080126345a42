"""Edits of what a dependency is asked for, on workspaces made up in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from linked import link_all, needs, resolved
from workspaces import package

from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import Package
from buildkit.features.derivation import Step, chain_to
from buildkit.features.isolation import facts_reaching
from buildkit.features.links import Links
from buildkit.model import Finding, Rule
from buildkit.plan.model import Subject
from buildkit.remedies.declared import Declarations, Declared
from buildkit.remedies.edits import Entry
from buildkit.remedies.inherited import Request
from buildkit.remedies.keeping import kept_features
from buildkit.remedies.leak import Leak
from buildkit.remedies.survey import Judged
from targets.wasm32_wasip2 import buildkit_compilation_targets


def leak_of(links: Links, subject: str) -> Leak:
    """Return how the member `app` reaches a subject without features."""
    resolution = resolved(links, "app")
    (fact,) = facts_reaching(resolution, subject)
    target = next(iter(buildkit_compilation_targets()))
    return Leak(
        where=Judged(name="app/wasm32-wasip2/-", subject=Subject(package=resolution.root, target=target), resolution=resolution),
        finding=Finding(rule=Rule.DENIED_CRATE, subject=subject, message="denied"),
        resolution=resolution,
        chain=chain_to(resolution, fact),
        denied_on=(),
        kept_on=(),
        used_elsewhere=frozenset(),
    )


def request_step(leak: Leak) -> Step:
    return next(step for step in leak.chain if step.cause.requested is not None)


def store(features: dict[str, list[str]]) -> Package:
    return package("store", features, dependencies=[needs("tempfile", optional=True), needs("index", optional=True)])


def kept(features: dict[str, list[str]], *others: Package) -> tuple[str, ...]:
    """Return what stays of the default features of `store` where they reach `tempfile`."""
    app = package("app", dependencies=[needs("store", default=True), *(needs(other.name, default=True) for other in others)])
    links = link_all(app, store(features), package("tempfile"), package("index"), *others)
    leak = leak_of(links, "tempfile")
    return kept_features(leak, request_step(leak))


def test_default_features_that_lead_nowhere_denied_are_kept() -> None:
    assert kept({"default": ["net", "spill"], "net": [], "spill": ["dep:tempfile"]}) == ("net",)


def test_a_feature_that_leads_there_is_looked_into() -> None:
    features = {"default": ["full"], "full": ["net", "disk"], "net": ["dep:index"], "disk": ["cache", "dep:tempfile"], "cache": []}
    assert kept(features) == ("net", "cache")


def test_features_that_lead_there_only_together_are_not_kept_together() -> None:
    features = {"default": ["on", "spill"], "on": ["dep:index"], "spill": ["both"], "both": ["tempfile"], "tempfile": ["dep:tempfile"]}
    assert kept(features) == ("on",)


def test_nothing_is_kept_of_defaults_that_do_nothing_else() -> None:
    assert kept({"default": ["dep:tempfile"]}) == ()


def inherited(value: Mapping[str, object], base: Mapping[str, object], feature: str) -> Request:
    shared = Declared(entry=Entry(file=Path("Cargo.toml"), table=("workspace", "dependencies"), key="store"), value=base)
    entry = Entry(file=Path("crates/app/Cargo.toml"), table=("dependencies",), key="store")
    links = link_all(package("app"))
    declarations = Declarations(workspace=links.workspace, manifests=Manifests(root=links.workspace.root))
    return Request(declared=Declared(entry=entry, value=value, base=shared), feature=feature, kept=(), declarations=declarations)


def test_a_member_that_switches_defaults_on_itself_does_not_inherit_them() -> None:
    base = {"version": "1", "default-features": False}
    assert not inherited({"workspace": True, "default-features": True}, base, "default").is_inherited
    assert inherited({"workspace": True}, {"version": "1"}, "default").is_inherited


def test_a_feature_of_the_shared_table_is_inherited_and_one_of_the_member_is_not() -> None:
    base = {"version": "1", "features": ["net"]}
    assert inherited({"workspace": True}, base, "net").is_inherited
    assert not inherited({"workspace": True, "features": ["io"]}, base, "io").is_inherited

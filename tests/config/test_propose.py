from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from buildkit.cargo.metadata import CargoTarget, Package, ResolvedDependency, Workspace
from buildkit.config.propose import propose
from buildkit.config.settings import Settings
from buildkit.config.validate import validate
from buildkit.model import CompilationTarget, Denial

TARGETS = {
    name: CompilationTarget(name=name, triple=name, summary=name, stdlib_feature=feature, denies=denies)
    for name, feature, denies in (
        ("native", "native", ()),
        ("native-musl", "native", ()),
        ("thumbv6m-none-eabi", "embedded", ()),
        ("wasm32-unknown-unknown", "wasm-js", (Denial(crate="tempfile"),)),
        ("wasm32-wasip2", "wasi", ()),
    )
}


def package(name: str, features: Mapping[str, tuple[str, ...]] | None = None, kind: str = "lib") -> Package:
    target = CargoTarget(name=name, kind=(kind,), crate_types=(kind,), src_path=Path("lib.rs"))
    return Package(
        id=name,
        name=name,
        version="0.1.0",
        manifest_path=Path("/ws") / name / "Cargo.toml",
        features=features or {},
        dependencies=(),
        targets=(target,),
        edition="2021",
    )


def workspace(*members: Package, uses: Mapping[str, str] | None = None) -> Workspace:
    others = [package(name) for name in (uses or {}).values()]
    edges = {user: (ResolvedDependency(name=used, pkg=used, dep_kinds=()),) for user, used in (uses or {}).items()}
    packages = {found.id: found for found in (*members, *others)}
    return Workspace(root=Path("/ws"), target_directory=Path("/ws/target"), members=members, packages=packages, edges=edges)


STDLIB = package("stdlib", {"default": ("native",), "native": (), "wasi": (), "wasm-js": (), "telemetry": (), "_internal": ()})
SERVER = package("server", {"native": ()})
PLAIN = package("plain", {"std": ()})
MACROS = package("macros", kind="proc-macro")


def test_a_proposal_is_valid_and_fits_its_workspace(load: Callable[..., Settings]) -> None:
    found = workspace(STDLIB, SERVER, PLAIN, MACROS, uses={"stdlib": "tempfile"})
    validate(load(propose(found, TARGETS)), found, TARGETS)


def test_a_member_with_features_of_targets_gets_the_right_one_on_each_target() -> None:
    table = tomllib.loads(propose(workspace(STDLIB), TARGETS))["package"]["stdlib"]
    assert {name: here["features"] for name, here in table["target"].items()} == {
        "native-musl": ["native"],
        "wasm32-wasip2": ["wasi"],
        "wasm32-unknown-unknown": ["wasm-js"],
    }
    assert table["exclusive"] == [["native", "wasi", "wasm-js"]]
    assert "targets" not in table


def test_a_member_for_one_target_is_kept_to_it() -> None:
    table = tomllib.loads(propose(workspace(SERVER), TARGETS))["package"]["server"]
    assert table == {"targets": ["native-musl"], "target": {"native-musl": {"features": ["native"]}}}


def test_features_of_targets_that_enable_each_other_are_not_taken_for_exclusive() -> None:
    layered = package("layered", {"native": ("shared",), "shared": ("wasi",), "wasi": ()})
    assert "exclusive" not in tomllib.loads(propose(workspace(layered), TARGETS))["package"]["layered"]


def test_other_features_are_offered_in_a_comment_only() -> None:
    text = propose(workspace(STDLIB), TARGETS)
    assert '# extra = ["telemetry"]  # may be added here' in text
    assert "_internal" not in text


def test_targets_beyond_the_default_ones_are_covered_when_a_member_has_their_feature() -> None:
    default = ["native-musl", "wasm32-wasip2", "wasm32-unknown-unknown"]
    firmware = package("firmware", {"embedded": ()})
    assert tomllib.loads(propose(workspace(PLAIN), TARGETS))["workspace"]["targets"] == default
    assert tomllib.loads(propose(workspace(firmware), TARGETS))["workspace"]["targets"] == [*default, "thumbv6m-none-eabi"]


def test_a_crate_that_cannot_work_on_a_target_is_denied_where_the_target_does_not_deny_it_yet() -> None:
    text = propose(workspace(STDLIB, uses={"stdlib": "tempfile"}), TARGETS)
    assert tomllib.loads(text)["target"] == {"wasm32-wasip2": {"deny": [{"crate": "tempfile", "reason": "there is no temporary folder"}]}}
    assert "# tempfile is in the graph by way of stdlib.\n" in text


def test_members_without_the_feature_of_a_target_are_named() -> None:
    text = propose(workspace(PLAIN, MACROS), TARGETS)
    assert "# plain, macros\n" in text
    assert set(tomllib.loads(text)) == {"workspace"}

"""The scratch workspace says of its packages what the real one says."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from workspaces import ROOT, package, workspace

from buildkit.cargo.metadata import CargoTarget, Package
from buildkit.cargo.wrappers import PREFIX, Wrapper, can_be_wrapped, can_use_wrappers, root_manifest

APP = package("app", {"fast": (), "slow": ()})
SERDE = package("serde")
WORKSPACE = msgspec.structs.replace(workspace(APP), packages={APP.id: APP, SERDE.id: SERDE})


def with_targets(*kinds: tuple[str, str]) -> Package:
    targets = (CargoTarget(name=kind, kind=(kind,), crate_types=(crate,), src_path=ROOT / "x.rs") for kind, crate in kinds)
    return msgspec.structs.replace(APP, targets=tuple(targets))


def test_a_wrapper_asks_for_exactly_the_features_of_its_selection() -> None:
    manifest = tomllib.loads(Wrapper(package=APP, features=("fast",)).manifest)
    assert manifest["dependencies"] == {
        "selected": {"package": "app", "path": "/ws/crates/app", "default-features": False, "features": ["fast"]}
    }


def test_the_name_of_a_wrapper_is_that_of_its_selection_in_every_run() -> None:
    first, again, other = (Wrapper(package=APP, features=features).name for features in (("fast",), ("fast",), ("slow",)))
    assert first == again != other
    assert first.startswith(PREFIX)


@pytest.mark.parametrize(
    ("kinds", "wrapped"),
    [
        pytest.param((("lib", "lib"),), True, id="library"),
        pytest.param((("lib", "lib"), ("test", "bin"), ("custom-build", "bin")), True, id="library with tests and a build script"),
        pytest.param((("lib", "rlib"),), True, id="rlib"),
        pytest.param((("cdylib", "cdylib"),), False, id="nothing that a dependent links"),
        pytest.param((("lib", "lib"), ("bin", "bin")), False, id="a program beside the library"),
        pytest.param((("bin", "bin"),), False, id="program"),
        pytest.param((("proc-macro", "proc-macro"),), False, id="procedural macro"),
    ],
)
def test_only_a_plain_library_is_wrapped(*, kinds: tuple[tuple[str, str], ...], wrapped: bool) -> None:
    assert can_be_wrapped(with_targets(*kinds), ("fast",)) is wrapped


def test_a_feature_of_a_dependency_cannot_be_asked_for_by_a_wrapper() -> None:
    assert not can_be_wrapped(APP, ("serde/derive",))


def test_profiles_and_patches_are_those_of_the_workspace() -> None:
    values = {
        "workspace": {"members": ["crates/*"], "dependencies": {"serde": "1"}},
        "profile": {"dev": {"opt-level": 1, "package": {"*": {"opt-level": 2}}}},
        "patch": {"crates-io": {"serde": {"path": "vendor/serde"}, "syn": {"git": "https://example.org/syn"}}},
        "dependencies": {"serde": "1"},
    }
    manifest = tomllib.loads(root_manifest(WORKSPACE, values, [Wrapper(package=APP, features=())]))
    assert manifest["profile"] == {"dev": {"opt-level": 1, "package": {"serde": {"opt-level": 2}}}}
    assert manifest["patch"] == {"crates-io": {"serde": {"path": "/ws/vendor/serde"}, "syn": {"git": "https://example.org/syn"}}}
    assert manifest["workspace"] == {"members": [Wrapper(package=APP, features=()).name], "resolver": "2"}
    assert set(manifest) == {"workspace", "profile", "patch"}


def profiled(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the scratch workspace says of packages in a profile."""
    manifest = tomllib.loads(root_manifest(WORKSPACE, {"profile": {"dev": {"package": package}}}, [Wrapper(package=APP, features=())]))
    found: dict[str, Any] = manifest["profile"]["dev"]["package"]
    return found


def test_settings_for_all_but_members_are_not_for_wrapped_members() -> None:
    assert profiled({"*": {"debug": 0}, "app": {"opt-level": 1}}) == {"serde": {"debug": 0}, "app": {"opt-level": 1}}


def test_a_package_that_is_named_keeps_what_is_for_all_and_its_own_wins() -> None:
    assert profiled({"*": {"debug": 0, "opt-level": 3}, "serde": {"opt-level": 1}}) == {"serde": {"debug": 0, "opt-level": 1}}


def test_packages_of_one_name_are_told_apart() -> None:
    twin = msgspec.structs.replace(SERDE, id="twin")
    twins = msgspec.structs.replace(WORKSPACE, packages={APP.id: APP, SERDE.id: SERDE, twin.id: twin})
    values = {"profile": {"dev": {"package": {"*": {"debug": 0}, "serde": {"opt-level": 1}}}}}
    profile = tomllib.loads(root_manifest(twins, values, [Wrapper(package=APP, features=())]))["profile"]["dev"]
    assert profile["package"] == {key: {"debug": 0, "opt-level": 1} for key in (SERDE.id, "twin")}


def test_a_profile_without_the_star_stays_as_it_is() -> None:
    assert profiled({"serde@1": {"opt-level": 1}}) == {"serde@1": {"opt-level": 1}}


def test_a_package_that_is_named_by_more_than_its_name_beside_the_star_is_refused() -> None:
    with pytest.raises(ValueError, match="serde@1"):
        profiled({"*": {"debug": 0}, "serde@1": {"opt-level": 1}})


@pytest.mark.parametrize(
    ("configured", "environment", "used"),
    [
        pytest.param({}, {}, True, id="nothing"),
        pytest.param(
            {"build": {"rustc-wrapper": "sccache"}}, {"RUSTC_WORKSPACE_WRAPPER": ""}, True, id="what is the same for all packages"
        ),
        pytest.param({"unstable": {"gc": True}}, {}, False, id="unstable table"),
        pytest.param({}, {"CARGO_UNSTABLE_GC": "true"}, False, id="unstable variable"),
        pytest.param({}, {"RUSTC_WORKSPACE_WRAPPER": "lint"}, False, id="wrapper for members"),
        pytest.param({"build": {"rustc-workspace-wrapper": "lint"}}, {}, False, id="configured wrapper for members"),
        pytest.param({"profile": {"dev": {"package": {"*": {}}}}}, {}, False, id="all packages but members"),
        pytest.param({"profile": {"dev": {"package": {"serde": {}}}}}, {}, True, id="one package"),
        pytest.param({"include": ["more.toml"]}, {}, False, id="more files"),
    ],
)
def test_what_tells_members_from_others_keeps_wrappers_away(
    *, configured: Mapping[str, Any], environment: Mapping[str, str], used: bool
) -> None:
    assert can_use_wrappers(configured, environment) is used

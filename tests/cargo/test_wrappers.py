"""The scratch workspace says of its packages what the real one says."""

from __future__ import annotations

import tomllib

import msgspec
import pytest
from workspaces import ROOT, package, workspace

from buildkit.cargo.metadata import CargoTarget, Package
from buildkit.cargo.wrappers import PREFIX, Wrapper, can_be_wrapped, root_manifest

APP = package("app", {"fast": (), "slow": ()})


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
    manifest = tomllib.loads(root_manifest(workspace(APP), values, [Wrapper(package=APP, features=())]))
    assert manifest["profile"] == values["profile"]
    assert manifest["patch"] == {"crates-io": {"serde": {"path": "/ws/vendor/serde"}, "syn": {"git": "https://example.org/syn"}}}
    assert manifest["workspace"] == {"members": [Wrapper(package=APP, features=()).name], "resolver": "2"}
    assert set(manifest) == {"workspace", "profile", "patch"}

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from scenarios import bundled
from toolchain_fakes import HOST, toolchain_of

from buildkit.toolchain.model import StdProvider, Supply
from buildkit.workflow.compiling.call import Compiler
from buildkit.workflow.compiling.project import MARK, LibraryPackage, Project

ROOT = Path("/work/shop")
LIBRARY = LibraryPackage(name="runtara-workflow-stdlib", folder=ROOT / "crates" / "stdlib", root=ROOT, features=("wasi",))


def project(target: str = "wasm32-wasip2", **changes: Any) -> Project:
    declared = bundled()[target]
    supply = Supply(
        toolchain=toolchain_of(Path("/opt/rust/bin/rustc")), target=declared, triple=declared.triple_for(HOST), provider=StdProvider.SHIPPED
    )
    compiler = Compiler(supply=supply, root=ROOT, flags=("--sysroot", "/store/std", *changes.pop("flags", ())), linker=None, env={})
    values = {"stem": "order", "text": "fn main() {}\n", "compiler": compiler, "library": LIBRARY, "folder": Path("/elsewhere/order")}
    return Project(**{**values, **changes})


def manifest(made: Project) -> dict[str, Any]:
    return tomllib.loads(made.files()["Cargo.toml"])


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        pytest.param("order", "scenario-order", id="plain"),
        pytest.param("Order Intake_2", "scenario-order-intake-2", id="spaces"),
        pytest.param("test", "scenario-test", id="name of a crate"),
        pytest.param('x"]\n[patch', "scenario-x-patch", id="hostile"),
        pytest.param("\u00e9\u202e", "scenario-unnamed", id="nothing left"),
    ],
)
def test_a_package_is_named_by_the_scenario(stem: str, name: str) -> None:
    assert manifest(project(stem=stem))["package"]["name"] == name


def test_the_manifest_begins_with_the_mark() -> None:
    assert project().files()["Cargo.toml"].startswith(MARK)


def test_the_library_comes_with_its_features_alone() -> None:
    assert manifest(project())["dependencies"]["runtara-workflow-stdlib"] == {
        "path": "/work/shop/crates/stdlib",
        "default-features": False,
        "features": ["wasi"],
    }


def test_a_library_of_another_name_is_used_by_the_one_of_the_source() -> None:
    library = LibraryPackage(name="shop-steps", folder=ROOT / "lib", root=ROOT, features=("wasi",))
    assert manifest(project(library=library))["dependencies"]["runtara-workflow-stdlib"]["package"] == "shop-steps"


def test_within_the_workspace_paths_are_relative() -> None:
    made = project(folder=ROOT / "generated" / "order")
    assert manifest(made)["dependencies"]["runtara-workflow-stdlib"]["path"] == "../../crates/stdlib"
    assert "-C ../.. wasm32-wasip2" in made.files()["README.md"]


def test_a_project_is_a_workspace_of_its_own() -> None:
    assert manifest(project())["workspace"] == {}


@pytest.mark.parametrize(
    ("target", "lib"),
    [
        pytest.param("native-musl", None, id="program"),
        pytest.param("wasm32-unknown-unknown", {"crate-type": ["cdylib"]}, id="browser"),
        pytest.param("thumbv6m-none-eabi", {"crate-type": ["staticlib"]}, id="embedded"),
    ],
)
def test_the_kind_of_crate_is_that_of_the_platform(target: str, lib: object) -> None:
    made = project(target)
    assert manifest(made).get("lib") == lib
    assert f"src/{'main' if lib is None else 'lib'}.rs" in made.files()


def test_cargo_builds_for_the_target_unasked() -> None:
    assert tomllib.loads(project().files()[".cargo/config.toml"]) == {"build": {"target": "wasm32-wasip2"}}


def test_a_project_for_this_machine_needs_no_configuration() -> None:
    assert ".cargo/config.toml" not in project("native").files()


def test_flags_of_the_target_are_handed_on() -> None:
    written = tomllib.loads(project("native", flags=("-Ctarget-cpu=x",)).files()[".cargo/config.toml"])
    assert written == {"target": {HOST: {"rustflags": ["-Ctarget-cpu=x"]}}}


def test_patches_of_the_workspace_come_along() -> None:
    patches = {"crates-io": {"serde": {"path": "vendor/serde"}, "regex": {"git": "https://example.org/regex"}}}
    library = LibraryPackage(name="lib", folder=ROOT / "lib", root=ROOT, features=(), patches=patches)
    assert manifest(project(library=library))["patch"] == {
        "crates-io": {"serde": {"path": "/work/shop/vendor/serde"}, "regex": {"git": "https://example.org/regex"}}
    }


def test_cargo_optimises_for_size_and_across_crates() -> None:
    profile = manifest(project())["profile"]["release"]
    assert {key: profile[key] for key in ("opt-level", "lto", "strip", "panic", "codegen-units")} == {
        "opt-level": "s",
        "lto": "fat",
        "strip": "symbols",
        "panic": "abort",
        "codegen-units": 1,
    }
    assert not any("." in key for key in profile)

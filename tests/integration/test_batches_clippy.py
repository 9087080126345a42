"""Cells that clippy looks at in a shared call get the verdicts of their own calls."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from batch_graphs import open_cells
from command_line import FIXTURES
from defects import ROOT, Defect, Recording, asking, compared, hold, is_wrapped, manifest, together, write_workspace

from buildkit.cargo.calls import CargoCalls, CargoCommand, CargoOptions
from buildkit.cargo.metadata import Package

pytestmark = pytest.mark.integration

PROPERTIES = sorted(path.parent for path in (FIXTURES / "properties").glob("*/Cargo.toml"))
DENIED = CargoOptions(command=CargoCommand.CLIPPY, arguments=("--", "-D", "warnings"))
WITHOUT_DEPENDENCIES = replace(DENIED, arguments=("--no-deps", "--", "-D", "warnings"))
PLAIN = CargoOptions(command=CargoCommand.CLIPPY)

LINT = "pub fn lint(x: &Vec<u8>) -> usize { x.len() }\n"
WITH_B = f'#[cfg(feature = "b")]\n{LINT}'
FAILS_WITH_B = frozenset({"app/b", "app/a,b"})
APP = {"ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []")}
USES_LOW = manifest("app", "a = []\nb = []", 'low = { path = "../low" }')

DEFECTS = {
    "a lint of one combination": (
        DENIED,
        Defect(
            files=APP | {"ws/crates/app/src/lib.rs": LINT.join(('#[cfg(all(feature = "a", feature = "b"))]\n', ""))},
            fails=frozenset({"app/a,b"}),
        ),
    ),
    "a lint that is not denied": (PLAIN, Defect(files=APP | {"ws/crates/app/src/lib.rs": WITH_B}, fails=frozenset())),
    "a lint that the code denies": (
        PLAIN,
        Defect(files=APP | {"ws/crates/app/src/lib.rs": f"#![deny(clippy::ptr_arg)]\n{WITH_B}"}, fails=FAILS_WITH_B),
    ),
    "a lint that was expected": (
        DENIED,
        Defect(
            files=APP | {"ws/crates/app/src/lib.rs": f'#[cfg_attr(not(feature = "a"), expect(clippy::ptr_arg))]\n{LINT}'},
            fails=frozenset({"app/a", "app/a,b"}),
        ),
    ),
    "lints of the workspace": (
        PLAIN,
        Defect(
            files=APP
            | {
                "ws/Cargo.toml": ROOT + '[workspace.lints.clippy]\nptr_arg = "deny"\n',
                "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []", more="[lints]\nworkspace = true\n"),
                "ws/crates/app/src/lib.rs": WITH_B,
            },
            fails=FAILS_WITH_B,
        ),
    ),
    "configuration of a package": (
        DENIED,
        Defect(
            files=APP
            | {
                "ws/crates/app/clippy.toml": "too-many-arguments-threshold = 1\n",
                "ws/crates/app/src/lib.rs": '#[cfg(feature = "b")]\npub fn two(_: u8, _: u8) {}\n',
                "ws/crates/low/Cargo.toml": manifest("low", "b = []"),
                "ws/crates/low/src/lib.rs": "pub fn two(_: u8, _: u8) {}\n",
            },
            fails=FAILS_WITH_B,
        ),
    ),
    "a member that others depend on": (
        DENIED,
        Defect(
            files={
                "ws/crates/low/Cargo.toml": manifest("low", "b = []"),
                "ws/crates/low/src/lib.rs": WITH_B,
                "ws/crates/app/Cargo.toml": USES_LOW.replace("b = []", 'b = ["low/b"]'),
            },
            fails=frozenset({"low/b"}) | FAILS_WITH_B,
        ),
    ),
    "a member that others depend on, and only what is selected counts": (
        WITHOUT_DEPENDENCIES,
        Defect(
            files={
                "ws/crates/low/Cargo.toml": manifest("low", "b = []"),
                "ws/crates/low/src/lib.rs": WITH_B,
                "ws/crates/app/Cargo.toml": USES_LOW.replace("b = []", 'b = ["low/b"]'),
                "ws/crates/app/src/lib.rs": f'#[cfg(feature = "a")]\n{LINT}',
            },
            fails=frozenset({"low/b", "app/a", "app/a,b"}),
        ),
    ),
    "a build script": (
        DENIED,
        Defect(
            files=APP
            | {
                "ws/crates/app/build.rs": 'fn main() { let x = std::env::var("CARGO_FEATURE_B").is_ok(); if x == true { println!("b"); } }\n'
            },
            fails=frozenset({"app/-", "app/a", "app/b", "app/a,b"}),
        ),
    ),
    "a macro": (
        DENIED,
        Defect(
            files={
                "ws/crates/low/Cargo.toml": manifest("low", "b = []", more="[lib]\nproc-macro = true"),
                "ws/crates/low/src/lib.rs": WITH_B.replace("pub fn", "#[allow(dead_code)]\nfn"),
                "ws/crates/app/Cargo.toml": USES_LOW.replace("b = []", 'b = ["low/b"]'),
            },
            fails=frozenset({"low/b"}) | FAILS_WITH_B,
        ),
    ),
    "a package outside the workspace, which clippy does not look at": (
        DENIED,
        Defect(
            files={
                "outside/Cargo.toml": manifest("outside", "b = []"),
                "outside/src/lib.rs": f'#[cfg(clippy)] compile_error!("seen by clippy");\n{LINT}',
                "ws/crates/app/Cargo.toml": manifest("app", 'a = []\nb = ["outside/b"]', 'outside = { path = "../../../outside" }'),
            },
            fails=frozenset(),
        ),
    ),
    "code that only clippy sees": (
        PLAIN,
        Defect(
            files=APP | {"ws/crates/app/src/lib.rs": '#[cfg(all(clippy, feature = "b"))] compile_error!("seen by clippy");\n'},
            fails=FAILS_WITH_B,
        ),
    ),
    "a build script that asks by which programs it is compiled": (
        DENIED,
        Defect(
            files=APP
            | {
                "ws/crates/app/build.rs": (
                    "fn main() {\n"
                    '    assert!(std::env::var("RUSTC_WORKSPACE_WRAPPER").unwrap().ends_with("clippy-driver"));\n'
                    '    let out = std::env::var_os("OUT_DIR").unwrap();\n'
                    '    let probe = std::path::Path::new(&out).join("probe.rs");\n'
                    '    std::fs::write(&probe, "pub fn lint(x: &Vec<u8>) -> usize { x.len() }").unwrap();\n'
                    '    let mut call = vec![std::env::var_os("RUSTC").unwrap()];\n'
                    '    call.splice(0..0, std::env::var_os("RUSTC_WRAPPER"));\n'
                    '    let done = std::process::Command::new(&call[0]).args(&call[1..]).args(["--crate-name", "probe", "--crate-type=lib"])\n'
                    '        .arg("--emit=metadata").arg("--out-dir").arg(&out).arg(&probe).status().unwrap();\n'
                    "    assert!(done.success());\n}\n"
                )
            },
            fails=frozenset(),
        ),
    ),
    "lints about manifests": (
        replace(PLAIN, arguments=("--", "-D", "clippy::negative_feature_names")),
        Defect(
            files={
                "ws/crates/low/Cargo.toml": manifest("low", "b = []"),
                "ws/crates/app/Cargo.toml": USES_LOW.replace("b = []", "no-b = []"),
            },
            fails=frozenset({"low/-", "low/b", "app/-", "app/a", "app/no-b", "app/a,no-b"}),
        ),
    ),
    "a release that is older than what is used": (
        DENIED,
        Defect(
            files=APP
            | {
                "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []").replace(
                    'edition = "2021"', 'edition = "2021"\nrust-version = "1.60"'
                ),
                "ws/crates/app/src/lib.rs": '#[cfg(feature = "b")]\npub fn new(x: Option<u8>) -> bool { x.is_some_and(|x| x > 1) }\n',
            },
            fails=FAILS_WITH_B,
        ),
    ),
}


@pytest.mark.parametrize(("asked", "defect"), DEFECTS.values(), ids=DEFECTS.keys())
def test_a_lint_shows_in_a_shared_call(asked: CargoOptions, defect: Defect, tmp_path: Path) -> None:
    hold(tmp_path / "the place", defect, asked)


@pytest.mark.parametrize("fixture", PROPERTIES, ids=lambda fixture: fixture.name)
def test_a_property_gets_the_same_verdicts(fixture: Path, tmp_path: Path) -> None:
    def copy(place: Path) -> Path:
        return shutil.copytree(fixture, place, ignore=shutil.ignore_patterns("target", "buildkit.toml"))

    assert compared(tmp_path, copy, deepest=1, asked=DENIED)[0]


FAILING = APP | {"ws/crates/app/src/lib.rs": WITH_B}


def test_what_a_check_compiled_before_is_linted_all_the_same(tmp_path: Path) -> None:
    root = write_workspace(tmp_path, FAILING)
    opened = open_cells(root, ("native",))
    assert set(together(opened)[0].values()) == {"pass"}
    found, commands = together(asking(opened, DENIED))
    assert {cell for cell, verdict in found.items() if verdict == "fail"} == {"app/native/b", "app/native/a,b"}
    assert len(commands) == 3
    assert is_wrapped(commands)
    assert set(together(open_cells(root, ("native",)))[0].values()) == {"pass"}


def test_what_is_taken_from_a_check_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: CargoCalls, package: Package) -> str:
        return f"profile.dev.package.{package.name}.strip=false"

    # Without what keeps the two apart, cargo takes the one for the other.
    monkeypatch.setattr(CargoCalls, "_setting", nothing)
    opened = open_cells(write_workspace(tmp_path, FAILING), ("native",))
    assert set(together(opened)[0].values()) == {"pass"}
    found, commands = together(asking(opened, DENIED))
    assert {cell for cell, verdict in found.items() if verdict == "fail"} == {"app/native/b", "app/native/a,b"}
    assert len(commands) == 1 + len(opened.works)


def test_a_new_configuration_is_seen_in_a_shared_call(tmp_path: Path) -> None:
    files = APP | {"ws/crates/app/src/lib.rs": "pub fn two(_: u8, _: u8) {}\n"}
    root = write_workspace(tmp_path, files)
    assert set(together(asking(open_cells(root, ("native",)), DENIED))[0].values()) == {"pass"}
    (root / "clippy.toml").write_text("too-many-arguments-threshold = 1\n", encoding="utf-8")
    assert set(together(asking(open_cells(root, ("native",)), DENIED))[0].values()) == {"fail"}


@pytest.mark.parametrize("arguments", [("--all-targets",), ("--", "-Zverbose")], ids=" ".join)
def test_arguments_that_decide_more_than_lints_take_a_call_for_each_cell(arguments: tuple[str, ...], tmp_path: Path) -> None:
    opened = asking(open_cells(write_workspace(tmp_path, APP), ("native",), deepest=1), replace(PLAIN, arguments=arguments))
    recording = Recording(processes=opened.context.processes)
    _, commands = together(replace(opened, context=replace(opened.context, processes=recording)))
    assert len(commands) == len(opened.works)


def test_where_the_users_wrapper_stands_no_scratch_workspace_is_used(tmp_path: Path) -> None:
    opened = asking(open_cells(write_workspace(tmp_path, FAILING), ("native",)), DENIED)
    found, commands = together(replace(opened, context=replace(opened.context, skips_wrappers=False)))
    assert {cell for cell, verdict in found.items() if verdict == "fail"} == {"app/native/b", "app/native/a,b"}
    assert not is_wrapped(commands)

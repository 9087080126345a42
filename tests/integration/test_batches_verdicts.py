"""Cells that share a cargo call get the verdicts of their own calls: code and manifests with real defects."""

from __future__ import annotations

from pathlib import Path

import pytest
from defects import ROOT, Defect, hold, manifest

pytestmark = pytest.mark.integration

LOW = {
    "ws/crates/low/Cargo.toml": manifest("low", "extra = []\nbad = []"),
    "ws/crates/low/src/lib.rs": '#[cfg(feature = "extra")] pub fn extra() {}\n#[cfg(feature = "bad")] compile_error!("bad");\n',
}
USER = 'low = { path = "../low" }'
MACRO = {
    "ws/crates/derive/Cargo.toml": manifest("derive", more="[lib]\nproc-macro = true"),
    "ws/crates/derive/src/lib.rs": (
        "extern crate proc_macro;\n#[proc_macro]\npub fn read(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n"
        '    std::fs::read_to_string("note.txt").expect("a note where rustc runs").parse().unwrap()\n}\n'
    ),
}

DEFECTS = {
    "one combination of features": Defect(
        files={
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []\nc = []"),
            "ws/crates/app/src/lib.rs": '#[cfg(all(feature = "a", feature = "b"))] compile_error!("a and b");\n',
        },
        fails=frozenset({"app/a,b", "app/a,b,c"}),
    ),
    "a dependency of several cells": Defect(
        files=LOW
        | {
            "ws/crates/one/Cargo.toml": manifest("one", 'bad = ["low/bad"]\nfine = []', USER),
            "ws/crates/two/Cargo.toml": manifest("two", 'bad = ["low/bad"]\nfine = ["low/extra"]', USER),
        },
        fails=frozenset({"low/bad", "low/bad,extra", "one/bad", "one/bad,fine", "two/bad", "two/bad,fine"}),
    ),
    "a build script for one feature": Defect(
        files={
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/build.rs": 'fn main() { assert!(std::env::var_os("CARGO_FEATURE_B").is_none()); }\n',
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "a warning that is denied": Defect(
        files={
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/src/lib.rs": '#![deny(warnings)]\n#[cfg(feature = "b")] fn unused() {}\n',
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "default features that are not switched off": Defect(
        files={
            "ws/crates/low/Cargo.toml": manifest("low", 'default = ["std"]\nstd = []'),
            "ws/crates/low/src/lib.rs": '#[cfg(feature = "std")] compile_error!("no std here");\n',
            "ws/crates/one/Cargo.toml": manifest("one", "a = []", USER),
            "ws/crates/two/Cargo.toml": manifest("two", "a = []", 'low = { path = "../low", default-features = false }'),
        },
        fails=frozenset({"low/std", "low/default", "low/default,std", "one/-", "one/a"}),
    ),
    "a cell that another one's features would save": Defect(
        files=LOW
        | {
            "ws/crates/one/Cargo.toml": manifest("one", "a = []", USER),
            "ws/crates/one/src/lib.rs": "pub fn use_it() { low::extra(); }\n",
            "ws/crates/two/Cargo.toml": manifest("two", "", 'low = { path = "../low", features = ["extra"] }'),
        },
        fails=frozenset({"low/bad", "low/bad,extra", "one/-", "one/a"}),
    ),
    "a cell that a feature told to its neighbor would save": Defect(
        files={
            "ws/crates/two/Cargo.toml": manifest("two", "fast = []"),
            "ws/crates/one/Cargo.toml": manifest("one", 'with-two = ["dep:two"]', 'two = { path = "../two", optional = true }'),
            "ws/crates/one/src/lib.rs": "extern crate two;\n",
        },
        fails=frozenset({"one/-"}),
    ),
    "a dependency outside the workspace": Defect(
        files={
            "outside/Cargo.toml": manifest("outside", "bad = []", more="[lints.rust]\nunsafe_code = 'forbid'\n"),
            "outside/src/lib.rs": '#[cfg(feature = "bad")] pub fn f() { unsafe {} }\n',
            "ws/crates/one/Cargo.toml": manifest("one", 'bad = ["outside/bad"]', 'outside = { path = "../../../outside" }'),
            "ws/crates/two/Cargo.toml": manifest("two", "a = []", 'outside = { path = "../../../outside" }'),
        },
        fails=frozenset({"one/bad"}),
    ),
    "lints of the workspace": Defect(
        files={
            "ws/Cargo.toml": ROOT + '[workspace.lints.rust]\nunsafe_code = "forbid"\n',
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []", more="[lints]\nworkspace = true\n"),
            "ws/crates/app/src/lib.rs": '#[cfg(feature = "b")] pub fn f() { unsafe {} }\n',
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "an inherited dependency": Defect(
        files=LOW
        | {
            "ws/Cargo.toml": ROOT + '[workspace.dependencies]\nlow = { path = "crates/low", features = ["extra"] }\n',
            "ws/crates/one/Cargo.toml": manifest("one", 'bad = ["low/bad"]', "low = { workspace = true }"),
            "ws/crates/one/src/lib.rs": "pub fn use_it() { low::extra(); }\n",
        },
        fails=frozenset({"low/bad", "low/bad,extra", "one/bad"}),
    ),
    "a profile for one package": Defect(
        files={
            "ws/Cargo.toml": ROOT + "[profile.dev.package.app]\ndebug-assertions = false\n",
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/src/lib.rs": '#[cfg(all(feature = "b", not(debug_assertions)))] compile_error!("assertions are off");\n',
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "a profile for what is not of the workspace": Defect(
        files={
            "ws/Cargo.toml": ROOT + '[profile.dev.package."*"]\ndebug-assertions = false\n',
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/src/lib.rs": '#[cfg(all(feature = "b", debug_assertions))] compile_error!("assertions are on");\n',
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "a profile for what is not of the workspace, which decides": Defect(
        files={
            "ws/Cargo.toml": ROOT + '[profile.dev.package."*"]\ndebug-assertions = false\n[profile.dev.package.near]\nopt-level = 1\n',
            "far/Cargo.toml": manifest("far", "bad = []"),
            "far/src/lib.rs": '#[cfg(all(feature = "bad", not(debug_assertions)))] compile_error!("assertions are off");\n',
            "ws/crates/near/Cargo.toml": manifest("near", 'bad = ["far/bad"]\na = []', 'far = { path = "../../../far" }'),
        },
        fails=frozenset({"near/bad", "near/a,bad"}),
    ),
    "a panic that aborts": Defect(
        files={
            "ws/Cargo.toml": ROOT + '[profile.dev]\npanic = "abort"\n',
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/src/lib.rs": '#[cfg(all(feature = "b", panic = "abort"))] compile_error!("it aborts");\n',
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "resolver 1": Defect(
        files=LOW
        | {
            "ws/Cargo.toml": ROOT.replace('"2"', '"1"'),
            "ws/crates/one/Cargo.toml": manifest("one", 'bad = ["low/bad"]', USER),
            "ws/crates/two/Cargo.toml": manifest("two", "", USER + '\n[dev-dependencies]\nlow = { path = "../low", features = ["bad"] }'),
        },
        fails=frozenset({"low/bad", "low/bad,extra", "one/bad", "two/-"}),
        wrapped=False,
    ),
    "a package at the root, of the oldest edition": Defect(
        files=LOW
        | {
            "ws/Cargo.toml": (
                '[package]\nname = "app"\nversion = "0.1.0"\n[features]\na = []\nbad = ["low/bad"]\n[dependencies]\nlow = { path = "crates/low" }\n'
                '[workspace]\nresolver = "3"\nmembers = ["crates/*"]\n'
            ),
            "ws/src/lib.rs": "extern crate low;\npub fn async() {}\n",
        },
        fails=frozenset({"low/bad", "low/bad,extra", "app/bad", "app/a,bad"}),
    ),
    "a file above the package, read by a build script": Defect(
        files={
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/note.txt": "",
            "ws/crates/app/build.rs": (
                'fn main() {\n    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap() + "/../..";\n'
                '    let name = if std::env::var_os("CARGO_FEATURE_B").is_some() { "absent.txt" } else { "note.txt" };\n'
                "    std::fs::read(std::path::Path::new(&root).join(name)).unwrap();\n"
                '    assert!(std::env::var_os("CARGO_PRIMARY_PACKAGE").is_none());\n}\n'
            ),
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "a macro that reads a file of the package's folder": Defect(
        files=MACRO
        | {
            "ws/crates/app/Cargo.toml": manifest("app", "a = []", 'derive = { path = "../derive" }'),
            "ws/crates/app/src/lib.rs": "derive::read!();\n",
            "ws/crates/app/note.txt": "",
        },
        fails=frozenset({"app/-", "app/a"}),
    ),
    "a macro that reads a file of the workspace's folder": Defect(
        files=MACRO
        | {
            "ws/crates/app/Cargo.toml": manifest("app", "a = []", 'derive = { path = "../derive" }'),
            "ws/crates/app/src/lib.rs": "derive::read!();\n",
            "ws/note.txt": "",
        },
        fails=frozenset(),
    ),
    "code that looks at its own path": Defect(
        files={
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/src/lib.rs": "const _: () = assert!(file!().as_bytes()[0] == b'/');\n",
        },
        fails=frozenset({"app/-", "app/a", "app/b", "app/a,b"}),
    ),
    "code that looks whether it was asked for": Defect(
        files={
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/src/lib.rs": 'const _: () = assert!(option_env!("CARGO_PRIMARY_PACKAGE").is_none());\n',
        },
        fails=frozenset({"app/-", "app/a", "app/b", "app/a,b"}),
    ),
    "a build script that asks for unstable features": Defect(
        files={
            "ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"),
            "ws/crates/app/build.rs": (
                'fn main() { if std::env::var_os("CARGO_FEATURE_B").is_some() { println!("cargo:rustc-env=RUSTC_BOOTSTRAP=1"); } }\n'
            ),
        },
        fails=frozenset({"app/b", "app/a,b"}),
    ),
    "what a build script tells its dependents": Defect(
        files={
            "ws/crates/low/Cargo.toml": manifest("low", "bad = []", more='links = "low"'),
            "ws/crates/low/build.rs": (
                'fn main() { println!("cargo::metadata=KIND={}", std::env::var_os("CARGO_FEATURE_BAD").is_some()); }\n'
            ),
            "ws/crates/one/Cargo.toml": manifest("one", 'bad = ["low/bad"]\na = []', USER),
            "ws/crates/one/build.rs": 'fn main() { assert_eq!(std::env::var("DEP_LOW_KIND").unwrap(), "false"); }\n',
        },
        fails=frozenset({"one/bad", "one/a,bad"}),
    ),
    "a package in two versions, and names like the scratch workspace's": Defect(
        files=LOW
        | {
            "old/Cargo.toml": manifest("low", "bad = []").replace("0.1.0", "0.0.1"),
            "old/src/lib.rs": '#[cfg(feature = "bad")] compile_error!("old");\n',
            "ws/crates/one/Cargo.toml": manifest(
                "buildkit-cell-0123456789abcdef",
                'bad = ["older/bad"]\n"a.b+c" = ["low/extra"]',
                USER + '\nolder = { package = "low", version = "=0.0.1", path = "../../../old" }',
            ),
            "ws/crates/two/Cargo.toml": manifest(
                "selected", 'bad = ["one/bad"]', 'one = { package = "buildkit-cell-0123456789abcdef", path = "../one" }'
            ),
        },
        fails=frozenset(
            {
                "low/bad",
                "low/bad,extra",
                "buildkit-cell-0123456789abcdef/bad",
                "buildkit-cell-0123456789abcdef/a.b+c,bad",
                "selected/bad",
            }
        ),
    ),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS.keys())
def test_a_defect_shows_in_a_shared_call(defect: Defect, tmp_path: Path) -> None:
    hold(tmp_path / "the place", defect)

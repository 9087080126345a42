"""While the last cells of a call are compiled, the next call compiles what it has of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import sleep
from uuid import uuid4

import pytest
from command_line import Buildkit
from faulty import EACH, Make, until

FEATURES = """build = "build.rs"
[features]
slow = []
one = ["base/other"]
two = ["base/other"]
[dependencies]
base = { path = "../base" }
between = { path = "../between" }
"""

ROOT = '[workspace]\nmembers = ["app", "base", "between"]\nresolver = "2"\n'

FILES = {
    "base/Cargo.toml": '[package]\nname = "base"\nversion = "0.1.0"\nedition = "2021"\n[features]\nother = []\n',
    "between/Cargo.toml": '[package]\nname = "between"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nbase = { path = "../base" }\n',
}

SCRIPT = """use std::{{env, fs, path::Path, thread::sleep, time::Duration}};
fn main() {{
    let mark = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("../target/of-the-next-call");
    if env::var("CARGO_FEATURE_ONE").is_ok() {{
        fs::write(&mark, "").unwrap();
    }}
    if env::var("CARGO_FEATURE_SLOW").is_ok() {{
        for _ in 0..600 {{
            if mark.exists() {{
                {then}
            }}
            sleep(Duration::from_millis(100));
        }}
        panic!("no other call has compiled anything");
    }}
}}
"""
"""A build script that waits for one of the next call."""

MADE = "-j2 --jobserver-auth=91,92"
"""What a make of another process would say, whose pipe is not here: cargo then makes one of its own."""

pytestmark = pytest.mark.integration


def workspace(make: Make, then: str) -> str:
    """Make a workspace whose cells need two calls: what is `between` differs by a feature of `base` that is not its own."""
    folder = make(FEATURES, settings=EACH, files={**FILES, "Cargo.toml": f"{ROOT}# {uuid4()}\n"})
    (folder / "app" / "build.rs").write_text(SCRIPT.format(then=then), encoding="utf-8")
    return str(folder)


def test_the_next_call_compiles_before_the_last_cell_of_a_call_has_passed(make: Make, buildkit: Buildkit) -> None:
    ran = buildkit("check", "-C", workspace(make, "return;"), "-p", "app", "--jobs", "2", "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.document["summary"]["cargo_calls"] == 2
    assert "lock on the build directory" not in ran.err


def test_what_fails_in_the_meantime_is_checked_by_itself_after_the_calls_that_run(make: Make, buildkit: Buildkit) -> None:
    ran = buildkit("check", "-C", workspace(make, 'panic!("as intended");'), "-p", "app", "--jobs", "2", "--format", "json")
    cells = ran.document["cells"]
    assert ran.code == 1
    assert {cell["id"].rpartition("/")[2]: cell["verdict"] for cell in cells if cell["verdict"] != "pass"} == {"slow": "fail"}
    assert ran.document["summary"]["cargo_calls"] == 3
    (failed,) = (cell for cell in cells if cell["verdict"] == "fail")
    assert "as intended" in failed["stages"][-1]["diagnostics"]


@pytest.mark.parametrize("how", ["jobs", "configuration", "variable"])
def test_of_one_job_there_is_none_beside_it(make: Make, buildkit: Buildkit, how: str) -> None:
    ordered = 'fs::remove_file(&mark).unwrap(); panic!("beside the first");'
    folder = Path(workspace(make, ordered))
    script = folder / "app" / "build.rs"
    # The slow one looks for half a second only: that it sees nothing is what is wanted.
    script.write_text(script.read_text(encoding="utf-8").replace("0..600", "0..5").replace('panic!("no', 'println!("no'), encoding="utf-8")
    options = ("--jobs", "1") if how == "jobs" else ()
    if how == "configuration":
        (folder / ".cargo").mkdir()
        (folder / ".cargo" / "config.toml").write_text("[build]\njobs = 1\n", encoding="utf-8")
    if how == "variable":
        buildkit = replace(buildkit, environment={**buildkit.environment, "CARGO_BUILD_JOBS": "1"})
    ran = buildkit("check", "-C", str(folder), "-p", "app", *options, "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.document["summary"]["cargo_calls"] == 2


@pytest.mark.parametrize("command", ["check", "clippy"])
@pytest.mark.parametrize("why", ["nothing", "a folder of the user's", "a server of make's"])
def test_the_verdicts_are_the_same_one_after_another(make: Make, buildkit: Buildkit, why: str, command: str) -> None:
    folder = Path(workspace(make, "return;"))
    script = folder / "app" / "build.rs"
    script.write_text("fn main() {}\n", encoding="utf-8")
    (folder / "app" / "src" / "lib.rs").write_text('#[cfg(feature = "two")]\ncompile_error!("as intended");\n', encoding="utf-8")
    environment = {"nothing": {}, "a folder of the user's": {"CARGO_BUILD_BUILD_DIR": str(folder / "made")}}.get(why, {"MAKEFLAGS": MADE})
    ran = replace(buildkit, environment={**buildkit.environment, **environment})(
        "check", "-C", str(folder), "-p", "app", "--command", command, "--format", "json"
    )
    found = {cell["id"].rpartition("/")[2]: cell["verdict"] for cell in ran.document["cells"]}
    assert (ran.code, {name for name, verdict in found.items() if verdict != "pass"}) == (1, {"two"}), ran.err
    assert (folder / "target" / "buildkit" / "batches" / "0" / "output").exists() == (why == "nothing")


NAP = """extern crate proc_macro;
use std::{env, fs, path::Path, thread::sleep, time::Duration};
#[proc_macro]
pub fn nap(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("..");
    let name = env::var("CARGO_PKG_NAME").unwrap();
    let unit = env::var("OUT_DIR").map_or(String::new(), |made| format!("-{}", made.replace('/', "-")));
    fs::write(root.join(format!("began-{name}{unit}")), "").unwrap();
    while root.join(format!("hold-{name}")).exists() {
        sleep(Duration::from_millis(10));
    }
    Default::default()
}
"""
"""A macro in which the compilation of a crate waits for as long as a file is there."""

HELD = """fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let root = std::path::Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("..");
    while std::env::var("CARGO_FEATURE_SLOW").is_ok() && root.join("hold-script").exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}
"""


def test_what_is_edited_while_two_calls_compile_is_compiled_with_all_that_read_it_before(make: Make, buildkit: Buildkit) -> None:
    """A crate is compiled by one call, edited, and compiled by the next one, during which the first one reads what there was."""
    napping = 'nap = { path = "../nap" }\n'
    package = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{more}'
    files = {
        **FILES,
        "Cargo.toml": f'[workspace]\nmembers = ["app", "base", "between", "gate", "nap", "used"]\nresolver = "2"\n# {uuid4()}\n',
        "gate/Cargo.toml": package.format(name="gate", more=napping),
        "used/Cargo.toml": package.format(name="used", more=napping),
        "nap/Cargo.toml": package.format(name="nap", more="[lib]\nproc-macro = true\n"),
    }
    folder = make(FEATURES + napping + 'gate = { path = "../gate" }\nused = { path = "../used" }\n', settings=EACH, files=files)
    sources = {
        "gate": "nap::nap!();\n",
        "used": "nap::nap!();\npub fn gone() {}\n",
        "nap": NAP,
        "app": "nap::nap!();\npub fn user() { used::gone() }\n",
    }
    for name, text in sources.items():
        (folder / name / "src" / "lib.rs").write_text(text, encoding="utf-8")
    (folder / "app" / "build.rs").write_text(HELD, encoding="utf-8")
    arguments = ("check", "-C", str(folder), "-p", "app", "--jobs", "4", "--format", "json")
    # Of files that were written a moment ago cargo does not believe the times.
    sleep(2)
    for name in ("script", "gate"):
        (folder / f"hold-{name}").touch()
    with ThreadPoolExecutor() as threads:
        checked = threads.submit(buildkit, *arguments)
        try:
            assert until(lambda: (folder / "began-gate").exists() and made_of(folder, "used"))
            (folder / "began-used").unlink()
            (folder / "hold-used").touch()
            (folder / "used" / "src" / "lib.rs").write_text("nap::nap!();\n", encoding="utf-8")
            sleep(0.1)
            (folder / "hold-gate").unlink()
            assert until((folder / "began-used").exists)
            (folder / "hold-script").unlink()
            # The cells of the first call: one without a feature, and the slow one.
            assert until(lambda: len(list(folder.glob("began-app-*"))) == 2)
        finally:
            for held in folder.glob("hold-*"):
                held.unlink()
        checked.result()
    again = buildkit(*arguments)
    assert again.code == 1, again.err
    assert {cell["verdict"] for cell in again.document["cells"]} == {"fail"}


def made_of(folder: Path, crate: str) -> bool:
    """Say whether a call has compiled a crate to the end."""
    return any((folder / "target" / "buildkit").glob(f"*/debug/.fingerprint/{crate}-*/lib-{crate}.json"))

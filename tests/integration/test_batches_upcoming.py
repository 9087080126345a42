"""The next cargo is started while the last cells of a call are compiled, and waits for its turn."""

from __future__ import annotations

from uuid import uuid4

import pytest
from command_line import Buildkit
from faulty import EACH, Make

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

SCRIPT = """use std::{{env, path::Path, thread::sleep, time::Duration}};
fn main() {{
    let other = Path::new(&env::var("CARGO_MANIFEST_DIR").unwrap()).join("../target/buildkit/batches/1/Cargo.toml");
    if env::var("CARGO_FEATURE_SLOW").is_ok() {{
        for _ in 0..600 {{
            if other.exists() {{
                {then}
            }}
            sleep(Duration::from_millis(100));
        }}
        panic!("no other call was begun");
    }}
}}
"""
"""A build script that waits for the second scratch workspace: the first one is in use."""

pytestmark = pytest.mark.integration


def workspace(make: Make, then: str) -> str:
    """Make a workspace whose cells need two calls: what is `between` differs by a feature of `base` that is not its own."""
    folder = make(FEATURES, settings=EACH, files={**FILES, "Cargo.toml": f"{ROOT}# {uuid4()}\n"})
    (folder / "app" / "build.rs").write_text(SCRIPT.format(then=then), encoding="utf-8")
    return str(folder)


def test_the_next_call_is_begun_before_the_last_cell_of_a_call_has_passed(make: Make, buildkit: Buildkit) -> None:
    ran = buildkit("check", "-C", workspace(make, "return;"), "-p", "app", "--jobs", "2", "--format", "json")
    assert ran.code == 0, ran.err
    assert ran.document["summary"]["cargo_calls"] == 2
    assert "waiting for" not in ran.err


def test_what_fails_in_the_meantime_is_checked_by_itself_after_the_call_that_was_begun(make: Make, buildkit: Buildkit) -> None:
    ran = buildkit("check", "-C", workspace(make, 'panic!("as intended");'), "-p", "app", "--jobs", "2", "--format", "json")
    cells = ran.document["cells"]
    assert ran.code == 1
    assert {cell["id"].rpartition("/")[2]: cell["verdict"] for cell in cells if cell["verdict"] != "pass"} == {"slow": "fail"}
    assert ran.document["summary"]["cargo_calls"] == 3
    (failed,) = (cell for cell in cells if cell["verdict"] == "fail")
    assert "as intended" in failed["stages"][-1]["diagnostics"]

"""The library of the runtara fixture for every kind of target: one file for each crate, and rustc can link it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import platformdirs
import pytest
from command_line import Buildkit
from prebuilding import compiled, compiler_of, library_at
from working_copy import working_copy

from buildkit.workflow.library.model import CrateKind, Library

STORE = Path(platformdirs.user_cache_dir("buildkit", appauthor=False))

pytestmark = [pytest.mark.integration, pytest.mark.network]

PROGRAM = "use runtara_workflow_stdlib as _; fn main() {}"
BARE = "#![no_std] pub use runtara_workflow_stdlib as library;"
SERVED = {
    "native": "native",
    "native-musl": "native",
    "wasm32-wasip2": "wasi",
    "wasm32-unknown-unknown": "wasm-js",
    "thumbv7em-none-eabihf": "embedded",
    "thumbv6m-none-eabi": "embedded",
}


@pytest.fixture
def buildkit(tmp_path: Path) -> Buildkit:
    return Buildkit(folder=tmp_path, environment={"CARGO_TARGET_DIR": str(working_copy().output)})


def prebuilt(buildkit: Buildkit, target: str) -> Library:
    ran = buildkit("prebuild", "-C", str(working_copy().workspace), "--locked", "--format", "json", "-t", target, timeout=3600)
    assert ran.code == 0, ran.err
    (entry,) = json.loads(ran.out)["libraries"]
    return library_at(entry["folder"])


def tree(library: Library, *edges: str) -> set[tuple[str, str]]:
    """Return the packages of the closure as cargo's own tree tells them."""
    cargo = compiler_of(library, STORE).cargo
    features = ("--no-default-features", "--features", ",".join(library.features))
    argv = (str(cargo), "tree", "--locked", "-p", library.package, *features, "--target", library.triple, "--prefix", "none", *edges)
    done = subprocess.run(argv, cwd=working_copy().workspace, capture_output=True, text=True, check=True)
    lines = (line.split() for line in done.stdout.splitlines() if line.strip())
    return {(words[0], words[1].removeprefix("v")) for words in lines}


@pytest.mark.parametrize("target", SERVED)
def test_there_is_one_file_for_each_crate_of_the_closure(target: str, buildkit: Buildkit) -> None:
    library = prebuilt(buildkit, target)
    assert library.features == (SERVED[target],)
    rlibs = [(crate.package, crate.version) for crate in library.crates if crate.kind is CrateKind.RLIB]
    assert len(rlibs) == len(set(rlibs))
    assert set(rlibs) == tree(library, "--edges", "normal,no-proc-macro")
    on_disk = {path.relative_to(library.folder).as_posix() for path in library.folder.rglob("*") if path.is_file()}
    assert on_disk - {"library.json", "manifest.json"} == {crate.file for crate in library.crates}


@pytest.mark.parametrize("target", SERVED)
def test_rustc_links_a_program_against_it(target: str, buildkit: Buildkit, tmp_path: Path) -> None:
    library = prebuilt(buildkit, target)
    is_bare = SERVED[target] == "embedded"
    flags = ("--crate-type", "rlib") if is_bare else ()
    assert compiled(library, STORE, BARE if is_bare else PROGRAM, tmp_path / "out", *flags).stat().st_size > 0

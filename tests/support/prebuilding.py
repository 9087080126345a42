"""A small workspace with a library that workflows could link, and what `buildkit prebuild` says of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from command_line import Buildkit, Ran
from faulty import PACKAGE
from oracle import write_files

from buildkit.process import ProcessRunner
from buildkit.toolchain.discover import discover
from buildkit.toolchain.model import Toolchain
from buildkit.workflow.library.model import Library, read_library, rustc_arguments

LIBRARY = """\
#[derive(macros::Named)]
pub struct Greeting;
pub fn greet() -> String { format!("{} {}", Greeting::name(), near::answer()) }
pub fn fail() { panic!("from the library") }
pub const TEXT: &str = include_str!("../../shared.txt");
pub const ASKED: Option<&str> = option_env!("ASKED");
"""
MACRO = """\
use proc_macro::TokenStream;
#[proc_macro_derive(Named)]
pub fn named(_: TokenStream) -> TokenStream {
    "impl Greeting { pub fn name() -> &'static str { \\"named\\" } }".parse().unwrap()
}
"""
SLOW = "SLOW_AT"
SCRIPT = """\
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if let Ok(place) = std::env::var("SLOW_AT") {
        std::fs::write(place, "").unwrap();
        std::thread::sleep(std::time::Duration::from_secs(300));
    }
}
"""
FILES = {
    "Cargo.toml": '[workspace]\nmembers = ["app", "near", "macros"]\nresolver = "2"\n',
    "buildkit.toml": '[workspace]\ntargets = ["native"]\n[workflow]\nlibrary = "app"\n',
    "shared.txt": "shared",
    "app/Cargo.toml": PACKAGE.format(name="app")
    + "[features]\nnative = []\nmore = []\n[dependencies]\nnear.path = '../near'\nmacros.path = '../macros'\n",
    "app/src/lib.rs": LIBRARY,
    "near/Cargo.toml": PACKAGE.format(name="near"),
    "near/src/lib.rs": "pub fn answer() -> u32 { 42 }\n",
    "near/build.rs": SCRIPT,
    "macros/Cargo.toml": PACKAGE.format(name="macros") + "[lib]\nproc-macro = true\n",
    "macros/src/lib.rs": MACRO,
}
PROGRAM = 'fn main() { assert_eq!(app::TEXT, "shared"); println!("{}", app::greet()); }\n'


@dataclass(frozen=True, kw_only=True)
class Prebuilding:
    """A workspace and a store of its own."""

    root: Path
    store: Path

    def fill(self) -> Prebuilding:
        """Write the workspace."""
        write_files(self.root, FILES)
        for name, text in FILES.items():
            (self.root / name).write_text(text, encoding="utf-8")
        return self

    @property
    def buildkit(self) -> Buildkit:
        """Return the command, which compilers are the machine's own."""
        return Buildkit(folder=self.root, environment={"BUILDKIT_CACHE_DIR": str(self.store)})

    def run(self, *arguments: str) -> Ran:
        """Prebuild, reporting as JSON."""
        return self.buildkit("prebuild", "-C", str(self.root), "--offline", "--format", "json", *arguments)

    def entry(self, *arguments: str) -> dict[str, Any]:
        """Prebuild, and return what is said of the one library."""
        ran = self.run(*arguments)
        assert ran.code == 0, ran.err
        (entry,) = json.loads(ran.out)["libraries"]
        found: dict[str, Any] = entry
        return found

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Start to prebuild."""
        command = (sys.executable, "-m", "buildkit", "prebuild", "-C", str(self.root), "--offline", "--format", "json")
        return subprocess.Popen(
            command,
            cwd=self.root,
            env={**os.environ, "BUILDKIT_CACHE_DIR": str(self.store), **environment},
            stdout=subprocess.PIPE,
            text=True,
        )


def library_at(folder: str | Path) -> Library:
    """Return the library in a folder."""
    library = read_library(Path(folder))
    assert library is not None
    return library


def compiler_of(library: Library, store: Path) -> Toolchain:
    """Return the compiler that made a library."""
    found = discover(environment=dict(os.environ), store=store, processes=ProcessRunner())
    return next(
        toolchain for toolchain in found if (toolchain.commit, toolchain.release) == (library.compiler.commit, library.compiler.release)
    )


def compiled(library: Library, store: Path, source: str, folder: Path, *flags: str) -> Path:
    """Compile a program against a library, with nothing but what the library says."""
    folder.mkdir(exist_ok=True)
    (folder / "main.rs").write_text(source, encoding="utf-8")
    rustc = compiler_of(library, store).rustc
    settings = (
        "--edition",
        library.edition,
        "--target",
        library.triple,
        "-Cpanic=abort" if "panic" in library.profile else "-Cpanic=unwind",
    )
    done = subprocess.run(
        (str(rustc), "main.rs", *settings, *rustc_arguments(library), *flags, "-o", "program"),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "program"

"""A workspace that reads its inputs in every way that cargo and rustc know, and edits of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from checked import Edit
from oracle import write_files

PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'

LIBRARY = """\
mod foo;
#[cfg(windows)]
mod windows;
include!(concat!(env!("OUT_DIR"), "/made.rs"));
pub const TEXT: &str = include_str!("../../shared text.txt");
pub const MAYBE: Option<&str> = option_env!("MAYBE");
pub const HOME: &str = env!("CARGO_MANIFEST_DIR");
#[derive(quiet::Quiet)]
pub struct Quiet;
pub fn neighbor() { beside::beside(); foo::foo(); made(); }
#[cfg(feature = "broken")]
pub fn broken() -> u8 { "text" }
"""

BUILD_SCRIPT = """\
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=made.txt");
    println!("cargo:rerun-if-changed=watched");
    println!("cargo::rerun-if-env-changed=ASKED");
    let made = std::fs::read_to_string("made.txt").unwrap();
    let folder = std::env::var("OUT_DIR").unwrap();
    std::fs::write(std::path::Path::new(&folder).join("made.rs"), made).unwrap();
}
"""

MACRO = """\
use proc_macro::TokenStream;
#[proc_macro_derive(Quiet)]
pub fn quiet(_: TokenStream) -> TokenStream { TokenStream::new() }
"""

FILES = {
    "ws/Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app", "quiet", "tried"]\n',
    "ws/shared text.txt": "shared",
    "ws/app/Cargo.toml": PACKAGE.format("app")
    + "[features]\nbroken = []\nextra = []\n[dependencies]\nquiet.path = '../quiet'\nbeside.path = '../../other/beside'\n"
    + "[dev-dependencies]\ntried.path = '../tried'\n# build.rs",
    "ws/app/src/lib.rs": LIBRARY,
    "ws/app/src/foo.rs": "pub fn foo() {}\n",
    "ws/app/src/windows.rs": "",
    "ws/app/build.rs": BUILD_SCRIPT,
    "ws/app/made.txt": "pub fn made() {}\n",
    "ws/app/README.md": "read by nobody",
    "ws/app/watched/one": "1",
    "ws/quiet/Cargo.toml": PACKAGE.format("quiet") + "[lib]\nproc-macro = true\n",
    "ws/quiet/src/lib.rs": MACRO,
    "ws/tried/Cargo.toml": PACKAGE.format("tried"),
    "other/Cargo.toml": "[workspace]\nmembers = ['beside']\n[workspace.package]\nedition = '2021'\n",
    "other/beside/Cargo.toml": '[package]\nname = "beside"\nversion = "0.1.0"\nedition.workspace = true\n',
    "other/beside/src/lib.rs": "pub fn beside() {}\n",
}


def write_workspace(folder: Path) -> Path:
    """Write the workspace and what lies beside it, and return its root."""
    write_files(folder, FILES)
    # An empty library and build script would do for most workspaces.
    write("ws/app/src/lib.rs", LIBRARY)(folder)
    write("ws/app/build.rs", BUILD_SCRIPT)(folder)
    write("ws/quiet/src/lib.rs", MACRO)(folder)
    return folder / "ws"


def write(name: str, text: str) -> Edit:
    """Return an edit that gives a file another content."""

    def edit(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    return edit


def append(name: str, text: str) -> Edit:
    """Return an edit that adds to the end of a file."""

    def edit(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return edit


def remove(name: str) -> Edit:
    """Return an edit that removes a file."""
    return lambda folder: (folder / name).unlink()


def touch_all(folder: Path) -> None:
    """Touch what a checkout has; what cargo made says by its times when it was made."""
    for path in folder.rglob("*"):
        if "target" not in path.relative_to(folder).parts:
            path.touch()


def same(_: Path) -> None:
    """Change nothing."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change, whether the verdict is still found after it, and the verdict that the changed workspace has."""

    found: bool
    edit: Edit = same
    verdict: str = "pass"
    environment: Mapping[str, str] = field(default_factory=dict)

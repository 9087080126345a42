"""What stands in for rustc where a scratch workspace is compiled, as cargo calls it."""

from __future__ import annotations

from pathlib import Path

import pytest
from batch_graphs import open_cells
from defects import manifest, together, write_workspace

from buildkit.cargo.skipping import DRIVER_VARIABLE, FOLDERS_VARIABLE, SCRIPT, VARIABLE
from buildkit.execute.scratch import write_linting, write_skipping
from buildkit.process import Command, Completed, ProcessRunner

pytestmark = pytest.mark.integration

WRAPPER = ("--crate-name", "buildkit_cell_1", "--edition=2021", "lib.rs", "--emit=dep-info,metadata")
NAMED = ("-C", "metadata=0", "-C", "extra-filename=-abc", "--out-dir")


def call(folder: Path, *arguments: str) -> Completed:
    """Call the program as cargo does, with an `echo` for the compiler."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    variables = {"before": "--out-dir", "folder": "/absent", "suffix": "-x"}
    return ProcessRunner().run(Command(argv=(str(write_skipping(scratch)), "echo", *arguments), cwd=folder, env=variables))


def test_the_files_of_a_wrapper_are_written_without_the_compiler(tmp_path: Path) -> None:
    out = tmp_path / "a folder"
    out.mkdir()
    done = call(tmp_path, *WRAPPER, *NAMED, str(out))
    assert (done.succeeded, done.stdout) == (True, "")
    assert {file.name: file.read_bytes() for file in out.iterdir()} == {
        "libbuildkit_cell_1-abc.rmeta": b"",
        "buildkit_cell_1-abc.d": b"",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("-vV",), id="a question"),
        pytest.param(("-", "--crate-name", "___", "--print=cfg"), id="another question"),
        pytest.param(("--crate-name", "app", *WRAPPER[2:], *NAMED, "."), id="another crate"),
        pytest.param((*WRAPPER[:-1], "--emit=dep-info,link", *NAMED, "."), id="what is linked"),
        pytest.param(WRAPPER, id="no folder is named"),
    ],
)
def test_everything_else_is_the_compilers(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert call(tmp_path, *arguments).stdout.split() == list(arguments)
    assert not list(tmp_path.glob("*.rmeta"))


def test_a_folder_that_cannot_be_written_is_left_to_the_compiler(tmp_path: Path) -> None:
    assert call(tmp_path, *WRAPPER, *NAMED, str(tmp_path / "absent")).stdout.startswith("--crate-name")


def lint(folder: Path, *arguments: str, **variables: str) -> Completed:
    """Call the program that stands where clippy is to be called, with an `echo` for each program."""
    scratch = folder / "scratch"
    scratch.mkdir(exist_ok=True)
    told = {DRIVER_VARIABLE: "/bin/echo", FOLDERS_VARIABLE: "/ws/app\n/ws/low", **variables}
    return ProcessRunner().run(Command(argv=(str(write_linting(scratch)), *arguments), cwd=folder, env=told))


COMPILING = ("rustc", "--crate-name", "app", "lib.rs")
CRATE = {"CARGO_CRATE_NAME": "app"}


@pytest.mark.parametrize("folder", ["/ws/app", "/ws/low"])
def test_a_member_is_compiled_by_way_of_clippy(folder: str, tmp_path: Path) -> None:
    done = lint(tmp_path, *COMPILING, CARGO_MANIFEST_DIR=folder, **CRATE)
    assert done.stdout.split() == list(COMPILING)


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        pytest.param(COMPILING[1:], {"CARGO_MANIFEST_DIR": "/ws/ap"} | CRATE, id="a folder whose name only begins alike"),
        pytest.param(COMPILING[1:], {"CARGO_MANIFEST_DIR": "/ws/app/inner"} | CRATE, id="a folder below"),
        pytest.param(COMPILING[1:], {"CARGO_MANIFEST_DIR": "/ws/app"}, id="what a build script asks"),
        pytest.param(("-vV",), {"CARGO_MANIFEST_DIR": "/ws/app"} | CRATE, id="a question"),
        pytest.param(("rustc", "-vV"), {}, id="a question by way of clippy"),
    ],
)
def test_all_others_are_compiled_as_they_are(arguments: tuple[str, ...], variables: dict[str, str], tmp_path: Path) -> None:
    done = lint(tmp_path, "/bin/echo", *arguments, **{DRIVER_VARIABLE: "/bin/false"} | variables)
    assert (done.succeeded, done.stdout.split()) == (True, list(arguments))


def test_the_files_of_a_wrapper_are_written_without_clippy(tmp_path: Path) -> None:
    out = tmp_path / "a folder"
    out.mkdir()
    assert lint(tmp_path, "/bin/false", "rustc", *WRAPPER, *NAMED, str(out)).succeeded
    assert {file.name for file in out.iterdir()} == {"libbuildkit_cell_1-abc.rmeta", "buildkit_cell_1-abc.d"}


def test_cells_that_share_a_call_are_compiled_and_their_wrappers_are_not(tmp_path: Path) -> None:
    files = {"ws/crates/app/Cargo.toml": manifest("app", "a = []\nb = []"), "ws/crates/app/src/lib.rs": "pub fn one() {}\n"}
    root = write_workspace(tmp_path, files)
    found, commands = together(open_cells(root, ("native",)))
    assert set(found.values()) == {"pass"}
    (wrapped,) = (command for command in commands if VARIABLE in command.env)
    program = Path(wrapped.env[VARIABLE] or "")
    assert program.read_text(encoding="utf-8") == SCRIPT
    written = {file.name.partition("-")[0]: file.stat().st_size for file in root.rglob("deps/*.rmeta")}
    assert written.pop("libapp") > 0
    assert set(written.values()) == {0}

"""What clippy-driver did not write down as its own is not believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from linked import link_all, resolved
from toolchain_fakes import NATIVE
from workspaces import package, workspace

from buildkit.cargo.messages import CompilerArtifact, MessageTarget
from buildkit.execute.attribution import Made
from buildkit.execute.graphs import Graph
from buildkit.execute.linted import members_below, unlinted
from buildkit.execute.work import Work
from buildkit.model import Cell
from buildkit.plan.model import Origin, PlannedCell, Subject

MARK = "buildkit_inputs_0123456789abcdef"
TOLD = f"# env-dep:CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__--cfg={MARK}__CLIPPY_HACKERY__\n"
MEMBERS = frozenset({"app"})


def made(file: Path, *, kind: str = "lib", identity: str = "app") -> CompilerArtifact:
    target = MessageTarget(name="app", kind=(kind,))
    return CompilerArtifact(package_id=identity, target=target, features=("x",), filenames=(file,), fresh=False)


def written(folder: Path, text: str | None) -> Path:
    """Return what a compilation made, with a description of it."""
    deps = folder / "deps"
    deps.mkdir()
    if text is not None:
        (deps / "app-0123456789abcdef.d").write_text(f"app.rmeta: src/lib.rs\n\n{text}")
    return deps / "libapp-0123456789abcdef.rmeta"


def test_what_clippy_made_is_believed(tmp_path: Path) -> None:
    assert unlinted(made(written(tmp_path, TOLD)), MARK, MEMBERS) is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="made by rustc"),
        pytest.param(TOLD.replace("0123", "9999"), id="told something else"),
        pytest.param("# env-dep:CLIPPY_ARGS\n", id="told nothing"),
        pytest.param(f"# env-dep:OTHER={MARK}\n", id="another variable"),
        pytest.param(None, id="not described"),
    ],
)
def test_nothing_else_is_believed(text: str | None, tmp_path: Path) -> None:
    assert unlinted(made(written(tmp_path, text)), MARK, MEMBERS) == Made("app")


def test_what_clippy_does_not_look_at_needs_no_proof(tmp_path: Path) -> None:
    assert unlinted(made(written(tmp_path, ""), identity="other"), MARK, MEMBERS) is None


def test_a_build_script_needs_a_proof_as_well(tmp_path: Path) -> None:
    folder = tmp_path / "build" / "app-1"
    folder.mkdir(parents=True)
    artifact = made(folder / "build-script-build", kind="custom-build")
    assert unlinted(artifact, MARK, MEMBERS) == Made("app")
    (folder / "build_script_build-1.d").write_text(TOLD)
    assert unlinted(artifact, MARK, MEMBERS) is None


def test_only_members_that_cells_compile_are_told_apart() -> None:
    app, far = package("app", {"x": ()}), package("far")
    cell = Cell(package="app", target="native", features=("x",))
    planned = PlannedCell(cell=cell, subject=Subject(package=app, target=NATIVE), origin=Origin.ASSUMED)
    work = Work(planned=planned, graph=Graph(resolution=resolved(link_all(app, far), "app", "x"), problem=None, seconds=0.0))
    assert members_below(workspace(app, far), [work]) == (app,)

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import buildkit.cli.init as init_verb
from buildkit.cargo.metadata import Package, Workspace
from buildkit.cli.main import run
from buildkit.errors import ExitCode


@pytest.fixture
def workspace(root: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Give a workspace of one package, and answer with it in cargo's place."""
    package = Package(
        id="app", name="app", version="1.0.0", manifest_path=root, features={"wasi": ()}, dependencies=(), targets=(), edition="2021"
    )
    found = Workspace(root=root, target_directory=root / "target", members=(package,), packages={"app": package}, edges={})
    monkeypatch.setattr(init_verb, "find_cargo", lambda *_, **__: None)
    monkeypatch.setattr(init_verb, "read_session_workspace", lambda *_, **__: found)
    return found


def test_init_writes_a_configuration_that_config_reads(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init"]) == ExitCode.PASSED
    assert (workspace.root / "buildkit.toml").is_file()
    capsys.readouterr()
    assert run(["config", "--explain", "package.app.target.wasm32-wasip2.features"]) == ExitCode.PASSED
    assert capsys.readouterr().out.startswith('package.app.target.wasm32-wasip2.features = ["wasi"]\n')


def test_init_never_overwrites_and_says_so(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    file = workspace.root / "buildkit.toml"
    file.write_text("# mine\n")
    assert run(["init"]) == ExitCode.USAGE
    assert file.read_text() == "# mine\n"
    err = capsys.readouterr().err
    assert "exists already, and is not overwritten" in err
    assert "buildkit init --stdout" in err


def test_init_to_standard_output_writes_nothing(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--stdout"]) == ExitCode.PASSED
    assert tomllib.loads(capsys.readouterr().out)["package"]["app"]["target"] == {"wasm32-wasip2": {"features": ["wasi"]}}
    assert not (workspace.root / "buildkit.toml").exists()


def test_init_writes_to_the_file_that_is_named(workspace: Workspace) -> None:
    assert run(["init", "--config", str(workspace.root / "other.toml")]) == ExitCode.PASSED
    assert [path.name for path in workspace.root.glob("*.toml") if path.name != "Cargo.toml"] == ["other.toml"]

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from buildkit.cli.main import run
from buildkit.config.json_schema import schema_text
from buildkit.errors import ExitCode


def test_config_prints_a_configuration_that_says_where_it_stands(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "buildkit.toml").write_text("[cargo]\njobs = 2\n")
    assert run(["config"]) == ExitCode.PASSED
    out = capsys.readouterr().out
    assert out.startswith(f"# {root / 'buildkit.toml'}\n")
    assert tomllib.loads(out)["cargo"] == {"locked": False, "jobs": 2, "disk-budget": "20 GB"}


def test_config_as_json_is_one_document(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--json", "-j", "3"]) == ExitCode.PASSED
    document = json.loads(capsys.readouterr().out)
    assert (document["version"], document["file"], document["configuration"]["cargo"]["jobs"]) == (1, None, 3)


def test_config_explains_what_overrode_what(root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "buildkit.toml").write_text("[cargo]\njobs = 2\n")
    monkeypatch.setenv("BUILDKIT_JOBS", "4")
    assert run(["config", "--explain", "cargo.jobs", "-j", "3"]) == ExitCode.PASSED
    assert capsys.readouterr().out == (
        "cargo.jobs = 3\n    from --jobs (command-line)\n    instead of 4 from BUILDKIT_JOBS (environment)\n    instead of 2 from buildkit.toml:2 (file)\n"
    )


def test_config_explains_what_is_added_to_a_target(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "buildkit.toml").write_text("[target.wasm32-wasip2]\ntags = ['mine']\n")
    assert run(["config", "--explain", "target.wasm32-wasip2.tags"]) == ExitCode.PASSED
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ['target.wasm32-wasip2.tags = ["mine"]', "    from buildkit.toml:2 (file)"]
    assert lines[2].startswith("    added to [")
    assert lines[2].endswith(" from buildkit_targets.wasm32_wasip2 (plugin)")


def test_config_explains_every_key_of_a_table(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--explain", "cargo", "--json", "-j", "3"]) == ExitCode.PASSED
    keys = json.loads(capsys.readouterr().out)["keys"]
    assert keys == {
        "cargo.jobs": [{"value": 3, "origin": "command-line", "place": "--jobs"}],
        "cargo.disk-budget": [{"value": "20 GB", "origin": "built-in", "place": "built-in"}],
        "cargo.locked": [{"value": False, "origin": "built-in", "place": "built-in"}],
    }


def test_config_refuses_an_unknown_key(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--explain", "workspace.target"]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "unknown key 'workspace.target'" in err
    assert "workspace.targets" in err


def test_config_prints_the_schema_without_a_workspace(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["config", "--schema"]) == ExitCode.PASSED
    assert capsys.readouterr().out == schema_text()

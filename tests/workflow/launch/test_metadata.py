from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.workflow.launch.metadata import is_compiled


@pytest.mark.parametrize(
    ("text", "compiled"),
    [
        pytest.param('{"version": 1, "scenario": {"name": "a"}, "artifact": "a.wasm", "size": 1}', True, id="metadata"),
        pytest.param('{"version": 1, "scenario": {"name": "a"}, "artifact": "b.wasm", "size": 1}', False, id="of another file"),
        pytest.param('{"name": "a", "steps": []}', False, id="other JSON"),
        pytest.param("{", False, id="no JSON"),
        pytest.param(None, False, id="nothing"),
    ],
)
def test_an_artifact_is_a_compiled_scenario_when_its_metadata_say_so(tmp_path: Path, text: str | None, *, compiled: bool) -> None:
    if text is not None:
        (tmp_path / "a.wasm.json").write_text(text)
    assert is_compiled(tmp_path / "a.wasm") is compiled

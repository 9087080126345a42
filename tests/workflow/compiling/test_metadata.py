"""The file beside an artifact: what it is, and what is said of one that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from compiled_metadata import metadata

from buildkit.errors import ConfigurationError
from buildkit.workflow.compiling.metadata import Kind, look_beside, metadata_file, metadata_text, read_metadata, required_metadata
from buildkit.workflow.needs import Need
from buildkit.workflow.value_types import ValueType


def text(**changes: Any) -> str:
    return json.dumps(json.loads(metadata_text(metadata("a.wasm"))) | changes)


@pytest.mark.parametrize(
    ("artifact", "content", "kind"),
    [
        pytest.param("a.wasm", text(), Kind.OWN, id="own"),
        pytest.param("a.wasm", text(more="later"), Kind.OWN, id="with what a later buildkit adds"),
        pytest.param("b.wasm", text(), Kind.OTHER, id="of another file"),
        pytest.param("a.wasm", text(version=2), Kind.NEWER, id="newer"),
        pytest.param("a.wasm", text(version=2, input="otherwise"), Kind.NEWER, id="newer and otherwise"),
        pytest.param("a.wasm", text(input="no types"), Kind.DAMAGED, id="damaged value"),
        pytest.param("a.wasm", text(artifact=5), Kind.DAMAGED, id="damaged name"),
        pytest.param("a.wasm", text()[:200], Kind.DAMAGED, id="cut off"),
        pytest.param("a.wasm", "", Kind.DAMAGED, id="empty beside wasm"),
        pytest.param("a", "", Kind.FOREIGN, id="empty beside a program"),
        pytest.param("a", metadata_text(metadata("a"))[:-10], Kind.DAMAGED, id="cut off beside a program"),
        pytest.param("a", '{"name": "a", "version": "1.0.0"}', Kind.FOREIGN, id="package.json"),
        pytest.param("a.wasm", '{"name": "a", "version": "1.0.0"}', Kind.FOREIGN, id="other JSON beside wasm"),
        pytest.param("a", "// settings\n{}", Kind.FOREIGN, id="something like JSON"),
        pytest.param("a", "[]", Kind.FOREIGN, id="a list"),
        pytest.param("a.wasm", None, Kind.ABSENT, id="nothing"),
    ],
)
def test_the_file_beside_an_artifact_is_told_apart(tmp_path: Path, artifact: str, content: str | None, kind: Kind) -> None:
    if content is not None:
        metadata_file(tmp_path / artifact).write_text(content)
    beside = look_beside(tmp_path / artifact)
    assert beside.kind is kind
    assert (read_metadata(tmp_path / artifact) is not None) is (kind is Kind.OWN)


def test_a_folder_of_the_name_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    assert required_metadata(tmp_path / "a") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(text(version=7), "is metadata of version 7, and buildkit 0.1.0 knows 1; it describes a.wasm", id="newer"),
        pytest.param(text(size="large"), "is damaged: Expected `int`, got `str` - at `$.size`; it describes a.wasm", id="damaged"),
    ],
)
def test_what_cannot_be_used_names_the_command_that_makes_it_anew(tmp_path: Path, content: str, message: str) -> None:
    artifact = tmp_path / "a.wasm"
    metadata_file(artifact).write_text(content)
    with pytest.raises(ConfigurationError) as caught:
        required_metadata(artifact)
    assert caught.value.message == f"{artifact}.json: {message}"
    assert caught.value.hint == f"buildkit compile SCENARIO.json -t wasm32-wasip2 -o {artifact}"


def test_metadata_of_before_there_were_needs_is_read(tmp_path: Path) -> None:
    older = json.loads(text())
    del older["needs"]
    metadata_file(tmp_path / "a.wasm").write_text(json.dumps(older))
    found = required_metadata(tmp_path / "a.wasm")
    assert found is not None
    assert found.needs is None


def test_needs_are_read_as_they_were_written(tmp_path: Path) -> None:
    metadata_file(tmp_path / "a.wasm").write_text(text())
    found = required_metadata(tmp_path / "a.wasm")
    assert found is not None
    assert found.needs == {"name": Need(required=True, types=(ValueType.STRING,))}

from __future__ import annotations

import os
from pathlib import Path

import pytest
from compiled_metadata import metadata
from scenarios import bundled

from buildkit.errors import UsageError
from buildkit.workflow.compiling.metadata import metadata_file, metadata_text, read_metadata
from buildkit.workflow.compiling.outputs import artifact_file, require_free


@pytest.mark.parametrize(
    ("target", "alone", "path"),
    [
        pytest.param("native-musl", True, "out/order", id="program"),
        pytest.param("wasm32-wasip2", True, "out/order.wasm", id="component"),
        pytest.param("thumbv6m-none-eabi", True, "out/order.a", id="library"),
        pytest.param("wasm32-wasip2", False, "out/wasm32-wasip2/order.wasm", id="one of several"),
    ],
)
def test_an_artifact_is_named_by_the_scenario_and_its_target(target: str, alone: bool, path: str) -> None:  # noqa: FBT001  # a case
    assert artifact_file(Path("scenarios/order.json"), bundled()[target], alone=alone) == Path(path)


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "order.json"
    file.write_text("{}")
    return file


def test_the_metadata_may_not_replace_the_scenario(scenario: Path) -> None:
    with pytest.raises(UsageError, match=r"order\.json is the scenario itself") as caught:
        require_free(scenario.with_name("order"), scenario)
    assert caught.value.hint == "-o out/order"


def test_the_artifact_may_not_replace_the_scenario(scenario: Path) -> None:
    scenario.with_name("link").symlink_to(scenario)
    with pytest.raises(UsageError, match="is the scenario itself"):
        require_free(scenario.with_name("link"), scenario)


def test_what_is_no_metadata_is_not_replaced(scenario: Path) -> None:
    other = scenario.with_name("package.json")
    other.write_text('{"name": "x", "version": "1.0.0"}')
    with pytest.raises(UsageError, match=r"package\.json is no metadata of buildkit"):
        require_free(scenario.with_name("package"), scenario)


def test_metadata_is_replaced_also_of_another_version(scenario: Path) -> None:
    artifact = scenario.with_name("a")
    metadata_file(artifact).write_text(metadata_text(metadata("a")).replace('"version": 1,', '"version": 7,', 1))
    require_free(artifact, scenario)
    assert read_metadata(artifact) is None


def test_a_folder_is_no_place_for_an_artifact(scenario: Path) -> None:
    with pytest.raises(UsageError, match="is a folder") as caught:
        require_free(scenario.parent, scenario)
    assert caught.value.hint == f"-o {scenario.parent / 'NAME'}"


@pytest.mark.parametrize("name", ["", "."])
def test_an_artifact_has_a_name(scenario: Path, name: str) -> None:
    with pytest.raises(UsageError, match="names no file"):
        require_free(Path(name), scenario)


def test_a_device_or_a_pipe_is_no_place_for_an_artifact(scenario: Path) -> None:
    pipe = scenario.with_name("pipe")
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="is no file that could be replaced"):
        require_free(pipe, scenario)


def test_a_file_is_no_folder_for_an_artifact(scenario: Path) -> None:
    with pytest.raises(UsageError, match=r"order\.json is no folder"):
        require_free(scenario / "a" / "b", scenario)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told_beforehand(scenario: Path) -> None:
    locked = scenario.with_name("locked")
    locked.mkdir(mode=0o500)
    with pytest.raises(UsageError, match="permission denied"):
        require_free(locked / "a", scenario)


def test_a_new_place_is_free(scenario: Path) -> None:
    require_free(scenario.parent / "new" / "folder" / "order", scenario)


def test_metadata_is_read_as_it_was_written(tmp_path: Path) -> None:
    artifact = tmp_path / "order.wasm"
    written = metadata("order.wasm")
    metadata_file(artifact).write_text(metadata_text(written))
    assert read_metadata(artifact) == written


def test_the_metadata_of_another_artifact_is_none(tmp_path: Path) -> None:
    metadata_file(tmp_path / "copy.wasm").write_text(metadata_text(metadata("order.wasm")))
    assert read_metadata(tmp_path / "copy.wasm") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', "\udcff"])
def test_what_cannot_be_read_is_no_metadata(tmp_path: Path, text: str) -> None:
    metadata_file(tmp_path / "a").write_bytes(text.encode(errors="surrogateescape"))
    assert read_metadata(tmp_path / "a") is None

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.config.publish import publish_new
from buildkit.errors import UsageError


def test_a_new_file_is_written_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    publish_new(tmp_path / "buildkit.toml", "[workspace]\n")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("buildkit.toml", "[workspace]\n")]


def test_a_file_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "buildkit.toml"
    file.write_text("mine")
    with pytest.raises(UsageError, match=r"buildkit\.toml exists already, and is not overwritten$") as caught:
        publish_new(file, "theirs")
    assert caught.value.hint == "buildkit init --stdout"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("buildkit.toml", "mine")]

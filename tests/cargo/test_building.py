"""What cargo's configuration says of where and in how many processes it builds."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.building import Building, read_building


def read(folder: Path, text: str | None, **environment: str) -> Building:
    """Read with one configuration file and some variables."""
    if text is not None:
        (folder / ".cargo").mkdir()
        (folder / ".cargo" / "config.toml").write_text(text, encoding="utf-8")
    return read_building(folder, {"CARGO_HOME": str(folder / "home"), **environment})


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        (None, {}, Building()),
        ("[build]\njobs = 3\n", {}, Building(jobs=3)),
        ("[build]\njobs = 3\n", {"CARGO_BUILD_JOBS": "5"}, Building(jobs=5)),
        ('[build]\njobs = "default"\n', {}, Building()),
        ("[build]\njobs = -1\n", {}, Building(jobs=-1)),
        ("[build]\njobs = 0\n", {}, Building()),
        ('[build]\nbuild-dir = "elsewhere"\n', {}, Building(has_build_dir=True)),
        (None, {"CARGO_BUILD_BUILD_DIR": "/elsewhere"}, Building(has_build_dir=True)),
        ("build = 3\n", {}, Building()),
        ("[build\n", {}, Building()),
    ],
)
def test_files_and_variables_are_read(tmp_path: Path, text: str | None, environment: dict[str, str], expected: Building) -> None:
    assert read(tmp_path, text, **environment) == expected

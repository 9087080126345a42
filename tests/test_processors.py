"""Processors are counted as cargo would count them."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.processors import affordable, allowed


def test_there_is_at_least_one_and_never_more_than_there_are() -> None:
    assert affordable(1) == 1
    assert 1 <= affordable(64) <= 64


@pytest.mark.parametrize(
    ("own", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "200000 100000\n"}, [2]),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "150000 100000\n"}, [1]),
        ("0::/a/b\n", {"a/b/cpu.max": "50000 100000\n", "cpu.max": "400000 100000\n"}, [0, 4]),
        ("0::/a\n", {}, []),
        ("0::/a\n", {"a/cpu.max": "nonsense\n"}, []),
        ("4:cpu:/a\n", {"a/cpu.max": "100000 100000\n"}, []),
        ("", {"cpu.max": "100000 100000\n"}, []),
    ],
)
def test_the_time_of_control_groups_is_read(tmp_path: Path, own: str, files: dict[str, str], expected: list[int]) -> None:
    (tmp_path / "own").write_text(own, encoding="utf-8")
    for name, text in files.items():
        (tmp_path / "groups" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "groups" / name).write_text(text, encoding="utf-8")
    assert list(allowed(tmp_path / "own", tmp_path / "groups")) == expected


def test_without_control_groups_nothing_is_limited(tmp_path: Path) -> None:
    assert list(allowed(tmp_path / "absent", tmp_path / "absent")) == []

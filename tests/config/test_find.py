from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.config.find import find_workspace
from buildkit.errors import ConfigurationError, UsageError


def manifest(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Cargo.toml").write_text(text)
    return folder


def test_the_nearest_workspace_upwards_is_found(tmp_path: Path) -> None:
    manifest(tmp_path, "[workspace]\n")
    member = manifest(tmp_path / "crates" / "a", "[package]\nname = 'a'\n")
    (member / "src").mkdir()
    assert find_workspace(member / "src") == tmp_path


def test_a_package_without_a_workspace_is_its_own(tmp_path: Path) -> None:
    assert find_workspace(manifest(tmp_path / "a", "[package]\nname = 'a'\n")) == tmp_path / "a"


def test_a_package_may_name_its_workspace(tmp_path: Path) -> None:
    manifest(tmp_path / "root", "[workspace]\n")
    member = manifest(tmp_path / "a", "[package]\nname = 'a'\nworkspace = '../root'\n")
    assert find_workspace(member) == tmp_path / "root"


def test_an_excluded_package_is_its_own_workspace(tmp_path: Path) -> None:
    manifest(tmp_path, "[workspace]\nexclude = ['fuzz', 'both']\nmembers = ['both']\n")
    assert find_workspace(manifest(tmp_path / "fuzz", "[package]\nname = 'fuzz'\n")) == tmp_path / "fuzz"
    assert find_workspace(manifest(tmp_path / "both", "[package]\nname = 'both'\n")) == tmp_path


def test_a_folder_without_any_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no Cargo workspace at or above "):
        find_workspace(tmp_path)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such directory$"):
        find_workspace(tmp_path / "absent")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"[workspace\n", r"Cargo\.toml:1: not valid TOML: Expected '\]' at the end of a table declaration$", id="no TOML"),
        pytest.param(b"[workspace]\nmembers = [1\n", r"Cargo\.toml: not valid TOML: ", id="ends too early"),
        pytest.param(b"\xff\n", r"Cargo\.toml: is not UTF-8$", id="no text"),
    ],
)
def test_a_broken_manifest_is_told_with_its_place(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "Cargo.toml").write_bytes(content)
    with pytest.raises(ConfigurationError, match=told):
        find_workspace(tmp_path)

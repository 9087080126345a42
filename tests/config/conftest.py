from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from buildkit.config.environment import PREFIX
from buildkit.config.load import LoadRequest, load_settings
from buildkit.config.settings import Settings

Load = Callable[..., Settings]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Cargo.toml").write_text("[workspace]\nmembers = []\n")
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def load(root: Path) -> Load:
    """Give a function from the text of a `buildkit.toml` to its settings; `None` writes no file."""

    def from_text(
        text: str | None = None, *, environment: Mapping[str, str] | None = None, overrides: Mapping[str, object] | None = None
    ) -> Settings:
        if text is not None:
            (root / "buildkit.toml").write_text(text)
        return load_settings(LoadRequest(directory=root, environment=environment or {}, overrides=overrides or {}))

    return from_text

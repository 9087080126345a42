"""The README's walk through a target of one's own, typed as it stands there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Buildkit

README = Path(__file__).parent.parent.parent / "README.md"

pytestmark = pytest.mark.integration


def block(name: str) -> str:
    found = re.search(rf"<!-- {name} -->\n```[a-z]+\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_a_target_is_added_in_one_file(fixture_copy: Callable[[str], Path], buildkit: Buildkit) -> None:
    workspace = fixture_copy("properties/clean-additive-features")
    (workspace / "targets").mkdir()
    (workspace / "targets" / "badge.py").write_text(block("plugin"), encoding="utf-8")
    configuration = workspace / "buildkit.toml"
    configuration.write_text(configuration.read_text(encoding="utf-8") + block("plugin-configuration"), encoding="utf-8")
    listed = buildkit("targets", "-C", str(workspace))
    assert listed.code == 0, listed.err
    assert "badge" in listed.out
    checked = buildkit("check", "-C", str(workspace), "-t", "badge", "--only", "isolation", "--format", "json")
    assert checked.code == 0, checked.err
    assert {cell["triple"] for cell in checked.document["cells"]} == {"thumbv7m-none-eabi"}

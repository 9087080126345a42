"""The folders of scratch workspaces."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

from buildkit.cargo.metadata import Workspace
from buildkit.execute.scratch import scratch_folder


def test_each_user_has_a_folder_and_the_first_free_one(tmp_path: Path) -> None:
    workspace = cast("Workspace", SimpleNamespace(target_directory=tmp_path / "target"))
    with scratch_folder(workspace) as first:
        with scratch_folder(workspace) as second:
            assert (first.name, second.name) == ("0", "1")
        with scratch_folder(workspace) as third:
            assert third == second
    with scratch_folder(workspace) as fourth:
        assert fourth == first


def test_what_is_compiled_is_marked_as_what_backups_leave_out(tmp_path: Path) -> None:
    workspace = cast("Workspace", SimpleNamespace(target_directory=tmp_path / "target"))
    tag = tmp_path / "target" / "buildkit" / "CACHEDIR.TAG"
    with scratch_folder(workspace):
        assert tag.read_text(encoding="utf-8").startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    tag.write_text("another's", encoding="utf-8")
    with scratch_folder(workspace):
        assert tag.read_text(encoding="utf-8") == "another's"

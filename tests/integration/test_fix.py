"""`buildkit fix` on small workspaces, with the real cargo and rustc."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import FIXTURES, Buildkit

from buildkit.errors import ExitCode
from buildkit.remedies.journal import JOURNAL

pytestmark = pytest.mark.integration

FixtureCopy = Callable[[str], Path]
UNMENDED = {"no-mechanical-remedy", "member-outside"}
REMEDIES = sorted(path.parent.name for path in (FIXTURES / "remedies").glob("*/buildkit.toml") if path.parent.name not in UNMENDED)
MENDABLE = (
    *(f"remedies/{name}" for name in REMEDIES),
    *(f"properties/{name}" for name in ("leak-on-one-target-cfg", "leak-through-inherited-dependency", "leaky-default-feature")),
)
WAIT_SECONDS = 60
GIT = shutil.which("git") or "git"


def contents(folder: Path) -> dict[Path, bytes]:
    """Return every file of a workspace that is not made by cargo."""
    files = (file for file in folder.rglob("*") if file.is_file() and "target" not in file.relative_to(folder).parts)
    return {file.relative_to(folder): file.read_bytes() for file in files}


@pytest.mark.parametrize("fixture", MENDABLE, ids=lambda fixture: Path(fixture).name)
def test_a_leak_is_mended_as_its_diff_said(
    fixture: str, fixture_copy: FixtureCopy, buildkit: Buildkit, golden: Callable[[str, str], None]
) -> None:
    workspace = fixture_copy(fixture)
    before = contents(workspace)
    shown = buildkit("fix", "-C", str(workspace), "--diff")
    assert shown.code == ExitCode.FAILED, shown.err
    assert contents(workspace) == before
    golden(f"fix/{workspace.name}.diff", shown.out)
    golden(f"fix/{workspace.name}.txt", shown.err)
    mended = buildkit("fix", "-C", str(workspace))
    assert mended.code == ExitCode.PASSED, mended.out + mended.err
    _patched(before, shown.out, workspace)
    checked = buildkit("check", "-C", str(workspace), "--only", "isolation", "--locked", "--verify-with-cargo", "--format", "json")
    assert checked.code == ExitCode.PASSED, checked.out
    again = buildkit("fix", "-C", str(workspace))
    assert (again.code, again.out) == (ExitCode.PASSED, "nothing to mend\n")


def _patched(before: dict[Path, bytes], diff: str, workspace: Path) -> None:
    """Hold a workspace against what `git apply` makes of the diff."""
    place = workspace.with_name("patched")
    for file, content in before.items():
        (place / file).parent.mkdir(parents=True, exist_ok=True)
        (place / file).write_bytes(content)
    subprocess.run((GIT, "apply"), cwd=place, input=diff, text=True, check=True)
    assert contents(place) == contents(workspace)


@pytest.mark.parametrize("name", sorted(UNMENDED))
def test_what_cannot_be_mended_is_told_and_left_byte_for_byte(
    name: str, fixture_copy: FixtureCopy, buildkit: Buildkit, golden: Callable[[str, str], None]
) -> None:
    place = fixture_copy(f"remedies/{name}")
    workspace = place / "workspace" if (place / "workspace").is_dir() else place
    before = contents(place)
    ran = buildkit("fix", "-C", str(workspace))
    assert ran.code == ExitCode.FAILED, ran.err
    assert contents(place) == before
    golden(f"fix/{name}.txt", ran.out.replace(str(place), "…"))


def test_every_fixture_is_used() -> None:
    assert {path.name for path in (FIXTURES / "remedies").iterdir() if path.is_dir()} == {*REMEDIES, *UNMENDED}


def test_the_json_document_says_the_same(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("remedies/missing-default-features")
    document = json.loads(buildkit("fix", "-C", str(workspace), "--json").out)
    assert document["version"] == 1
    assert [mended["subject"] for mended in document["mended"]] == ["tempfile"]
    assert document["mended"][0]["gone"]["app/wasm32-wasip2/-"] == ["store/default", "store/spill", "tempfile"]
    assert document["changed"] == ["crates/app/Cargo.toml", "Cargo.lock"]
    assert document["unmended"] == []


def test_only_what_is_selected_is_mended(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("remedies/two-ways")
    ran = buildkit("fix", "-C", str(workspace), "-p", "engine", "-t", "wasm32-wasip2")
    assert ran.code == ExitCode.NOTHING_SELECTED, ran.out
    assert buildkit("fix", "-C", str(workspace), "app/*/-").code == ExitCode.PASSED


def test_a_lock_file_that_would_change_is_kept_by_locked(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("remedies/registry-crate")
    before = contents(workspace)
    ran = buildkit("fix", "-C", str(workspace), "--locked")
    assert ran.code == ExitCode.USAGE
    assert f"{workspace}/Cargo.lock: would change with the manifests, and --locked forbids that" in ran.err
    assert contents(workspace) == before


def test_a_read_only_manifest_is_refused(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("remedies/inherited-default-features")
    before = contents(workspace)
    (workspace / "crates" / "server" / "Cargo.toml").chmod(0o444)
    ran = buildkit("fix", "-C", str(workspace))
    assert ran.code == ExitCode.USAGE
    assert "crates/server/Cargo.toml: is read-only; nothing was written" in ran.err
    assert contents(workspace) == before


def test_uncommitted_changes_are_named(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("remedies/strong-reference")
    for arguments in (("init", "-q"), ("add", "-A"), ("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "all")):
        subprocess.run((GIT, *arguments), cwd=workspace, check=True)
    manifest = workspace / "crates" / "app" / "Cargo.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "# not committed\n", encoding="utf-8")
    ran = buildkit("fix", "-C", str(workspace))
    assert "crates/app/Cargo.toml had uncommitted changes before" in ran.out
    assert manifest.read_text(encoding="utf-8").endswith("# not committed\n")


def test_a_cell_that_is_expected_to_fail_is_left_alone(fixture_copy: FixtureCopy, buildkit: Buildkit) -> None:
    workspace = fixture_copy("remedies/strong-reference")
    with (workspace / "buildkit.toml").open("a", encoding="utf-8") as stream:
        stream.write('\n[[expect]]\ncell = "app/wasm32-wasip2/*"\nverdict = "fail"\nreason = "known"\n')
    before = contents(workspace)
    ran = buildkit("fix", "-C", str(workspace))
    assert ran.code == ExitCode.PASSED, ran.out
    assert "left alone: app/wasm32-wasip2/compact is expected to fail" in ran.out
    assert contents(workspace) == before


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.05, 0.15])
def test_a_kill_in_the_middle_leaves_whole_files_and_is_undone(
    delay: float, fixture_copy: FixtureCopy, buildkit: Buildkit, tmp_path: Path
) -> None:
    workspace = fixture_copy("remedies/inherited-default-features")
    before = contents(workspace)
    after = _mended_copy(workspace, buildkit)
    child = subprocess.Popen(
        (sys.executable, "-m", "buildkit", "fix", "-C", str(workspace)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    ending = time.monotonic() + WAIT_SECONDS
    while not (workspace / JOURNAL).exists() and child.poll() is None and time.monotonic() < ending:
        time.sleep(0.001)
    time.sleep(delay)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    left = {file: content for file, content in contents(workspace).items() if ".buildkit-fix" not in file.name}
    assert all(content in (before[file], after[file]) for file, content in left.items())
    was_interrupted = (workspace / JOURNAL).exists()
    ran = buildkit("fix", "-C", str(workspace))
    assert ran.code == ExitCode.PASSED, ran.err
    assert ("a fix was interrupted here before" in ran.err) == was_interrupted
    assert contents(workspace) == after


def _mended_copy(workspace: Path, buildkit: Buildkit) -> dict[Path, bytes]:
    copy = workspace.with_name("mended")
    for file, content in contents(workspace).items():
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        (copy / file).write_bytes(content)
    assert buildkit("fix", "-C", str(copy)).code == ExitCode.PASSED
    return contents(copy)

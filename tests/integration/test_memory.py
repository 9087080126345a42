"""What one run leaves to the next, with the real cargo: failures, an interrupted run, shards, the estimate, the disk budget."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Buildkit

from buildkit.execute.disk_eviction import ASIDE

pytestmark = pytest.mark.integration

FIXTURE = "properties/compile-error-in-one-feature-set"
FAILING = "app/native/color,json"
CELLS = {FAILING, "app/native/json", "app/native/json,upper"}
MANIFEST = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "2021"\n\n[features]\n{features}'


@pytest.fixture
def own_store(tmp_path: Path) -> Buildkit:
    """Run the command with a memory of its own; compilers and standard libraries of this machine are found without the store."""
    return Buildkit(folder=tmp_path, environment={"BUILDKIT_CACHE_DIR": str(tmp_path / "store")})


def ids(ran_out: str) -> list[str]:
    return [cell["id"] for cell in json.loads(ran_out)["cells"]]


def slow_workspace(root: Path, members: int, seconds: float) -> Path:
    """Write packages of which each takes some time to build, by their build scripts; each says when it begins."""
    names = [f"part{number}" for number in range(members)]
    root.mkdir()
    (root / "Cargo.toml").write_text(f'[workspace]\nresolver = "2"\nmembers = {json.dumps(names)}\n')
    (root / "buildkit.toml").write_text('[workspace]\ntargets = ["native"]\n')
    for name in names:
        (root / name / "src").mkdir(parents=True)
        (root / name / "Cargo.toml").write_text(MANIFEST.format(name=name, features=""))
        (root / name / "src" / "lib.rs").touch()
        (root / name / "build.rs").write_text(f"fn main() {{ std::thread::sleep(std::time::Duration::from_secs_f64({seconds:.1f})); }}\n")
    return root


def test_only_what_failed_runs_again(own_store: Buildkit, fixture_copy: Callable[[str], Path]) -> None:
    workspace = str(fixture_copy(FIXTURE))
    never = own_store("check", "-C", workspace, "--failed")
    assert (never.code, "`check` has not run in this workspace yet" in never.err) == (3, True)
    assert set(ids(own_store("check", "-C", workspace, "--format", "json").out)) == CELLS
    assert ids(own_store("check", "-C", workspace, "--failed", "--format", "json").out) == [FAILING]
    assert ids(own_store("plan", "-C", workspace, "--failed", "--json").out) == [FAILING]
    other = own_store("build", "-C", workspace, "--failed")
    assert (other.code, "`build` has not run in this workspace yet" in other.err) == (3, True)
    source = Path(workspace) / "crates" / "app" / "src" / "lib.rs"
    source.write_text(source.read_text().replace("{text}", "{text:?}"))
    mended = own_store("check", "-C", workspace, "--failed", "--format", "json")
    assert (mended.code, ids(mended.out)) == (0, [FAILING])
    again = own_store("check", "-C", workspace, "--failed")
    assert (again.code, "nothing failed last time" in again.err) == (3, True)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_a_run_goes_on_where_one_was_ended(own_store: Buildkit, tmp_path: Path, number: signal.Signals) -> None:
    workspace = slow_workspace(tmp_path / "ws", 4, 0.5)
    journals = tmp_path / "store" / "workspaces"
    argv = (sys.executable, "-m", "buildkit", "check", "-C", str(workspace), "-j", "1")
    environment = {**os.environ, "BUILDKIT_CACHE_DIR": str(tmp_path / "store")}
    with subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        while child.poll() is None and not any(b'"judged"' in file.read_bytes() for file in journals.glob("*/*.jsonl")):
            time.sleep(0.02)
        child.send_signal(number)
    assert child.returncode != 0
    ran = own_store("check", "-C", str(workspace), "--format", "plain")
    assert ran.code == 0
    known = next(line for line in ran.out.splitlines() if line.startswith("note: resuming: "))
    assert known.endswith(" of 4 cells are known")
    after = own_store("check", "-C", str(workspace), "--format", "plain")
    assert "resuming" not in after.out


def test_two_runs_at_once_remember_everything(own_store: Buildkit, tmp_path: Path) -> None:
    workspace = slow_workspace(tmp_path / "ws", 4, 0.1)
    environment = {**os.environ, "BUILDKIT_CACHE_DIR": str(tmp_path / "store")}
    halves = (("part0", "part1"), ("part2", "part3"))
    children = [
        subprocess.Popen(
            (sys.executable, "-m", "buildkit", "check", "-C", str(workspace), *half), env=environment, stdout=subprocess.DEVNULL
        )
        for half in halves
    ]
    assert [child.wait() for child in children] == [0, 0]
    for source in workspace.glob("*/src/lib.rs"):
        source.write_text("// edited\n")
    summary = json.loads(own_store("plan", "-C", str(workspace), "--json").out)["summary"]
    assert summary["estimated_from"] == "4 remembered cells"


def test_shards_are_the_whole_and_an_empty_one_passes(own_store: Buildkit, fixture_copy: Callable[[str], Path], tmp_path: Path) -> None:
    workspace = str(fixture_copy(FIXTURE))
    file = str(tmp_path / "durations.json")
    assert own_store("check", "-C", workspace, "--save-durations", file).code == 1
    assert set(json.loads(Path(file).read_text())["seconds"]["check"]) == CELLS
    found: list[str] = []
    proofs = 0
    for index in range(1, 6):
        ran = own_store("check", "-C", workspace, "--partition", f"{index}/5", "--durations", file, "--format", "json")
        found += ids(ran.out)
        proofs += len(ran.document["proofs"])
        assert ran.code == int(FAILING in ids(ran.out))
    assert sorted(found) == sorted(CELLS)
    assert proofs == 1
    missing = own_store("check", "-C", workspace, "--shard", "1/5", "--durations", "absent.json")
    assert (missing.code, "absent.json: there is no such file of durations" in missing.err) == (2, True)


def test_a_planned_call_can_be_pasted_into_a_shell(own_store: Buildkit, fixture_copy: Callable[[str], Path]) -> None:
    ran = own_store("plan", "-C", str(fixture_copy(FIXTURE)), "--json", "app/native/json")
    (cell,) = json.loads(ran.out)["cells"]
    done = subprocess.run(("/bin/sh", "-c", cell["command"]), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"reason":"build-finished","success":true' in done.stdout


def test_the_budget_is_kept_and_cargo_goes_on(own_store: Buildkit, fixture_copy: Callable[[str], Path]) -> None:
    workspace = fixture_copy(FIXTURE)
    output = workspace / "target" / "buildkit"
    outside = workspace / "target" / "debug" / "deps"
    outside.mkdir(parents=True)
    (outside / "mine").write_bytes(bytes(10**6))
    assert own_store("build", "-C", str(workspace), "app/native/json").code == 0
    assert list(output.glob("*/release"))
    small = Buildkit(folder=own_store.folder, environment={**own_store.environment, "BUILDKIT_DISK_BUDGET": "1 KB"})
    ran = small("check", "-C", str(workspace), "--format", "plain", "app/native/json")
    assert ran.code == 0, ran.err
    assert "note: freed " in ran.out
    assert "/release: all of it" in ran.out
    assert "more than the disk budget of 1000 B" in ran.out
    assert not list(output.glob("*/release"))
    assert (outside / "mine").exists()
    (output / f"{ASIDE}left" / "0").mkdir(parents=True)
    again = own_store("build", "-C", str(workspace), "app/native/json")
    assert again.code == 0, again.err
    assert not list(output.glob(f"{ASIDE}*"))
    off = Buildkit(folder=own_store.folder, environment={**own_store.environment, "BUILDKIT_DISK_BUDGET": "none"})
    assert "freed" not in off("check", "-C", str(workspace), "--format", "plain").out
    assert list(output.glob("*/release"))


@pytest.mark.parametrize("part", ["deps", ".fingerprint", "build", "incremental", ""])
def test_cargo_goes_on_where_an_eviction_was_killed_before_it_had_removed_everything(
    own_store: Buildkit, fixture_copy: Callable[[str], Path], part: str
) -> None:
    workspace = fixture_copy(FIXTURE)
    output = workspace / "target" / "buildkit"
    assert own_store("check", "-C", str(workspace)).code == 1
    (tree,) = (folder for folder in output.glob("*/debug") if folder.parent != output)
    aside = output / f"{ASIDE}killed"
    aside.mkdir()
    (tree / part).rename(aside / "0")
    ran = own_store("check", "-C", str(workspace), "--format", "json")
    assert {cell["id"]: cell["verdict"] for cell in ran.document["cells"]} == {
        cell: "fail" if cell == FAILING else "pass" for cell in CELLS
    }
    assert not aside.exists()


def test_a_run_that_ends_at_its_first_failure_forgets_no_other(own_store: Buildkit, tmp_path: Path) -> None:
    workspace = slow_workspace(tmp_path / "ws", 2, 0.0)
    for name in ("part0", "part1"):
        (workspace / name / "src" / "lib.rs").write_text("fn broken( {}")
    assert own_store("check", "-C", str(workspace)).code == 1
    assert own_store("check", "-C", str(workspace), "--fail-fast").code == 1
    assert set(ids(own_store("plan", "-C", str(workspace), "--failed", "--json").out)) == {"part0/native/-", "part1/native/-"}


def test_what_failed_last_time_runs_first(own_store: Buildkit, fixture_copy: Callable[[str], Path]) -> None:
    workspace = str(fixture_copy(FIXTURE))
    assert own_store("check", "-C", workspace, "--format", "plain").code == 1
    ran = own_store("check", "-C", workspace, "--format", "plain")
    begun = [line.split()[-1] for line in ran.out.splitlines() if line.startswith("START")]
    assert begun[0] == FAILING
    report = own_store("check", "-C", workspace, "--format", "json")
    assert ids(report.out) == ["app/native/json", FAILING, "app/native/json,upper"]


def test_a_long_run_tells_first_how_long(own_store: Buildkit, fixture_copy: Callable[[str], Path]) -> None:
    workspace = str(fixture_copy(FIXTURE))
    source = Path(workspace) / "crates" / "app" / "src" / "lib.rs"
    assert own_store("check", "-C", workspace).code == 1
    (journal,) = own_store.folder.glob("store/workspaces/*/*.jsonl")
    text = re.sub(r'"seconds":[0-9.]+', '"seconds":100.0', journal.read_text())
    journal.write_text(text)
    summary = json.loads(own_store("plan", "-C", workspace, "--json").out)["summary"]
    assert (summary["cached"], summary["estimated_seconds"], summary["estimated_from"]) == (3, 0.0, "nothing to compile")
    assert "estimated" not in own_store("check", "-C", workspace, "--format", "plain").out
    source.write_text(source.read_text() + "\n// edited\n")
    ran = own_store("check", "-C", workspace, "--format", "plain")
    assert "note: 3 cells, 3 distinct, 0 cached; about 5 minutes, estimated from 3 remembered cells" in ran.out
    assert "estimated" not in own_store("check", "-C", workspace, "--only", "isolation", "--format", "plain").out

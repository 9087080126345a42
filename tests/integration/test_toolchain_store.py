"""The store with real processes: killed builders, builders at the same time, a full disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

UNSHARE = shutil.which("unshare") or "unshare"

BUILDER = """
import sys, time
from pathlib import Path
from buildkit.errors import BuildkitError
from buildkit.toolchain.store import Recipe, Store

root, seconds, size = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])

def build(entry, scratch):
    with (root.parent / "builds").open("a") as log:
        log.write("built\\n")
    (entry / "half").write_bytes(b"x" * size)
    (scratch / "object").write_bytes(b"x")
    print("inside", flush=True)
    time.sleep(seconds)
    (entry / "whole").write_bytes(b"y" * size)

recipe = Recipe(kind="sysroots", stem="thumb-build", title="std for thumb", facts={"commit": "1"})
try:
    print(Store(root=root, emit=lambda event: None).obtain(recipe, build), flush=True)
except BuildkitError as error:
    print(error.message, flush=True)
    sys.exit(int(error.exit_code))
"""


def start(root: Path, *, seconds: float = 0.0, size: int = 10) -> subprocess.Popen[str]:
    arguments = (sys.executable, "-c", BUILDER, str(root), str(seconds), str(size))
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)


def finish(child: subprocess.Popen[str]) -> list[str]:
    out, _ = child.communicate(timeout=60)
    return out.splitlines()


def builds(root: Path) -> int:
    return (root.parent / "builds").read_text().count("built")


def test_a_builder_that_is_killed_leaves_nothing_that_the_next_one_trusts(tmp_path: Path) -> None:
    root = tmp_path / "store"
    killed = start(root, seconds=60)
    assert killed.stdout is not None
    assert killed.stdout.readline() == "inside\n"
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert not any((root / "sysroots").glob("*"))
    begun = time.monotonic()
    entry = Path(finish(start(root))[-1])
    assert time.monotonic() - begun < 30, "the dead builder's lock was waited for"
    assert sorted(file.name for file in entry.iterdir()) == ["half", "manifest.json", "whole"]
    assert list((root / "work").iterdir()) == []
    assert builds(root) == 2


def test_builders_at_the_same_time_build_once(tmp_path: Path) -> None:
    root = tmp_path / "store"
    children = [start(root, seconds=0.5) for _ in range(4)]
    entries = {finish(child)[-1] for child in children}
    assert [child.returncode for child in children] == [0, 0, 0, 0]
    assert len(entries) == 1
    assert builds(root) == 1


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    inside = f'mount -t tmpfs -o size=1m tmpfs "{disk}" && "$0" -c "$1" "{disk}/store" 0 "$2"; code=$?; find "{disk}/store" -name "half" -o -name "whole"; exit $code'
    done = subprocess.run(
        (UNSHARE, "--user", "--map-root-user", "--mount", "sh", "-c", inside, sys.executable, BUILDER, "900000"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 1 and "unshare" in done.stderr and "CI" not in os.environ:
        pytest.skip("this machine allows no namespaces to mount a small disk in")
    assert done.returncode == 4, done.stderr
    assert done.stdout.splitlines() == ["inside", f"the disk is full: {disk}/store could not be filled, and nothing was kept"]

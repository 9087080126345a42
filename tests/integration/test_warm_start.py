"""A verb that finds everything as it was starts no process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

COUNTING = """
import sys
events = ("subprocess.Popen", "os.posix_spawn", "os.exec", "os.fork", "os.system")
sys.addaudithook(lambda event, arguments: event in events and print("started", arguments[:2], file=sys.__stderr__, flush=True))
from buildkit.cli.main import main
main()
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a run ended, and which processes it started."""

    code: int
    out: str
    started: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Counting:
    """Runs the command with a store of its own, and hears of every process from the interpreter itself."""

    workspace: Path
    store: Path

    def __call__(self, *arguments: str) -> Run:
        done = subprocess.run(
            (sys.executable, "-c", COUNTING, *arguments),
            cwd=self.workspace,
            env={**os.environ, "BUILDKIT_CACHE_DIR": str(self.store), "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr
        return Run(code=done.returncode, out=done.stdout, started=tuple(done.stderr.split("started ")[1:]))


@pytest.fixture
def counting(tmp_path: Path, fixture_copy: Callable[[str], Path]) -> Counting:
    workspace = fixture_copy("properties/clean-additive-features")
    # The lock file must be there: an answer for which cargo wrote one is not kept.
    assert Counting(workspace=workspace, store=tmp_path / "first")("plan").code == 0
    return Counting(workspace=workspace, store=tmp_path / "store")


ISOLATION = ("check", "--only", "isolation", "--format", "json")
VERBS = (ISOLATION, ("plan", "--json"))


@pytest.mark.parametrize("arguments", VERBS, ids=lambda arguments: arguments[0])
def test_a_second_run_starts_no_process(counting: Counting, arguments: tuple[str, ...]) -> None:
    first, second = counting(*arguments), counting(*arguments)
    assert first.started
    assert second.started == ()
    assert second.code == first.code == 0


UNUSED = {
    "concurrent.futures",
    "elftools",
    "filelock",
    "importlib.metadata",
    "pydantic",
    "rich.console",
    "tomlkit",
    "wasmtime",
    "xml.etree",
}


@pytest.mark.parametrize("arguments", [ISOLATION, ("check", "--help"), ("run", "--help"), ("plan",), ("targets",)], ids=" ".join)
def test_what_is_not_used_is_not_imported(counting: Counting, arguments: tuple[str, ...]) -> None:
    listing = COUNTING.replace(
        "main()\n", "import atexit; atexit.register(lambda: print('imported', *sys.modules, file=sys.__stderr__)); main()\n"
    )
    counting("plan")
    done = subprocess.run(
        (sys.executable, "-c", listing, *arguments),
        cwd=counting.workspace,
        env={**os.environ, "BUILDKIT_CACHE_DIR": str(counting.store)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    imported = set(done.stderr.partition("imported ")[2].split())
    assert "buildkit.cli.main" in imported
    assert not imported & UNUSED


def test_memory_is_not_believed_where_that_is_forbidden(counting: Counting) -> None:
    counting(*ISOLATION)
    assert any("metadata" in command for command in counting(*ISOLATION, "--no-cache").started)


def test_a_memory_of_rubbish_gives_the_same_result(counting: Counting) -> None:
    first = counting("plan", "--json")
    for file in (counting.store / "answers").iterdir():
        file.write_bytes(os.urandom(file.stat().st_size))
    second = counting("plan", "--json")
    assert second.out == first.out
    assert second.started
    assert counting("plan", "--json").started == ()


def test_where_nothing_can_be_remembered_the_result_is_the_same(counting: Counting) -> None:
    first = counting("plan", "--json")
    other = Counting(workspace=counting.workspace, store=counting.store.with_name("other"))
    other.store.mkdir()
    (other.store / "answers").write_text("a file in the place of the folder")
    for _ in range(2):
        run = other("plan", "--json")
        assert (run.out, run.code) == (first.out, 0)
        assert run.started


def test_several_at_once_remember_the_same(counting: Counting) -> None:
    with ThreadPoolExecutor(max_workers=4) as pool:
        runs = list(pool.map(lambda _: counting("plan", "--json"), range(4)))
    assert {run.code for run in runs} == {0}
    assert len({run.out for run in runs}) == 1
    assert counting("plan", "--json").started == ()

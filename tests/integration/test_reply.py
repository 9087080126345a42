"""A check that finds all as it was is answered before buildkit is imported, and after any change it is made."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from remembering import age

pytestmark = pytest.mark.integration

ANSWERING = """
import sys
from buildkit.cli.start import main
try:
    main()
finally:
    print("made" if "buildkit.cli.main" in sys.modules else "answered", file=sys.stderr)
"""


@dataclass(frozen=True, kw_only=True)
class Run:
    """How a run ended, and whether one was made for it."""

    code: int
    out: str
    is_made: bool


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Runs the command with a store of its own."""

    workspace: Path
    store: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: str) -> Run:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        done = subprocess.run(
            (sys.executable, "-c", ANSWERING, *arguments),
            cwd=self.workspace,
            env={**inherited, "BUILDKIT_CACHE_DIR": str(self.store), "NO_COLOR": "1", **self.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert "Traceback" not in done.stderr
        return Run(code=done.returncode, out=done.stdout, is_made=done.stderr.splitlines()[-1] == "made")

    def until_answered(self, *arguments: str) -> Run:
        """Ask until a run is answered: not before the files are old enough for their times to be believed."""
        for _ in range(60):
            run = self(*arguments)
            if not run.is_made:
                return run
            age(*(path for path in self.workspace.rglob("*") if "target" not in path.relative_to(self.workspace).parts))
        raise AssertionError("no run was answered")


CHECK = ("check", "-t", "native", "--quiet", "--format", "plain")


@pytest.fixture
def asking(tmp_path: Path, fixture_copy: Callable[[str], Path]) -> Asking:
    return Asking(workspace=fixture_copy("properties/clean-additive-features"), store=tmp_path / "store")


def test_what_is_answered_is_what_a_run_says(asking: Asking) -> None:
    answered = asking.until_answered(*CHECK)
    made = asking(*CHECK, "--no-cache")
    assert answered.code == made.code == 0
    assert made.is_made
    assert [line for line in answered.out.splitlines() if line.startswith("native")] == [
        line for line in made.out.splitlines() if line.startswith("native")
    ]


def test_another_run_between_changes_no_answer(asking: Asking) -> None:
    answered = asking.until_answered(*CHECK)
    other = asking.until_answered("check", "-t", "native", "--only", "isolation")
    assert timeless(asking.until_answered(*CHECK)) == timeless(answered)
    assert timeless(asking.until_answered("check", "-t", "native", "--only", "isolation")) == timeless(other)


def timeless(run: Run) -> Run:
    """Leave out how long a run took: while its files are too young, it is made again."""
    return replace(run, out=re.sub(r" in [0-9.]+s", "", run.out))


def break_source(workspace: Path) -> None:
    source = next(workspace.rglob("src/lib.rs"))
    source.write_text(source.read_text() + "\nfn broken() -> u8 { true }\n")


def break_configuration(workspace: Path) -> None:
    (workspace / "buildkit.toml").write_text("[nonsense\n")


def break_cargo_configuration(workspace: Path) -> None:
    (workspace.parent / ".cargo").mkdir()
    (workspace.parent / ".cargo" / "config.toml").write_text("[build]\nrustflags = ['--cfg', 'wrong(']\n")


def break_manifest(workspace: Path) -> None:
    manifest = next(workspace.rglob("crates/*/Cargo.toml"), workspace / "Cargo.toml")
    manifest.write_text(manifest.read_text() + "\n[dependencies.nowhere]\npath = 'nowhere'\n")


def ask_for_another_compiler(workspace: Path) -> None:
    (workspace / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "1.2.3"\n')


@pytest.mark.parametrize(
    "change",
    [break_source, break_configuration, break_cargo_configuration, break_manifest, ask_for_another_compiler],
    ids=lambda change: change.__name__,
)
def test_after_a_change_a_run_is_made(asking: Asking, change: Callable[[Path], None]) -> None:
    assert asking.until_answered(*CHECK).code == 0
    change(asking.workspace)
    run = asking(*CHECK)
    assert run.is_made
    assert run.code != 0


def test_a_failure_is_answered_as_a_failure_until_it_is_mended(asking: Asking) -> None:
    source = next(asking.workspace.rglob("src/lib.rs"))
    good = source.read_text()
    break_source(asking.workspace)
    failed = asking.until_answered(*CHECK)
    assert failed.code == 1
    assert "mismatched types" in failed.out
    source.write_text(good)
    mended = asking(*CHECK)
    assert (mended.code, mended.is_made) == (0, True)


def test_flags_from_the_environment_are_another_question(asking: Asking) -> None:
    asking.until_answered(*CHECK)
    flags = Asking(workspace=asking.workspace, store=asking.store, environment={"RUSTFLAGS": "--cfg wrong("})
    run = flags(*CHECK)
    assert run.is_made
    assert run.code != 0


def test_what_failed_before_is_asked_anew(asking: Asking) -> None:
    break_source(asking.workspace)
    assert asking(*CHECK).code == 1
    assert asking(*CHECK, "--failed").code == 1
    source = next(asking.workspace.rglob("src/lib.rs"))
    source.write_text(source.read_text().replace("fn broken() -> u8 { true }", ""))
    assert asking(*CHECK, "--failed").code == 0
    again = asking(*CHECK, "--failed")
    assert again.is_made

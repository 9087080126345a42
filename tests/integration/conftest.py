"""What integration tests share: a Rust compiler, the command, and fixtures copied to a scratch folder."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from command_line import FIXTURES, Buildkit
from faulty import Make, made

from bench.keeper import kept
from bench.witness import Witness, witnessing

HOST_TARGET = "native"


@pytest.fixture(scope="session", autouse=True)
def _rust_on_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Put the compiler that buildkit provides on PATH, on a machine that has none."""
    if shutil.which("rustc") and shutil.which("cargo"):
        yield
        return
    workspace = str(FIXTURES / "properties" / "clean-additive-features")
    buildkit = Buildkit(folder=tmp_path_factory.mktemp("rust"))
    ensured = buildkit("toolchain", "ensure", HOST_TARGET, "-C", workspace)
    assert ensured.code == 0, ensured.err
    printed = buildkit("toolchain", "env", HOST_TARGET, "-C", workspace)
    assert printed.code == 0, printed.err
    with pytest.MonkeyPatch.context() as patch:
        for line in printed.out.splitlines():
            word, assignment = shlex.split(line)
            name, _, value = assignment.partition("=")
            if word == "export":
                patch.setenv(name, value)
            else:
                patch.delenv(name, raising=False)
        yield


@pytest.fixture
def fixture_copy(tmp_path: Path) -> Callable[[str], Path]:
    """Copy a fixture to a scratch folder, without what cargo made in it."""

    def copy(name: str) -> Path:
        place = tmp_path / Path(name).name
        shutil.copytree(FIXTURES / name, place, ignore=shutil.ignore_patterns("target"))
        return place

    return copy


@pytest.fixture
def buildkit(tmp_path: Path) -> Buildkit:
    """Run the command in the scratch folder."""
    return Buildkit(folder=tmp_path)


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[Witness]:
    """Stand between programs and a service that is started anew when it dies."""
    with kept(tmp_path / "service") as service, witnessing(service.url) as witness:
        yield witness


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a workspace in the scratch folder."""
    return partial(made, tmp_path / "ws")

"""What guarded code may not do."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from buildkit.purity import ImpureError, forbid_side_effects


def fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def bind(_: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))


def import_file(file: Path) -> None:
    spec = spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(module_from_spec(spec))


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda file: file.write_text("changed"), id="write"),
        pytest.param(lambda file: file.open("a"), id="append"),
        pytest.param(lambda file: file.open("r+"), id="update"),
        pytest.param(lambda file: os.open(file, os.O_WRONLY), id="descriptor"),
        pytest.param(lambda file: file.with_name("new").touch(), id="create"),
        pytest.param(lambda file: file.with_name("new").mkdir(), id="mkdir"),
        pytest.param(lambda file: file.unlink(), id="remove"),
        pytest.param(lambda file: file.rename(file.with_name("new")), id="rename"),
        pytest.param(lambda file: file.rename(file.parent / "__pycache__" / "new"), id="rename into the bytecode"),
        pytest.param(lambda file: file.with_name("folder").rmdir(), id="rmdir"),
        pytest.param(lambda file: file.with_name("new").symlink_to(file), id="symlink"),
        pytest.param(lambda file: os.truncate(file, 0), id="truncate"),
        pytest.param(lambda _: os.system("true"), id="system"),  # noqa: S605, S607  # it is refused
        pytest.param(lambda _: os.posix_spawn("/bin/true", ["true"], {}), id="posix_spawn"),
        pytest.param(lambda _: os.spawnv(os.P_WAIT, "/bin/true", ["true"]), id="spawn"),  # noqa: S606  # it is refused
        pytest.param(lambda _: fork(), id="fork"),
        pytest.param(bind, id="bind"),
        pytest.param(lambda _: socket.getaddrinfo("localhost", 80), id="getaddrinfo"),
        pytest.param(
            lambda _: threading.Thread(target=print).start(),
            id="thread",
            marks=pytest.mark.skipif(sys.version_info < (3, 12), reason="Python tells of threads from 3.12 on"),
        ),
    ],
)
def test_guarded_code_reaches_nothing_outside(tmp_path: Path, act: Callable[[Path], object]) -> None:
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (tmp_path / "__pycache__").mkdir()
    with pytest.raises(ImpureError, match="not pure"), forbid_side_effects():
        act(file)
    assert file.read_text(encoding="utf-8") == "kept"
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder", "__pycache__"}


def test_guarded_code_may_read(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    with forbid_side_effects():
        assert file.read_text(encoding="utf-8") == "kept"
        assert list(tmp_path.iterdir()) == [file]


def test_an_import_may_keep_its_bytecode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    file = tmp_path / "kept.py"
    file.write_text("VALUE = 1\n", encoding="utf-8")
    with forbid_side_effects():
        import_file(file)
    assert list((tmp_path / "__pycache__").glob("kept.*.pyc"))


def test_an_import_may_keep_its_bytecode_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "cache"))
    file = tmp_path / "kept.py"
    file.write_text("VALUE = 1\n", encoding="utf-8")
    with forbid_side_effects():
        import_file(file)
    assert list((tmp_path / "cache").rglob("kept.*.pyc"))


def test_the_guard_ends_with_its_block(tmp_path: Path) -> None:
    with forbid_side_effects():
        pass
    (tmp_path / "file").write_text("written", encoding="utf-8")
    assert (tmp_path / "file").exists()

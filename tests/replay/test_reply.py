"""What a run said is said again as long as everything that it looked at is what it was."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import typer

from buildkit.cli.answering import run_once
from buildkit.cli.store import default_store
from buildkit.replay.page import page_file, store
from buildkit.replay.reply import reply
from buildkit.replay.watch import COMPILING

CHECK = ("check", "--locked")
LONG_AGO = 1_000_000_000

Run = Callable[[Sequence[str]], int]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder with a file, a folder and a link, all unchanged for long."""
    monkeypatch.setenv("BUILDKIT_CACHE_DIR", str(tmp_path / "store"))
    folder = tmp_path / "ws"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "lib.rs").write_text("one")
    (folder / "Cargo.toml").write_text("[package]")
    (folder / "other.toml").write_text("[other]")
    (folder / "link.toml").symlink_to("Cargo.toml")
    monkeypatch.chdir(folder)
    return folder


def look_around(_: Sequence[str]) -> int:
    """Look at files in every way that buildkit does, and say what there is."""
    typer.echo(f"manifest {Path('Cargo.toml').read_text()}")
    typer.echo(f"link {Path('link.toml').read_text()} {os.path.realpath('link.toml')}", err=True)
    typer.echo(f"names {sorted(Path.cwd().iterdir())} {Path('rust-toolchain.toml').exists()}")
    with os.scandir("src") as entries:
        typer.echo(f"sizes {sorted((entry.name, entry.stat().st_size) for entry in entries)}")
    typer.echo(f"allowed {os.access('Cargo.toml', os.W_OK)}")
    return 1


def test_the_same_question_gets_the_same_words_and_the_same_code(capfd: pytest.CaptureFixture[str]) -> None:
    assert reply(CHECK) is None
    assert run_once(CHECK, look_around) == 1
    said = capfd.readouterr()
    assert "manifest [package]" in said.out
    assert "link [package]" in said.err
    assert reply(CHECK) == 1
    assert capfd.readouterr() == said


def change_content(folder: Path) -> None:
    (folder / "Cargo.toml").write_text("[gackape]")


def change_content_under_the_same_time(folder: Path) -> None:
    before = (folder / "Cargo.toml").stat()
    change_content(folder)
    os.utime(folder / "Cargo.toml", ns=(before.st_atime_ns, before.st_mtime_ns))


def remove(folder: Path) -> None:
    (folder / "Cargo.toml").unlink()


def replace_by_a_folder(folder: Path) -> None:
    remove(folder)
    (folder / "Cargo.toml").mkdir()


def add_what_was_missing(folder: Path) -> None:
    (folder / "rust-toolchain.toml").touch()


def add_to_a_listed_folder(folder: Path) -> None:
    (folder / "build.rs").touch()


def change_in_a_scanned_folder(folder: Path) -> None:
    (folder / "src" / "lib.rs").write_text("two")


def turn_the_link(folder: Path) -> None:
    (folder / "link.toml").unlink()
    (folder / "link.toml").symlink_to("other.toml")


def make_unreadable(folder: Path) -> None:
    (folder / "Cargo.toml").chmod(0o200)


def remove_all(folder: Path) -> None:
    for file in (folder / "src").iterdir():
        file.unlink()
    (folder / "src").rmdir()


CHANGES = (
    change_content,
    change_content_under_the_same_time,
    remove,
    replace_by_a_folder,
    add_what_was_missing,
    add_to_a_listed_folder,
    change_in_a_scanned_folder,
    turn_the_link,
    make_unreadable,
    remove_all,
)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_there_is_no_reply_after_a_change(change: Callable[[Path], None], place: Path) -> None:
    run_once(CHECK, look_around)
    assert reply(CHECK) == 1
    change(place)
    assert reply(CHECK) is None


def test_there_is_no_reply_to_another_question(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_once(CHECK, look_around)
    assert reply(("check",)) is None
    with monkeypatch.context() as patch:
        patch.setenv("RUSTFLAGS", "-Dwarnings")
        assert reply(CHECK) is None
    with monkeypatch.context() as patch:
        patch.chdir(place / "src")
        assert reply(CHECK) is None
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version", "4.0")
        assert reply(CHECK) is None
    assert reply(CHECK) == 1


def test_what_says_nothing_changes_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stand_here(_: Sequence[str]) -> int:
        return int(not Path("src").is_dir())

    run_once(CHECK, stand_here)
    (place / "src" / "new.rs").touch()
    monkeypatch.setenv("OLDPWD", "/elsewhere")
    assert reply(CHECK) == 0


def read_and_write(file: Path) -> Run:
    def run(_: Sequence[str]) -> int:
        count = int(file.read_text()) if file.exists() else 0
        file.parent.mkdir(exist_ok=True)
        file.write_text(str(count + 1))
        return 0

    return run


def refuse(_: Sequence[str]) -> int:
    return 2


def start_a_process(_: Sequence[str]) -> int:
    sys.audit("subprocess.Popen", "cargo", ["cargo"], None, None)
    return 0


def have_something_compiled(_: Sequence[str]) -> int:
    sys.audit(COMPILING)
    return 0


def ask_the_network(_: Sequence[str]) -> int:
    sys.audit("socket.connect", None, ("127.0.0.1", 1))
    return 0


def write_in_the_workspace(_: Sequence[str]) -> int:
    Path("report.xml").write_text("<testsuites/>")
    return 0


def change_what_was_read(_: Sequence[str]) -> int:
    return read_and_write(Path(store()) / "journal")(())


def be_overtaken(_: Sequence[str]) -> int:
    Path("Cargo.toml").read_text()
    # Another process, as far as the watch can tell: it names no path.
    descriptor = os.open("other.toml", os.O_RDONLY)
    os.fchmod(descriptor, 0o600)
    os.close(descriptor)
    return 0


def look_through_a_descriptor(_: Sequence[str]) -> int:
    descriptor = os.open(".", os.O_RDONLY)
    os.listdir(descriptor)  # noqa: PTH208  # no path does this
    os.stat("Cargo.toml", dir_fd=descriptor)
    os.close(descriptor)
    return 0


@pytest.mark.parametrize(
    "run",
    [
        refuse,
        start_a_process,
        have_something_compiled,
        ask_the_network,
        write_in_the_workspace,
        change_what_was_read,
        be_overtaken,
        look_through_a_descriptor,
    ],
    ids=lambda run: run.__name__,
)
def test_a_run_is_not_kept_whose_outcome_files_alone_do_not_tell(run: Run) -> None:
    run_once(CHECK, run)
    assert not Path(page_file(CHECK)).exists()


@pytest.mark.parametrize("arguments", [("check", "--no-cache"), ("check", "--verify-cache"), ("build",), ("fix",), ()], ids=" ".join)
def test_some_runs_are_always_made(arguments: Sequence[str]) -> None:
    run_once(arguments, look_around)
    assert reply(arguments) is None


def test_a_damaged_page_is_none() -> None:
    run_once(CHECK, look_around)
    file = Path(page_file(CHECK))
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole[:10], whole[:30] + b"\0" + whole[31:]):
        file.write_bytes(damaged)
        assert reply(CHECK) is None


def test_use_is_noted_again() -> None:
    stamp = Path(store()) / ".buildkit-used"
    stamp.parent.mkdir()
    stamp.touch()

    def note(_: Sequence[str]) -> int:
        os.utime(stamp)
        return 0

    run_once(CHECK, note)
    os.utime(stamp, (LONG_AGO, LONG_AGO))
    assert reply(CHECK) == 0
    assert stamp.stat().st_mtime > LONG_AGO


def test_what_stands_in_for_functions_is_gone_afterwards() -> None:
    before = (os.stat, os.lstat, os.access, os.readlink, sys.stdout, sys.stderr)
    run_once(CHECK, look_around)
    assert before == (os.stat, os.lstat, os.access, os.readlink, sys.stdout, sys.stderr)


def test_the_store_is_that_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BUILDKIT_CACHE_DIR")
    assert store() == str(default_store())
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere/cache")
    assert store() == str(default_store())

"""Several files are replaced together or not at all, whatever ends the process between them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from buildkit.errors import BuildkitError, ConfigurationError, UsageError
from buildkit.remedies.journal import JOURNAL, Journal, ReplacedFile, replace_files, take_back
from buildkit.remedies.mirror import Texts

BEFORE: Texts = {Path("Cargo.toml"): b"old\r\n", Path("crates/app/Cargo.toml"): b"\xef\xbb\xbfold", Path("Cargo.lock"): b"same\n"}
AFTER: Texts = {Path("Cargo.toml"): b"new\n", Path("crates/app/Cargo.toml"): b"new", Path("Cargo.lock"): b"same\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "crates" / "app").mkdir(parents=True)
    for file, content in BEFORE.items():
        (tmp_path / file).write_bytes(content)
    return tmp_path


def contents(root: Path) -> Texts:
    """Return every file below a folder."""
    return {file.relative_to(root): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def accept() -> None:
    """Prove nothing."""


def test_what_differs_is_replaced(root: Path) -> None:
    (root / "Cargo.toml").chmod(0o640)
    assert set(replace_files(root, BEFORE, AFTER, accept)) == {Path("Cargo.toml"), Path("crates/app/Cargo.toml")}
    assert contents(root) == AFTER
    assert (root / "Cargo.toml").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("error", [BuildkitError("not so"), KeyboardInterrupt(), OSError(28, "full")], ids=["proof", "interrupt", "disk"])
def test_what_is_not_proved_is_taken_back_byte_for_byte(root: Path, error: BaseException) -> None:
    seen = []

    def refuse() -> None:
        seen.append({file: content for file, content in contents(root).items() if file.name != JOURNAL})
        raise error

    with pytest.raises(type(error)):
        replace_files(root, BEFORE, AFTER, refuse)
    assert seen == [AFTER]
    assert contents(root) == BEFORE


@pytest.mark.parametrize("done", [(), ("Cargo.toml",), ("Cargo.toml", "crates/app/Cargo.toml")], ids=len)
def test_a_change_that_was_killed_is_taken_back(root: Path, done: tuple[str, ...]) -> None:
    changed = [file for file in BEFORE if BEFORE[file] != AFTER[file]]
    journal = Journal(files=tuple(ReplacedFile(path=str(file), old=BEFORE[file], new=AFTER[file]) for file in changed))
    (root / JOURNAL).write_bytes(msgspec.json.encode(journal))
    (root / "crates" / "app" / ".Cargo.toml.buildkit-fix").write_bytes(b"ne")
    for name in done:
        (root / name).write_bytes(AFTER[Path(name)])
    assert take_back(root) == ("Cargo.toml", "crates/app/Cargo.toml")
    assert contents(root) == BEFORE
    assert take_back(root) == ()


def test_what_was_edited_since_is_left_alone(root: Path) -> None:
    journal = Journal(files=(ReplacedFile(path="Cargo.toml", old=b"older", new=b"newer"),))
    (root / JOURNAL).write_bytes(msgspec.json.encode(journal))
    with pytest.raises(UsageError, match="was edited after a fix was interrupted"):
        take_back(root)
    assert (root / "Cargo.toml").read_bytes() == BEFORE[Path("Cargo.toml")]


def test_a_broken_journal_is_named(root: Path) -> None:
    (root / JOURNAL).write_bytes(b"{")
    with pytest.raises(ConfigurationError, match=r"\.buildkit-fix\.json: is no journal"):
        take_back(root)


def test_a_read_only_file_is_refused_before_anything_is_written(root: Path) -> None:
    (root / "crates" / "app" / "Cargo.toml").chmod(0o444)
    with pytest.raises(ConfigurationError, match=r"crates/app/Cargo\.toml: is read-only"):
        replace_files(root, BEFORE, AFTER, accept)
    assert contents(root) == BEFORE


def test_a_file_that_changed_meanwhile_is_refused(root: Path) -> None:
    (root / "Cargo.toml").write_bytes(b"typed just now")
    with pytest.raises(BuildkitError, match="changed while edits were tried"):
        replace_files(root, BEFORE, AFTER, accept)
    assert (root / "Cargo.toml").read_bytes() == b"typed just now"


def test_a_link_stays_a_link(root: Path) -> None:
    (root / "elsewhere.toml").write_bytes(BEFORE[Path("Cargo.toml")])
    (root / "Cargo.toml").unlink()
    (root / "Cargo.toml").symlink_to("elsewhere.toml")
    replace_files(root, BEFORE, AFTER, accept)
    assert (root / "Cargo.toml").is_symlink()
    assert (root / "elsewhere.toml").read_bytes() == AFTER[Path("Cargo.toml")]

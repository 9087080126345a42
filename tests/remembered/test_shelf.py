from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from buildkit.remembered import shelf as module
from buildkit.remembered.inputs import Input, InputKind
from buildkit.remembered.shelf import UNUSED_DAYS, Page, Shelf

PAGE = Page((Input(InputKind.FILE, "/ws/Cargo.toml", "abc", (1, 2, 3, 4, 5)),), b"answer" * 100)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(folder=tmp_path / "answers")


def only_file(shelf: Shelf) -> Path:
    (file,) = shelf.folder.iterdir()
    return file


def test_a_page_is_found_by_its_key_alone(shelf: Shelf) -> None:
    assert shelf.find("a") is None
    shelf.keep("a", PAGE)
    assert shelf.find("a") == PAGE
    assert shelf.find("b") is None


def test_every_truncated_page_counts_as_none(shelf: Shelf) -> None:
    shelf.keep("a", PAGE)
    file = only_file(shelf)
    content = file.read_bytes()
    for length in range(len(content)):
        file.write_bytes(content[:length])
        assert shelf.find("a") is None


def test_a_page_with_any_changed_byte_counts_as_none(shelf: Shelf) -> None:
    shelf.keep("a", PAGE)
    file = only_file(shelf)
    content = file.read_bytes()
    for place in range(len(content)):
        file.write_bytes(content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :])
        assert shelf.find("a") is None


def test_a_page_of_another_format_is_not_read(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.keep("a", PAGE)
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)
    assert shelf.find("a") is None


def test_a_page_that_is_whole_but_says_something_else_counts_as_none(shelf: Shelf) -> None:
    shelf.keep("a", PAGE)
    body = b"\x81\xa1a\x01"
    only_file(shelf).write_bytes(module._sum(body) + body)
    assert shelf.find("a") is None


def test_a_folder_in_the_place_of_a_page_counts_as_none_and_is_left_alone(shelf: Shelf) -> None:
    shelf.keep("a", PAGE)
    file = only_file(shelf)
    file.unlink()
    file.mkdir()
    assert shelf.find("a") is None
    shelf.keep("a", PAGE)
    assert only_file(shelf).is_dir()


def test_a_folder_that_cannot_be_made_keeps_nothing_and_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "answers").write_text("a file in its place")
    shelf = Shelf(folder=tmp_path / "answers")
    shelf.keep("a", PAGE)
    assert shelf.find("a") is None


def test_what_depends_on_a_name_that_is_no_text_is_not_kept(shelf: Shelf) -> None:
    shelf.keep("a", Page((Input(InputKind.FILE, "/ws/\udcff/Cargo.toml", ""),), b""))
    shelf.keep("\udcff", PAGE)
    assert shelf.find("a") is None
    assert shelf.find("\udcff") == PAGE


def test_what_was_written_long_ago_is_removed_with_what_interrupted_writers_left(shelf: Shelf) -> None:
    shelf.keep("old", PAGE)
    (shelf.folder / ".1-abc.def").write_bytes(b"half")
    long_ago = time.time() - (UNUSED_DAYS + 1) * 86_400
    for file in shelf.folder.iterdir():
        os.utime(file, (long_ago, long_ago))
    shelf.keep("new", PAGE)
    assert shelf.find("old") is None
    assert shelf.find("new") == PAGE
    assert only_file(shelf).is_file()


def test_readers_see_whole_pages_while_others_write(shelf: Shelf) -> None:
    pages = [Page((), bytes((number,)) * 200_000) for number in range(4)]
    shelf.keep("a", pages[0])

    def write(page: Page) -> None:
        for _ in range(20):
            shelf.keep("a", page)

    writers = [threading.Thread(target=write, args=(page,)) for page in pages]
    for writer in writers:
        writer.start()
    seen = [shelf.find("a") for _ in range(200)]
    for writer in writers:
        writer.join()
    assert all(page in pages for page in seen)
    assert only_file(shelf).is_file()

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from buildkit.artifacts.broken import BrokenArtifactError
from buildkit.artifacts.fingerprint import BLOCK, fingerprint


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, 2 * BLOCK + 17])
def test_the_marks_are_those_of_the_whole_content(write: Callable[[str, bytes], Path], size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    marks = fingerprint(write("file", content))
    assert marks.size == size
    assert marks.sha256 == hashlib.sha256(content).hexdigest()
    assert marks.gzip_size == len(gzip.compress(content, 9, mtime=0))


def test_name_and_time_of_a_file_do_not_change_its_compressed_size(write: Callable[[str, bytes], Path]) -> None:
    first, second = write("a", b"content" * 99), write("another-name", b"content" * 99)
    os.utime(second, (1, 1))
    assert fingerprint(first) == fingerprint(second)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenArtifactError, match=r"gone\.wasm: cannot be read: No such file or directory"):
        fingerprint(tmp_path / "gone.wasm")

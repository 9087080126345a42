from __future__ import annotations

import json
from pathlib import Path

from libraries import write_library

from buildkit.reports.library import Prebuilt, prebuilt_json, prebuilt_lines


def test_each_library_is_told_with_its_size_and_its_folder(tmp_path: Path) -> None:
    library = write_library(tmp_path)
    archive = tmp_path / "lib.tar.zst"
    archive.write_bytes(b"1234")
    prebuilt = (Prebuilt(library=library, was_there=True, seconds=0.1), Prebuilt(library=library, was_there=False, seconds=2.26))
    assert list(prebuilt_lines(prebuilt, archive, "0123")) == [
        "native: stdlib (native), 3 crates, 7.0 kB, there already",
        f"    {library.folder}",
        "native: stdlib (native), 3 crates, 7.0 kB, provided in 2.3 s",
        f"    {library.folder}",
        f"{archive}: 4 bytes, sha256 0123",
    ]


def test_the_document_says_the_same(tmp_path: Path) -> None:
    library = write_library(tmp_path)
    document = json.loads(prebuilt_json((Prebuilt(library=library, was_there=False, seconds=2.2611),), None, None))
    assert document == {
        "version": 1,
        "libraries": [
            {
                "package": "stdlib",
                "target": "native",
                "triple": library.triple,
                "features": ["native"],
                "key": library.key,
                "folder": str(library.folder),
                "size": library.size,
                "crates": 3,
                "rustc": "1.96.0",
                "commit": library.compiler.commit,
                "there_already": False,
                "seconds": 2.261,
            }
        ],
        "archive": None,
    }

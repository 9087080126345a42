"""A compilation whose output is taken away while it runs is no judgement of the code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from buildkit.cargo.messages import Message, parse_messages
from buildkit.execute.disturbance import disturbance

TARGET = {"name": "b", "kind": ["lib"], "crate_types": ["lib"]}


def artifact(*files: Path) -> str:
    told = {"reason": "compiler-artifact", "package_id": "b", "target": TARGET, "features": [], "fresh": False}
    return json.dumps({**told, "filenames": [str(file) for file in files]})


def error(text: str) -> str:
    message = {"message": text, "level": "error", "rendered": f"error: {text}\n"}
    return json.dumps({"reason": "compiler-message", "package_id": "app", "target": TARGET, "message": message})


def messages(lines: Sequence[str]) -> tuple[Message, ...]:
    return parse_messages(lines)


def test_what_a_call_has_made_and_is_gone_at_its_end_shows_it(tmp_path: Path) -> None:
    kept, gone = tmp_path / "libb.rmeta", tmp_path / "libc.rmeta"
    kept.touch()
    told = error("can't find crate for `c`")
    assert disturbance(tmp_path, messages([artifact(kept), told])) is None
    assert disturbance(tmp_path, messages([artifact(kept, gone), told])) is not None


@pytest.mark.parametrize(
    "text",
    [
        "could not write output to {0}/debug/deps/b.rcgu.o: No such file or directory",
        'couldn\'t create a temp dir: No such file or directory (os error 2) at path "{0}/debug/deps/rmetac7a6P7"',
        "extern location for b does not exist: {0}/debug/deps/libb-41ff.rmeta",
        "linking with `cc` failed: exit status: 1\n  = note: rust-lld: error: failed to write output '{0}/debug/b': No such file or directory",
    ],
)
def test_what_rustc_misses_below_the_target_directory_shows_it(tmp_path: Path, text: str) -> None:
    told = disturbance(tmp_path, messages([error(text.format(tmp_path))]))
    assert told == f"{tmp_path} was changed or removed while cargo was compiling; run it again"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("couldn't read `{0}/debug/build/app/out/made.rs`: No such file or directory (os error 2)", id="included file"),
        pytest.param("couldn't read `src/absent.rs`: No such file or directory (os error 2)", id="file of the sources"),
        pytest.param("linking with `cc` failed: exit status: 1\n  = note: cannot find -labsent: No such file or directory", id="library"),
        pytest.param("can't find crate for `b`", id="crate"),
    ],
)
def test_what_the_code_itself_asks_for_is_judged(tmp_path: Path, text: str) -> None:
    assert disturbance(tmp_path, messages([error(text.format(tmp_path))])) is None

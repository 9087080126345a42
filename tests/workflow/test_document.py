"""What is no scenario at all is refused with one sentence."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildkit.errors import ConfigurationError
from buildkit.workflow.document import DEEPEST, LARGEST_FILE, read_document
from buildkit.workflow.fault import Huge, shown, token
from buildkit.workflow.positions import locate

FIFTY_MEGABYTES = 50 * 1000 * 1000


def refusal(file: Path) -> str:
    with pytest.raises(ConfigurationError) as refused:
        read_document(file, Path(file.name))
    assert refused.value.hint
    return refused.value.message


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "s.json"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("", "s.json: the file is empty", id="empty"),
        pytest.param(" \n\t\n", "s.json: the file is empty", id="blank"),
        pytest.param("steps:\n  - a\n", "s.json:1: not valid JSON: expecting value (column 1)", id="no JSON"),
        pytest.param('{"a": 1,\n}', "s.json:2: not valid JSON: expecting property name enclosed in double quotes (column 1)", id="comma"),
        pytest.param('{"a": 1}\n{}', "s.json:2: not valid JSON: extra data (column 1)", id="two documents"),
        pytest.param('{"a": "b\n"}', "s.json:1: not valid JSON: invalid control character at (column 9)", id="line break in a text"),
        pytest.param('{\n"a": NaN}', "s.json:2: not valid JSON: there is no number NaN", id="NaN"),
        pytest.param('["NaN",\n-Infinity]', "s.json:2: not valid JSON: there is no number -Infinity", id="infinity"),
        pytest.param('{"a": 1,\n "b": 2,\n "a": 3}', 's.json:3: the key "a" appears twice, first on line 1', id="key twice"),
        pytest.param(
            '{"a": [{"x": {}},\n{"x": 1,\n"\\u0078": 2}]}', 's.json:3: the key "x" appears twice, first on line 2', id="key twice below"
        ),
        pytest.param(b"\xef\xbb\xbf{}", "s.json:1: begins with a byte order mark", id="byte order mark"),
        pytest.param("{}".encode("utf-16"), "s.json:1: begins with a byte order mark", id="UTF-16"),
        pytest.param(b'{\n"a": "\xff"}', "s.json:2: byte 0xff is not UTF-8", id="no UTF-8"),
        pytest.param("[" * 100 + "]" * 100, "s.json: lists and objects stand more than 64 deep inside each other", id="deep"),
        pytest.param("[" * 1_000_000, "s.json: lists and objects stand more than 64 deep inside each other", id="a million deep"),
        pytest.param(
            '{"a":' * 100_000 + "1" + "}" * 100_000, "s.json: lists and objects stand more than 64 deep inside each other", id="objects"
        ),
    ],
)
def test_what_is_no_document_is_refused_with_its_line(tmp_path: Path, content: str | bytes, message: str) -> None:
    assert refusal(written(tmp_path, content)) == message


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.json") == "none.json: no such file"
    assert refusal(tmp_path) == f"{tmp_path.name}: is a directory, not a file"
    assert refusal(Path("a\0b")) == "a\0b: cannot be read: embedded null byte"


def test_a_file_of_fifty_megabytes_is_refused_without_being_read(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    with file.open("wb") as stream:
        stream.truncate(FIFTY_MEGABYTES)
    assert refusal(file) == f"s.json: has 50,000,000 bytes, and a scenario at most {LARGEST_FILE:,}"


def test_a_stream_that_is_too_large_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "s.json"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b" " * (LARGEST_FILE + 1),))
    writer.start()
    assert refusal(pipe) == f"s.json: has more than the {LARGEST_FILE:,} bytes of the largest scenario"
    writer.join()


def test_what_is_just_large_and_deep_enough_is_read(tmp_path: Path) -> None:
    text = "[" * DEEPEST + "]" * DEEPEST
    file = written(tmp_path, text + " " * (LARGEST_FILE - len(text)))
    assert json.dumps(read_document(file, file).tree) == text


@pytest.mark.parametrize("text", ["1" * 5000, "-" + "9" * 30, "1e999", "-1e999", "18446744073709551616", "-9223372036854775809"])
def test_a_number_that_no_64_bits_hold_keeps_its_text(tmp_path: Path, text: str) -> None:
    tree = read_document(written(tmp_path, f"[{text}]"), Path("s.json")).tree
    assert isinstance(tree[0], Huge)
    assert tree[0].text == text


@pytest.mark.parametrize("number", [18446744073709551615, -9223372036854775808, 1.5e300, 0, -0.0])
def test_a_number_that_64_bits_hold_is_read(tmp_path: Path, number: float) -> None:
    tree = read_document(written(tmp_path, json.dumps([number])), Path("s.json")).tree
    assert (tree, type(tree[0])) == ([number], type(number))


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "\u202eabc", "\x00", "\ud800", "\x7f\x9b"])
def test_nothing_that_a_terminal_obeys_is_shown(text: str) -> None:
    assert shown(text).isprintable()


def test_a_long_value_is_shown_short() -> None:
    assert len(shown("a" * 10_000)) == 61
    assert shown([{"a": "b"}] * 1000).endswith("…")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@settings(deadline=None)
@given(tree=json_values, indent=st.sampled_from([None, 0, 2]))
def test_every_pointer_leads_to_what_stands_there(tree: object, indent: int | None) -> None:
    text = json.dumps(tree, indent=indent)
    waiting: list[tuple[str, object]] = [("", tree)]
    while waiting:
        pointer, value = waiting.pop()
        found, _ = json.JSONDecoder().raw_decode(text, locate(text, {pointer})[pointer])
        inside = isinstance(value, dict | list)
        if isinstance(value, dict):
            waiting += [(f"{pointer}/{token(name)}", (name, inner)) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(f"{pointer}/{index}", inner) for index, inner in enumerate(value)]
        elif isinstance(value, tuple):
            name, inner = value
            assert found == name
            waiting += [(place, below) for place, below in _below(pointer, inner)]
            continue
        assert inside or found == value


def _below(pointer: str, value: object) -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [(f"{pointer}/{token(name)}", (name, inner)) for name, inner in value.items()]
    return [(f"{pointer}/{index}", inner) for index, inner in enumerate(value)] if isinstance(value, list) else []

from __future__ import annotations

import pytest

from buildkit.artifacts.sizes import format_size, parse_size
from buildkit.errors import UsageError


@pytest.mark.parametrize(
    ("size", "text"),
    [
        pytest.param(0, "0 B", id="nothing"),
        pytest.param(1023, "1023 B", id="just under a KiB"),
        pytest.param(1024, "1.0 KiB", id="a KiB"),
        pytest.param(1536 * 1024, "1.5 MiB", id="with a fraction"),
        pytest.param(3 * 1024**3, "3.0 GiB", id="the largest unit"),
    ],
)
def test_a_size_is_written_in_its_largest_unit(size: int, text: str) -> None:
    assert format_size(size) == text


@pytest.mark.parametrize(
    ("text", "size"),
    [
        pytest.param(4096, 4096, id="a number"),
        pytest.param("4096", 4096, id="digits"),
        pytest.param("200 KiB", 204_800, id="a binary unit"),
        pytest.param("1.5 MB", 1_500_000, id="a decimal unit with a fraction"),
    ],
)
def test_a_size_is_read_in_bytes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "much", "-1", "1 TiB", "1.5"])
def test_what_is_no_size_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(UsageError, match="is no size") as caught:
        parse_size(text)
    assert "200 KiB" in (caught.value.hint or "")

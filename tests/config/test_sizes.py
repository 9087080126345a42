from __future__ import annotations

import pytest

from buildkit.config.sizes import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [(12, 12), ("12 B", 12), ("200 KiB", 204_800), ("200KB", 200_000), ("1.5 MiB", 1_572_864), ("2 GB", 2_000_000_000)],
)
def test_a_size_is_read_in_bytes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "12", "KiB", "1 kB", "-1 B", "1 TiB"])
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no size$"):
        parse_size(text)

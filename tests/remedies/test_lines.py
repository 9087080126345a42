"""Lines that an edit is not about keep their bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from buildkit.remedies.lines import changed_lines, edit_lines, split_lines

lines = st.lists(st.tuples(st.sampled_from(["a = 1", "b = 2", "", "# c"]), st.sampled_from(["\n", "\r\n"])), max_size=8)


@given(lines, st.sampled_from(["", "\ufeff"]), st.sampled_from(["", "last = 1"]))
def test_an_edit_of_nothing_changes_nothing(given_lines: list[tuple[str, str]], mark: str, last: str) -> None:
    text = mark + "".join(line + ending for line, ending in given_lines) + last
    assert edit_lines(text, lambda plain: plain) == text


@given(lines)
def test_a_line_at_the_end_leaves_all_others_alone(given_lines: list[tuple[str, str]]) -> None:
    text = "".join(line + ending for line, ending in given_lines)
    assert edit_lines(text, lambda plain: f"{plain}new = 1\n").startswith(text)


def test_a_new_line_ends_as_most_others_do() -> None:
    assert edit_lines("a\r\nb\r\nc\n", lambda plain: f"{plain}d\n") == "a\r\nb\r\nc\nd\r\n"


def test_a_replaced_line_ends_as_it_did() -> None:
    assert edit_lines("a\r\nb\r\nc\n", lambda plain: plain.replace("c", "d")) == "a\r\nb\r\nd\n"


def test_only_a_line_feed_ends_a_line() -> None:
    assert split_lines("a\u2028b\x0cc\nd") == ["a\u2028b\x0cc\n", "d"]


def test_a_replaced_line_counts_twice() -> None:
    assert changed_lines("a\nb\n", "a\nc\nd\n") == 3

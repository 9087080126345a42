from __future__ import annotations

import pytest

from bench.compile import Measured, table, turned
from bench.compile_site import PASS, Sizes, Way
from bench.measure import Sample


def sample(seconds: float) -> Sample:
    return Sample(seconds=seconds, cpu_seconds=seconds)


def measured(built: float, compiled: int = 110) -> Measured:
    taken = {Way.COMPILE: 1.0, Way.UNCHANGED: 0.5, Way.CLEAN: 60.0, Way.BUILT: built, Way.PLAIN: 9.0}
    return Measured(
        target="wasm32-wasip2",
        samples={way: (sample(seconds), sample(seconds * 2), sample(seconds * 3)) for way, seconds in taken.items()},
        sizes=Sizes(compiled=compiled, cargo=100, plain=120),
        passes={"link": 0.25, "total": 1.0},
    )


@pytest.mark.parametrize("number", range(7))
def test_every_round_goes_all_ways_and_changes_nothing_after_it_has_compiled(number: int) -> None:
    ways = list(turned(tuple(Way), number))
    assert sorted(ways) == sorted(Way)
    assert ways[(ways.index(Way.COMPILE) + 1) % len(ways)] is Way.UNCHANGED


def test_ratios_are_medians_over_the_rounds() -> None:
    assert measured(2.5).ratio(Way.BUILT) == pytest.approx(2.5)


def test_what_falls_short_is_named() -> None:
    assert measured(2.5).misses == ()
    assert measured(1.5, compiled=120).misses == ("cargo build, dependencies built: 1.50 of 2", "size: 1.20 of at most 1.15")


def test_the_table_says_what_is_missed() -> None:
    lines = list(table([measured(1.5)]))
    assert "| cargo build, dependencies built | 3.00 | 3.00 | 1.50 |" in lines
    assert lines[-1] == "Missed: cargo build, dependencies built: 1.50 of 2."


def test_a_pass_is_read_as_rustc_writes_it() -> None:
    line = "time:   0.005; rss:   41MB ->   47MB (   +6MB)\tparse_crate\n"
    assert PASS.findall(line) == [("0.005", "parse_crate")]

from __future__ import annotations

from bench.contenders import CONTENDERS
from bench.measure import Sample
from bench.results import median_of
from bench.rounds import rotated


def test_every_contender_is_once_the_first() -> None:
    orders = [tuple(one.name for one in rotated(CONTENDERS, number)) for number in range(len(CONTENDERS))]
    names = [one.name for one in CONTENDERS]
    assert [order[0] for order in orders] == names
    assert all(sorted(order) == sorted(names) for order in orders)


def test_a_median_is_taken_of_each_figure() -> None:
    samples = [Sample(seconds=seconds, cpu_seconds=cpu) for seconds, cpu in ((3, 1), (1, 2), (9, 9))]
    assert median_of(samples) == Sample(seconds=3, cpu_seconds=2)
    assert median_of(()) is None

"""Samples of a service's stacks become a table of what its threads do."""

from __future__ import annotations

from bench.checkpoint_profile import Stack, doing, stacks_of, table

LINES = (
    "thread (7): committer;Thread.run (threading.py:9);Committer.work (buildkit/server/committer.py:66) 20",
    "thread (7): committer;begin (sqlalchemy/engine/base.py:1);DefaultDialect.do_commit (sqlalchemy/engine/default.py:954) 30",
    "thread (1): MainThread;main (buildkit/cli/start.py:23);Runner.run (asyncio/runners.py:118) 10",
    "thread (1): MainThread;app (fastapi/routing.py:1);solve (fastapi/dependencies/utils.py:2) 39",
    "thread (9): reader_0;wait (threading.py:1);loads (json.py:1) 1",
    "what is no stack",
)


def test_samples_are_counted_for_the_library_of_the_innermost_frame() -> None:
    assert table(stacks_of(LINES))[2:] == [
        "| HTTP | fastapi | 39 |",
        "| commits | the commit itself: SQLite and fsync | 30 |",
        "| commits | waits for operations | 20 |",
        "| HTTP | the event loop: sockets, wake-ups | 10 |",
        "| others | Python's library | 1 |",
    ]


def test_what_is_met_too_seldom_has_no_line() -> None:
    rare = Stack(thread="MainThread", frames=("a (re/x.py:1)",), samples=1)
    often = Stack(thread="MainThread", frames=("a (json/x.py:1)",), samples=999)
    assert table((rare, often))[2:] == ["| HTTP | json | 100 |"]


def test_a_frame_without_a_file_is_named_as_it_is() -> None:
    assert doing(Stack(thread="MainThread", frames=("[native]",), samples=1)) == "[native]"

"""Answers to `why`: paths, the shortest first, or the proof."""

from __future__ import annotations

from dataclasses import replace

from linked import explainer_of, link_all, needs, policy_of
from workspaces import package

from buildkit.features.answer import Answer, Question, answer
from buildkit.features.links import Links
from buildkit.reports.answers import answer_entry, answers_lines

LINKS = link_all(
    package("app", {"fast": ("mid/net",), "slow": ("far/net",)}, dependencies=[needs("mid"), needs("far")]),
    package("far", {"net": ("mid/net",)}, dependencies=[needs("mid")]),
    package("mid", {"net": ("dep:net",)}, dependencies=[needs("net", optional=True)]),
    package("net"),
)


def asked(crate: str, *, extra: tuple[str, ...], most: int = 1, links: Links = LINKS) -> Answer:
    question = Question(subject=crate, reason="no sockets", most_paths=most)
    return answer(policy_of(links, "app", extra), question, explainer_of(links))


def ways(found: Answer) -> list[list[str]]:
    return [[step.to for step in path] for path in found.paths]


def test_the_shortest_path_of_the_smallest_selection_is_shown() -> None:
    found = asked("net", extra=("slow", "fast"))
    assert found.selection == ("fast",)
    assert ways(found) == [["mid/net", "mid/dep:net", "net"]]


def test_all_paths_come_shortest_first_and_each_once() -> None:
    found = asked("net", extra=("slow", "fast"), most=20)
    assert ways(found) == [["mid/net", "mid/dep:net", "net"], ["far/net", "mid/net", "mid/dep:net", "net"]]
    assert not found.has_more_paths


def test_a_bound_on_paths_is_told() -> None:
    many = [needs(f"m{number}", "net") for number in range(6)]
    middle = [package(f"m{number}", {"net": ("net/on",)}, dependencies=[needs("net")]) for number in range(6)]
    links = link_all(package("app", dependencies=many), *middle, package("net", {"on": ()}))
    found = asked("net", extra=(), most=4, links=links)
    assert len(found.paths) == 4
    assert found.has_more_paths


def test_without_a_path_the_proof_is_stated() -> None:
    found = asked("far", extra=("fast",))
    assert found.is_reached
    links = link_all(package("app", {f"f{number}": () for number in range(12)}), package("net"))
    proof = asked("net", extra=tuple(f"f{number}" for number in range(12)), links=links)
    assert list(answers_lines((proof,), "app on wasm")) == ["net: not reachable from any of the 4,096 allowed selections of app on wasm"]


def test_a_proof_without_a_number_is_stated_in_words() -> None:
    proof = replace(asked("far", extra=(), links=link_all(package("app", {}), package("far"))), selections=None)
    assert list(answers_lines((proof,), "app on wasm")) == ["far: not reachable from any allowed selection of app on wasm"]
    assert answer_entry(proof)["selections"] is None


def test_a_crate_that_is_nowhere_is_told_from_one_that_is_not_reached() -> None:
    (line,) = answers_lines((asked("absent", extra=()),), "app on wasm")
    assert line == "absent: not reachable from the only allowed selection of app on wasm; no package of the graph has such a name"


def test_a_path_is_drawn_as_a_tree() -> None:
    lines = list(answers_lines((asked("net", extra=("fast",)),), "app on wasm"))
    assert lines[0] == "net is reached from app on wasm with --features fast: no sockets"
    assert lines[1] == "  app/fast (selected)"
    assert [line.partition("└── ")[2].partition(":")[0] for line in lines[2:5]] == ["mid/net", "mid/dep", "net"]

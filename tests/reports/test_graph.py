"""Closures as text for people and for other programs."""

from __future__ import annotations

import pytest

from buildkit.features.atoms import Side
from buildkit.features.compiled_graph import CompiledGraph, CompiledPackage
from buildkit.reports.graph import PEN, PLAIN_PEN, closure_entries, dot_lines, mermaid_lines, pen_for, tree_lines


def compiled(name: str, *uses: int, features: tuple[str, ...] = (), side: Side = Side.TARGET) -> CompiledPackage:
    return CompiledPackage(name=name, version="1.0.0", side=side, features=features, uses=uses)


SHOP = CompiledGraph(
    packages=(
        compiled("shop", 1, 2, 4, features=("default", "wasi")),
        compiled("cart", 2, 4),
        compiled("model", 3, features=("std",)),
        compiled("model-derive", side=Side.HOST),
        compiled("zlib"),
    ),
    root=0,
)


def test_a_tree_shows_each_package_and_what_it_uses_once() -> None:
    assert list(tree_lines(SHOP)) == [
        "shop v1.0.0: default, wasi",
        "├── cart v1.0.0",
        "│   ├── model v1.0.0: std",
        "│   │   └── model-derive v1.0.0 (host)",
        "│   └── zlib v1.0.0",
        "├── model v1.0.0: std (*)",
        "└── zlib v1.0.0",
    ]


def test_a_terminal_without_these_characters_gets_others() -> None:
    assert list(tree_lines(SHOP, pen_for("ascii")))[2:4] == ["|   |-- model v1.0.0: std", "|   |   `-- model-derive v1.0.0 (host)"]
    assert (pen_for(None), pen_for("utf-8"), pen_for("no such encoding")) == (PEN, PEN, PLAIN_PEN)


def test_what_is_not_compiled_has_no_tree() -> None:
    assert list(tree_lines(CompiledGraph(packages=(), root=None))) == []


def test_graphviz_gets_a_box_for_each_package_and_an_arrow_for_each_use() -> None:
    drawn = list(dot_lines('shop/wasi/"', SHOP))
    assert drawn[0] == 'digraph "shop/wasi/\\"" {'
    assert '    n0 [label="shop v1.0.0\\ndefault, wasi"];' in drawn
    assert '    n3 [label="model-derive v1.0.0 (host)", style=dashed];' in drawn
    assert [line for line in drawn if "->" in line] == [
        f"    n{user} -> n{used};" for user, used in ((0, 1), (0, 2), (0, 4), (1, 2), (1, 4), (2, 3))
    ]
    assert drawn[-1] == "}"


def test_mermaid_gets_the_same() -> None:
    drawn = list(mermaid_lines("shop/wasi/-", SHOP))
    assert drawn[:4] == ["---", 'title: "shop/wasi/-"', "---", "flowchart TD"]
    assert '    n0["shop v1.0.0<br>default, wasi"]' in drawn
    assert '    n3["model-derive v1.0.0 (host)"]:::host' in drawn
    assert "    n2 --> n3" in drawn


@pytest.mark.parametrize(("place", "side"), [(0, "target"), (3, "host")])
def test_json_names_the_side(place: int, side: str) -> None:
    entry = closure_entries(SHOP)[place]
    package = SHOP.packages[place]
    assert entry == {"package": package.name, "version": "1.0.0", "side": side, "features": list(package.features)}

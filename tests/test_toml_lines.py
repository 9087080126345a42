from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildkit.toml_lines import KeyPath, locate_keys, split_key

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8)
BARE = st.text("abcxyz019_-", min_size=1, max_size=6)
FILLERS = st.sampled_from(["", " ", "#\n", "\n", "\n# c, ]}[=\"'\n", "  # x\n\n"])
SCALARS = st.sampled_from(
    [
        "1",
        "-0.5e3",
        "true",
        "1979-05-27 07:32:00",
        "07:32:00",
        '""',
        "''",
        r'"a \" # [x] = \\"',
        "'\\'",
        '""""""',
        "''''''",
        '"""\n[x]\n\\"""\na = 1\n"""',
        '"""a""b"""',
        '"""quotes at the end"""""',
        "'''\n[[y]]\n'' # no comment\n'''",
        "'''quotes'''''",
        '"""line \\\n   continued"""',
    ]
)


def quoted(key: str) -> str:
    return '"' + "".join(f"\\u{ord(character):04x}" if character in '"\\' else character for character in key) + '"'


@dataclass
class Draft:
    """A document under construction, with the line on which each of its keys first stands."""

    draw: st.DrawFn
    text: str = ""
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def record(self, path: KeyPath) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def keys(self, *, most: int) -> list[str]:
        return self.draw(st.lists(BARE | NAMES, unique=True, max_size=most))

    def spell(self, key: str) -> str:
        spellings = [quoted(key)]
        if key and all(c in "abcxyz019_-" for c in key):
            spellings.append(key)
        if "'" not in key:
            spellings.append(f"'{key}'")
        return self.draw(st.sampled_from(spellings))

    def pair(self, table: KeyPath, key: str, depth: int) -> None:
        path = (*table, key)
        self.record(path)
        self.text += self.spell(key)
        for more in self.draw(st.lists(BARE, max_size=2)):
            path = (*path, more)
            self.record(path)
            self.text += self.draw(st.sampled_from([".", " . "])) + self.spell(more)
        self.text += self.draw(st.sampled_from(["=", " = "]))
        self.value(path, depth)

    def value(self, path: KeyPath, depth: int) -> None:
        kind = self.draw(st.sampled_from(["scalar", "array", "table"] if depth else ["scalar"]))
        if kind == "scalar":
            self.text += self.draw(SCALARS)
        elif kind == "array":
            self.array(path, depth - 1)
        else:
            self.text += "{"
            for index, key in enumerate(self.keys(most=3)):
                self.text += ", " if index else " "
                self.pair(path, key, depth - 1)
            self.text += "}"

    def array(self, path: KeyPath, depth: int) -> None:
        self.text += "["
        length = self.draw(st.integers(0, 3))
        for index in range(length):
            self.text += self.draw(FILLERS)
            self.record((*path, index))
            self.value((*path, index), depth)
            self.text += self.draw(FILLERS) + ("," if index < length - 1 else self.draw(st.sampled_from(["", ","])))
        self.text += self.draw(FILLERS) + "]"

    def body(self, table: KeyPath) -> None:
        for key in self.keys(most=3):
            self.pair(table, key, 2)
            self.text += self.draw(st.sampled_from(["\n", " # = [\n", "\n\n"]))

    def table(self, name: str) -> None:
        parts = [name, *self.draw(st.lists(BARE, max_size=2))]
        for length in range(1, len(parts) + 1):
            self.record(tuple(parts[:length]))
        self.text += f"[ {' . '.join(map(self.spell, parts))} ] # t\n"
        self.body(tuple(parts))

    def array_of_tables(self, name: str) -> None:
        for index in range(self.draw(st.integers(1, 3))):
            self.record((name,))
            self.record((name, index))
            self.text += f"[[{self.spell(name)}]]\n"
            self.body((name, index))
            sub = "sub table"
            if (name, index, sub) not in self.lines and self.draw(st.booleans()):
                self.record((name, index, sub))
                self.text += f"  [{self.spell(name)}.{self.spell(sub)}]\n"
                self.body((name, index, sub))


@st.composite
def documents(draw: st.DrawFn) -> Draft:
    draft = Draft(draw)
    top, *tables = draft.keys(most=5) or [""]
    draft.pair((), top, 2)
    draft.text += "\n"
    for name in tables:
        draw(st.sampled_from([draft.table, draft.array_of_tables]))(name)
    return draft


def paths(tree: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from paths(value, (*path, key))


@settings(deadline=None)
@given(documents())
def test_every_key_of_a_document_is_found_on_its_line(draft: Draft) -> None:
    located = locate_keys(draft.text)
    assert dict(located) == draft.lines
    assert set(located) == set(paths(tomllib.loads(draft.text)))


@settings(deadline=None)
@given(documents())
def test_windows_line_ends_change_no_line(draft: Draft) -> None:
    assert locate_keys(draft.text.replace("\n", "\r\n")) == locate_keys(draft.text)


def test_inline_tables_over_several_lines_are_read_as_toml_1_1_allows() -> None:
    assert locate_keys("a = {\n  b = 1, # one\n  c = 2,\n}\n") == {("a",): 1, ("a", "b"): 2, ("a", "c"): 3}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("workspace.targets", ("workspace", "targets")),
        ('target."thumbv8m.main".deny', ("target", "thumbv8m.main", "deny")),
        ("a . 'b.c'", ("a", "b.c")),
    ],
)
def test_a_dotted_key_is_split_as_toml_does(text: str, parts: tuple[str, ...]) -> None:
    assert split_key(text) == parts


@pytest.mark.parametrize("text", ["", "a..b", "a b", ".a", 'a."b'])
def test_a_text_that_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        split_key(text)

"""Edits of manifests keep every line that they are not about, in each form in which a dependency can be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from buildkit.remedies.difference import difference
from buildkit.remedies.document import edited
from buildkit.remedies.edits import Configure, Declare, Edit, Entry, Move, Rewrite
from buildkit.remedies.placing import UneditableError

FILE = Path("Cargo.toml")
HERE = ("dependencies",)
NOT_WASM = ("target", 'cfg(not(target_family = "wasm"))', "dependencies")
REST = '\n# What is checked.\n[lints.rust]\nunsafe_code = "forbid"\n'


def entry(table: tuple[str, ...] = HERE, key: str = "store") -> Entry:
    return Entry(file=FILE, table=table, key=key)


OFF = Configure(entry=entry(), default_features=False)
OFF_KEEPING = Configure(entry=entry(), default_features=False, features=("index",))
AWAY = Move(entry=entry(), table=NOT_WASM)
SPLIT = Declare(entry=entry(NOT_WASM), value={"path": "../store", "features": ["net"]}, beside=(*HERE, "store"))
SEVERAL_LINES = '[dependencies]\nstore = { path = "../store", features = [\n    "net", # for servers\n    # small files\n    "compact",\n] } # why\nserde = "1"\n'
FORMS: dict[str, tuple[str, Edit]] = {
    "inherited-again": (
        "[dependencies]\nstore = { workspace = true, default-features = true } # why\n",
        Configure(entry=entry(), inherits_default_features=True),
    ),
    "last-feature": ('[dependencies]\nstore = { features = ["net"], path = "../store" } # why\n', Configure(entry=entry(), features=())),
    "last-feature-dotted": ('[dependencies]\nstore.workspace = true\nstore.features = ["net"]\n', Configure(entry=entry(), features=())),
    "last-feature-in-a-table": (
        '[dependencies.store]\nversion = "1"\nfeatures = ["net"] # why\n' + REST,
        Configure(entry=entry(), features=()),
    ),
    "version": ('[dependencies]\nstore = "1" # why\nserde = "1"\n', OFF_KEEPING),
    "inline-table": ('[dependencies]\nstore = { path = "../store" } # why\nserde = "1"\n', OFF_KEEPING),
    "inline-table-tight": ('[dependencies]\nstore={path="../store",features=["net"]}\n', OFF_KEEPING),
    "inline-table-with-defaults": ('[dependencies]\nstore = { default-features = true, path = "../store" }\n', OFF),
    "old-spelling": ('[dependencies]\nstore = { path = "../store", default_features = true }\n', OFF),
    "dotted-keys": ('[dependencies]\nstore.path = "../store" # why\nserde = "1"\n', OFF_KEEPING),
    "table-of-its-own": ('[dependencies.store]\npath = "../store" # why\n' + REST, OFF_KEEPING),
    "list-over-lines": (SEVERAL_LINES, Configure(entry=entry(), features=("compact", "index"))),
    "list-with-comma": (
        '[dependencies]\nstore = { path = "s", features = [ "net", "io", ] }\n',
        Configure(entry=entry(), features=("io", "a")),
    ),
    "crlf": ('[dependencies]\r\nstore = { path = "../store" }\r\nserde = "1"\r\n', OFF),
    "crlf-in-places": ('[dependencies]\r\nstore = "1"\nserde = "1"\r\n[lints]\r\nworkspace = true\n', OFF),
    "no-last-newline": ('[dependencies]\nserde = "1"\nstore = { path = "../store" }', OFF_KEEPING),
    "byte-order-mark": ('\ufeff[dependencies]\nstore = { path = "../store" }\n', OFF),
    "under-cfg": (
        '[target."cfg(unix)".dependencies]\nstore = { path = "../store" } # why\n',
        Configure(entry=entry(("target", "cfg(unix)", "dependencies")), default_features=False),
    ),
    "tables-apart": (
        '[dependencies]\nserde = "1"\n\n[features]\nnet = []\n\n[dependencies.store]\npath = "../store"\n' + REST,
        OFF_KEEPING,
    ),
    "split": ('[dependencies]\nstore = { path = "../store", features = ["net"] }\n' + REST, SPLIT),
    "split-no-last-newline": ('[dependencies]\nstore = { path = "../store", features = ["net"] }', SPLIT),
    "split-crlf": ('[dependencies]\r\nstore = "1"\r\n\r\n[features]\r\na = []\r\n', SPLIT),
    "split-into-a-table": (
        '[dependencies]\nstore = "1"\n\n[target.\'cfg(not(target_family = "wasm"))\'.dependencies]\nserde = "1"\n' + REST,
        SPLIT,
    ),
    "move-the-only-one": ('[dependencies] # few\nstore = "1" # why\n' + REST, AWAY),
    "move-the-last": ('[dependencies]\nserde = "1"\n\n# Keeps what was computed.\nstore = "1" # why\n' + REST, AWAY),
    "move-the-first": ('[dependencies]\n# Of ours.\nstore = "1" # why\nserde = "1"\n' + REST, AWAY),
    "move-list-over-lines": (SEVERAL_LINES, AWAY),
    "move-dotted-keys": ('[dependencies]\nstore.path = "../store"\nserde = "1"\nstore.optional = true\n', AWAY),
    "move-table-of-its-own": ('[dependencies]\nserde = "1"\n\n[dependencies.store] # why\npath = "../store"\n' + REST, AWAY),
    "move-from-cfg": (
        "[target.'cfg(unix)'.dependencies]\nstore = \"1\"\n",
        Move(entry=entry(("target", "cfg(unix)", "dependencies")), table=NOT_WASM),
    ),
    "move-crlf": ('[dependencies]\r\nserde = "1"\r\nstore = "1"\r\n\r\n[features]\r\na = []\r\n', AWAY),
    "feature": (
        '[features]\nnet = ["store/net", "io"] # both\nio = []\n',
        Rewrite(file=FILE, feature="net", value="store/net", by=("store?/net",)),
    ),
    "feature-over-lines": (
        '[features]\nnet = [\n    # first\n    "io",\n    "store/net", # why\n]\n',
        Rewrite(file=FILE, feature="net", value="store/net", by=("dep:store", "store?/net")),
    ),
    "workspace-table": (
        '[workspace]\nmembers = ["crates/*"]\n\n[workspace.dependencies]\nstore = { version = "1" } # once\n',
        Configure(entry=entry(("workspace", "dependencies")), default_features=False),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_an_edit_touches_only_its_own_lines(form: str, golden: Callable[[str, str], None]) -> None:
    text, edit = FORMS[form]
    # git and editors keep a carriage return in a text file only by chance.
    golden(f"fix/forms/{form}.diff", _difference(text, edit).replace("\r", "\N{SYMBOL FOR CARRIAGE RETURN}"))


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_twice_is_written_once(form: str) -> None:
    text, edit = FORMS[form]
    if isinstance(edit, Configure):
        once = edited(text, edit)
        assert edited(once, edit) == once


@pytest.mark.parametrize(
    ("text", "edit"),
    [
        pytest.param('dependencies = { store = { path = "x" } }\n', AWAY, id="all in one line"),
        pytest.param("[dependencies]\n", OFF, id="not there"),
        pytest.param('[dependencies]\nstore = "1\n', OFF, id="no TOML"),
        pytest.param("[dependencies.store]\nworkspace = true\n", Declare(entry=entry(), value="1"), id="a table to replace"),
    ],
)
def test_what_cannot_be_kept_is_refused(text: str, edit: Edit) -> None:
    with pytest.raises(UneditableError, match=r"cannot be edited|would not keep|of its own"):
        edited(text, edit)


def _difference(text: str, edit: Edit) -> str:
    return difference({FILE: text.encode()}, {FILE: edited(text, edit).encode()})

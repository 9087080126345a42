from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from buildkit.config.document import join_target_names, read_document
from buildkit.config.settings import Settings
from buildkit.errors import ConfigurationError, ExitCode

EVERYTHING_WRONG = """\
[workspac]
x = 1
[workspace]
targets = "native"
[package.a]
exclusive = [["native"]]
targts = []
[package.a.run]
directories = ["data"]
seconds = 0
memory = "much"
[package.a.target.wasm32-wasip2]
depth = "every"
extra = "**"
features = [
  1,
  true,
]
budgets = { size = "1 KiB" }
deny = [{ crates = "x" },
  "a/b/c"]
[target.thumb.main]
budget.size = "200 kiB"
env = { CC = 1, "" = "x" }
[cargo]
jobs = true
locked = "yes"
[[expect]]
verdict = "pass"
[[expect]]
cell = "a"
verdict = "fail"
reason = ""
rule = "denied"
"""

UNKNOWN_KEYS = {
    "top": ("targetz = 1", "unknown key 'targetz' at the top", "target"),
    "workspace": ("[workspace]\ntarget = []", "unknown key 'target' in [workspace]", "targets"),
    "plugins": ("[plugins]\npath = []", "unknown key 'path' in [plugins]", "paths"),
    "toolchain": ("[toolchain]\nstor = 'x'", "unknown key 'stor' in [toolchain]", "store"),
    "cargo": ("[cargo]\njob = 1", "unknown key 'job' in [cargo]", "jobs"),
    "target": ("[target.t]\nrustflag = []", "unknown key 'rustflag' in [target.t]", "rustflags"),
    "budget": ("[target.t.budget]\ngzip_size = 1", "unknown key 'gzip_size' in [target.t.budget]", "gzip-size"),
    "package": ("[package.p]\nexclusiv = []", "unknown key 'exclusiv' in [package.p]", "exclusive"),
    "run": ("[package.p.run]\nargument = []", "unknown key 'argument' in [package.p.run]", "arguments"),
    "package target": ("[package.p.target.t]\nfeature = []", "unknown key 'feature' in [package.p.target.t]", "features"),
    "denial": (
        "[workspace]\ndeny = [{ crate = 'x', feature = [] }]",
        "unknown key 'feature' in [workspace.deny (element 1)]",
        "features",
    ),
    "expect": (
        "[[expect]]\ncell = 'a'\nverdict = 'fail'\nreason = 'r'\nrules = 'run'",
        "unknown key 'rules' in [expect (element 1)]",
        "rule",
    ),
    "table of a target": ("[target.t]\nbudgets = { size = 1 }", "unknown key 'budgets' in [target.t]", "budget"),
}


def refusal(load: Callable[..., Settings], text: str) -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        load(text)
    assert caught.value.exit_code is ExitCode.USAGE
    return caught.value


def test_every_problem_of_a_file_is_told_with_its_line(load: Callable[..., Settings], golden: Callable[[str, str], None]) -> None:
    error = refusal(load, EVERYTHING_WRONG)
    golden("config/everything-wrong.txt", f"{error.message}\n")
    assert error.line == 1


@pytest.mark.parametrize(("text", "message", "near"), UNKNOWN_KEYS.values(), ids=UNKNOWN_KEYS)
def test_an_unknown_key_is_told_with_its_line_and_the_nearest(load: Callable[..., Settings], text: str, message: str, near: str) -> None:
    error = refusal(load, f"# one\n\n{text}\n# end\n")
    last = 2 + len(text.splitlines())
    assert error.message == f"buildkit.toml:{last}: {message}"
    assert error.hint == f"did you mean {near!r}?"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = 1\nb = = 2\n", 2), ("a = 1\n[x\n", 2), ("[a]\nb = [1,\n\n", 2), ("[workspace]\n[workspace]\n", 2), ('a = """\n', 1)],
    ids=["value", "header", "unclosed array", "twice", "unclosed string"],
)
def test_broken_toml_is_told_with_its_line(load: Callable[..., Settings], text: str, line: int) -> None:
    assert re.fullmatch(rf"buildkit\.toml:{line}: not valid TOML: [a-z][^\n]*[^)]", refusal(load, text).message)


@pytest.mark.parametrize("text", ["a = " + "[" * 50_000, f"[target.{'a.' * 3000}b]", "a = " + "9" * 5000], ids=["deep", "dotted", "long"])
def test_toml_that_python_cannot_hold_is_refused(load: Callable[..., Settings], text: str) -> None:
    assert refusal(load, text).message.startswith("buildkit.toml: ")


def test_a_file_that_is_not_utf_8_is_told_with_the_line_of_the_byte(root: Path, load: Callable[..., Settings]) -> None:
    (root / "buildkit.toml").write_bytes(b"# one\n# caf\xe9\n")
    with pytest.raises(ConfigurationError, match=r"^buildkit\.toml:2: byte 0xe9 is not UTF-8$"):
        load()


def test_a_directory_in_place_of_the_file_is_refused(root: Path, load: Callable[..., Settings]) -> None:
    (root / "buildkit.toml").mkdir()
    with pytest.raises(ConfigurationError, match=r"^buildkit\.toml: is a directory, not a file$"):
        load()


def test_an_unreadable_file_is_refused(root: Path, load: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    (root / "buildkit.toml").touch()
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ConfigurationError, match=r"^buildkit\.toml: cannot be read: Permission denied$"):
        load()


def test_a_missing_file_is_refused(root: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^other\.toml: no such file$"):
        read_document(root / "other.toml", Path("other.toml"))


def test_a_byte_order_mark_and_windows_line_ends_are_accepted(root: Path) -> None:
    (root / "buildkit.toml").write_bytes(b'\xef\xbb\xbf[workspace]\r\ndeny = ["a"]\r\n')
    document = read_document(root / "buildkit.toml", Path("buildkit.toml"))
    assert document.tree == {"workspace": {"deny": ["a"]}}
    assert document.place("workspace.deny") == "buildkit.toml:2"


@pytest.mark.parametrize("header", ["target.thumbv8m.main-none-eabihf", 'target."thumbv8m.main-none-eabihf"'])
def test_a_triple_with_a_dot_names_a_target_quoted_or_not(load: Callable[..., Settings], header: str) -> None:
    settings = load(f'[{header}]\nextends = "embedded"\n[{header}.env]\nCC = "gcc"\n[package.p.{header}]\nfeatures = ["x"]\n')
    table = settings.configuration.target["thumbv8m.main-none-eabihf"]
    assert (table.extends, table.env) == ("embedded", {"CC": "gcc"})
    assert settings.configuration.package["p"].target["thumbv8m.main-none-eabihf"].features == ("x",)
    assert settings.place("target.thumbv8m.main-none-eabihf.env.CC") == "buildkit.toml:4"


def test_targets_whose_names_begin_alike_are_kept_apart(load: Callable[..., Settings]) -> None:
    settings = load("[target.thumbv8m]\ntags = ['a']\n[target.thumbv8m.main-none-eabi]\ntags = ['b']\n[target.thumbv8m.base-none-eabi]\n")
    assert {name: table.tags for name, table in settings.configuration.target.items()} == {
        "thumbv8m": ("a",),
        "thumbv8m.main-none-eabi": ("b",),
        "thumbv8m.base-none-eabi": (),
    }


def test_one_target_spelled_both_ways_is_refused(load: Callable[..., Settings]) -> None:
    error = refusal(load, '[target.thumbv8m.main-none-eabi]\n[target."thumbv8m.main-none-eabi"]\n')
    assert error.message == "buildkit.toml:1: target.thumbv8m.main-none-eabi is declared twice, with its dots quoted and unquoted"


def test_joining_leaves_what_is_no_table_for_the_check() -> None:
    assert join_target_names({"target": 1, "package": {"p": 2}}) == ({"target": 1, "package": {"p": 2}}, ())

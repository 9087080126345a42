"""A remembered verdict of clippy is found exactly where everything that clippy could read is the same, and is then cargo's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from checked import Checkout, Snapshot
from oracle import write_files
from reading_workspace import Change, append, remove, touch_all, write

from buildkit.cargo.calls import CargoCommand, CargoOptions
from buildkit.execute.context import Trust

pytestmark = pytest.mark.integration

PACKAGE = '[package]\nname = "{}"\nversion = "0.1.0"\nedition = "2021"\n'
FILES = {
    "ws/Cargo.toml": '[workspace]\nresolver = "2"\nmembers = ["app", "low"]\n',
    "ws/app/Cargo.toml": PACKAGE.format("app")
    + "[features]\nbad = []\n[dependencies]\nlow.path = '../low'\nbeside.path = '../../beside'\n",
    "ws/low/Cargo.toml": PACKAGE.format("low"),
    "beside/Cargo.toml": PACKAGE.format("beside"),
}
SOURCES = {
    "ws/app/src/lib.rs": (
        "pub fn used() -> usize { low::low() + std::env::args().len() + beside::beside() }\n"
        "pub fn more(a: u8, b: u8, c: u8) -> u8 { a + b + c }\n"
        '#[cfg(feature = "bad")]\npub fn bad(x: &Vec<u8>) -> usize { x.len() }\n'
    ),
    "ws/low/src/lib.rs": "pub fn low() -> usize { 1 }\n",
    "beside/src/lib.rs": "pub fn beside() -> usize { 1 }\npub fn bad(x: &Vec<u8>) -> usize { x.len() }\n",
}
DENIED = CargoOptions(command=CargoCommand.CLIPPY, offline=True, arguments=("--", "-D", "warnings"))
LINT = "pub fn bad(x: &Vec<u8>) -> usize { x.len() }\n"
FEWER = "too-many-arguments-threshold = 2\n"


@dataclass(frozen=True, kw_only=True)
class LintChange(Change):
    """A change of a workspace that is linted, with the arguments of clippy."""

    arguments: tuple[str, ...] = DENIED.arguments


CHANGES = {
    "touch": LintChange(found=True, edit=touch_all),
    "file that nothing reads": LintChange(found=True, edit=write("ws/app/README.md", "other")),
    "lint": LintChange(found=False, edit=append("ws/app/src/lib.rs", LINT), verdict="fail"),
    "lint below": LintChange(found=False, edit=append("ws/low/src/lib.rs", LINT), verdict="fail"),
    "lint outside the workspace": LintChange(found=False, edit=append("beside/src/lib.rs", LINT.replace("bad", "worse"))),
    "configuration of the workspace": LintChange(found=False, edit=write("ws/clippy.toml", FEWER), verdict="fail"),
    "hidden configuration of the package": LintChange(found=False, edit=write("ws/app/.clippy.toml", FEWER), verdict="fail"),
    "configuration above the workspace": LintChange(found=False, edit=write("clippy.toml", FEWER), verdict="fail"),
    "configuration of another member": LintChange(found=False, edit=write("ws/low/clippy.toml", FEWER)),
    "configuration that cannot be read": LintChange(found=False, edit=write("ws/clippy.toml", "nonsense"), verdict="fail"),
    "lint table": LintChange(
        found=False, edit=append("ws/app/Cargo.toml", "\n[lints.clippy]\nmissing_const_for_fn = 'deny'\n"), verdict="fail"
    ),
    "lints of a manifest": LintChange(found=False, edit=append("ws/low/Cargo.toml", "\n[features]\nno-low = []\n")),
    "arguments": LintChange(found=False, arguments=("--", "-D", "warnings", "-D", "clippy::missing_const_for_fn"), verdict="fail"),
    "fewer packages": LintChange(found=False, arguments=("--no-deps", "--", "-D", "warnings")),
    "folder of the configuration": LintChange(
        found=False,
        edit=write("ws/lints/clippy.toml", FEWER),
        environment={"CLIPPY_CONF_DIR": "lints"},
        verdict="fail",
    ),
    "RUSTFLAGS": LintChange(found=False, environment={"RUSTFLAGS": "-Dclippy::missing_const_for_fn"}, verdict="fail"),
    "CLIPPY_ARGS": LintChange(found=False, environment={"CLIPPY_ARGS": "-Dclippy::missing_const_for_fn"}),
    "lock file that is gone": LintChange(found=True, edit=remove("ws/Cargo.lock")),
}


def write_workspace(folder: Path) -> Path:
    write_files(folder, FILES)
    for name, text in SOURCES.items():
        write(name, text)(folder)
    return folder / "ws"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a workspace whose verdict is remembered."""
    made = Checkout(root=write_workspace(tmp_path_factory.mktemp("place")), store=tmp_path_factory.mktemp("store"), options=DENIED)
    first = made.check()
    assert (first.verdict, first.compiled) == ("pass", True), first.outcome.result.diagnostics or first.outcome.result.reason
    assert not made.check().compiled
    return made


@pytest.mark.parametrize("name", CHANGES)
def test_a_verdict_is_found_where_nothing_changed_that_clippy_reads(name: str, checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    change = CHANGES[name]
    before = Snapshot(folder=checkout.root.parent).take()
    try:
        with monkeypatch.context() as patch:
            for variable, value in change.environment.items():
                patch.setenv(variable, value)
            change.edit(checkout.root.parent)
            told = replace(checkout, options=replace(DENIED, arguments=change.arguments))
            asked = told.check()
            assert asked.compiled is not change.found
            assert asked.verdict == change.verdict, asked.outcome.result.diagnostics or asked.outcome.result.reason
            again = told.check()
            assert (again.verdict, again.compiled) == (change.verdict, False)
            assert told.check(trust=Trust.NEVER).verdict == change.verdict
    finally:
        before.restore()
    back = checkout.check()
    assert (back.verdict, back.compiled, back.outcome.result.cached) == ("pass", False, True)


def test_warnings_that_are_denied_are_remembered_with_what_clippy_said(checkout: Checkout) -> None:
    failed, remembered = checkout.check("app", "bad"), checkout.check("app", "bad")
    assert [(asked.verdict, asked.compiled) for asked in (failed, remembered)] == [("fail", True), ("fail", False)]
    assert "writing `&Vec` instead of `&[_]`" in remembered.outcome.result.diagnostics
    assert remembered.outcome.findings == failed.outcome.findings
    assert remembered.outcome.result.command == failed.outcome.result.command


def test_a_check_and_clippy_remember_for_themselves(checkout: Checkout) -> None:
    checked = replace(checkout, options=CargoOptions(offline=True))
    assert [checked.check("app", "bad").verdict, checkout.check("app", "bad").verdict] == ["pass", "fail"]
    assert not checked.check("app", "bad").compiled


def test_what_was_a_dependency_before_is_linted_once_it_is_selected(tmp_path: Path) -> None:
    root = write_workspace(tmp_path)
    append("ws/low/src/lib.rs", LINT)(tmp_path)
    only = replace(DENIED, arguments=("--no-deps", "--", "-D", "warnings"))
    made = Checkout(root=root, store=tmp_path / "store", options=only)
    assert [made.check("app").verdict, made.check("low").verdict, made.check("app", trust=Trust.NEVER).verdict] == ["pass", "fail", "pass"]


def test_other_targets_of_a_package_are_linted_and_remembered(checkout: Checkout) -> None:
    before = Snapshot(folder=checkout.root.parent).take()
    every = replace(checkout, options=replace(DENIED, arguments=("--all-targets", "--", "-D", "warnings")))
    try:
        assert [every.check().compiled for _ in range(2)] == [True, False]
        write("ws/app/tests/one.rs", "#[test]\nfn one() { assert!(true) }\n")(checkout.root.parent)
        added = every.check()
        assert (added.verdict, added.compiled) == ("fail", True)
        write("ws/app/tests/one.rs", "#[test]\nfn one() {}\n")(checkout.root.parent)
        assert [(asked.verdict, asked.compiled) for asked in (every.check(), every.check())] == [("pass", True), ("pass", False)]
    finally:
        before.restore()


@pytest.mark.parametrize("arguments", [("--timings",), ("--config", "net.retry=1")], ids=" ".join)
def test_what_is_not_known_to_read_nothing_else_is_not_remembered(arguments: tuple[str, ...], checkout: Checkout) -> None:
    told = replace(checkout, options=replace(DENIED, arguments=arguments))
    assert [told.check().compiled for _ in range(2)] == [True, True]

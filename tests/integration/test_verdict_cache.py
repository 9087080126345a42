"""A remembered verdict is found exactly where everything that the compiler could read is the same, and is then cargo's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from checked import Checkout, Snapshot
from reading_workspace import BUILD_SCRIPT, FILES, MACRO, Change, append, remove, touch_all, write, write_workspace

from buildkit.execute.context import Trust

pytestmark = pytest.mark.integration


CONFIG = "ws/.cargo/config.toml"

CHANGES = {
    "touch": Change(found=True, edit=touch_all),
    "source": Change(found=False, edit=append("ws/app/src/lib.rs", "// more\n")),
    "source of a module": Change(found=False, edit=write("ws/app/src/foo.rs", "pub fn foo() -> u8 { 1 }\n")),
    "module that another target reads": Change(found=True, edit=write("ws/app/src/windows.rs", "nonsense")),
    "type error": Change(found=False, edit=append("ws/app/src/lib.rs", "pub fn wrong() -> u8 { 'c' }\n"), verdict="fail"),
    "syntax error": Change(found=False, edit=append("ws/app/src/foo.rs", "fn {"), verdict="fail"),
    "module that is missing": Change(found=False, edit=remove("ws/app/src/foo.rs"), verdict="fail"),
    "second file for a module": Change(found=False, edit=write("ws/app/src/foo/mod.rs", "pub fn foo() {}\n"), verdict="fail"),
    "included file": Change(found=False, edit=write("ws/shared text.txt", "other")),
    "included file that is missing": Change(found=False, edit=remove("ws/shared text.txt"), verdict="fail"),
    "file that nothing reads": Change(found=True, edit=write("ws/app/README.md", "other")),
    "variable of the source": Change(found=False, environment={"MAYBE": "1"}),
    "variable that nothing reads": Change(
        found=True, environment={"UNRELATED": "1", "CARGO_TERM_VERBOSE": "true", "CARGO_INCREMENTAL": "0"}
    ),
    "build script": Change(found=False, edit=append("ws/app/build.rs", "// more\n")),
    "build script that fails": Change(found=False, edit=write("ws/app/build.rs", "fn main() { panic!() }"), verdict="fail"),
    "file of the build script": Change(found=False, edit=append("ws/app/made.txt", "// more\n")),
    "generated code that is wrong": Change(found=False, edit=write("ws/app/made.txt", "pub fn made() -> u8 {}\n"), verdict="fail"),
    "folder of the build script": Change(found=False, edit=write("ws/app/watched/.two", "2")),
    "variable of the build script": Change(found=False, environment={"ASKED": "1"}),
    "feature table": Change(found=False, edit=write("ws/app/Cargo.toml", FILES["ws/app/Cargo.toml"].replace("extra =", "more ="))),
    "edition": Change(found=False, edit=write("ws/app/Cargo.toml", FILES["ws/app/Cargo.toml"].replace("2021", "2018"))),
    "lint table": Change(found=False, edit=append("ws/app/Cargo.toml", "\n[lints.rust]\nunused = 'deny'\n")),
    "cargo profile": Change(found=False, edit=append("ws/Cargo.toml", "[profile.dev]\nopt-level = 1\n")),
    "program": Change(found=False, edit=write("ws/app/src/main.rs", "fn main() { nonsense() }\n"), verdict="fail"),
    "new build script": Change(found=False, edit=write("ws/quiet/build.rs", "fn main() {}\n")),
    "proc-macro": Change(found=False, edit=append("ws/quiet/src/lib.rs", "// more\n")),
    "proc-macro that writes nonsense": Change(
        found=False, edit=write("ws/quiet/src/lib.rs", MACRO.replace("TokenStream::new()", '"fn { }".parse().unwrap()')), verdict="fail"
    ),
    "package outside the workspace": Change(found=False, edit=append("other/beside/src/lib.rs", "// more\n")),
    "manifest that it inherits from": Change(
        found=False, edit=write("other/Cargo.toml", FILES["other/Cargo.toml"].replace("2021", "2018"))
    ),
    "development dependency": Change(found=True, edit=write("ws/tried/src/lib.rs", "nonsense")),
    "flags of cargo's configuration": Change(found=False, edit=write(CONFIG, "[build]\nrustflags = ['--cfg', 'tuned']\n")),
    "variable of cargo's configuration": Change(found=False, edit=write(CONFIG, "[env]\nMAYBE = 'set'\n")),
    "RUSTFLAGS": Change(found=False, environment={"RUSTFLAGS": "--cfg tuned"}),
    "CARGO_ENCODED_RUSTFLAGS": Change(found=False, environment={"CARGO_ENCODED_RUSTFLAGS": "-Copt-level=1"}),
    "cargo profile of the environment": Change(found=False, environment={"CARGO_PROFILE_DEV_DEBUG_ASSERTIONS": "false"}),
    "lock file that is gone": Change(found=True, edit=remove("ws/Cargo.lock")),
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """Return a workspace whose verdict is remembered."""
    folder = tmp_path_factory.mktemp("checkout")
    made = Checkout(root=write_workspace(folder), store=tmp_path_factory.mktemp("store"))
    first = made.check()
    assert (first.verdict, first.compiled) == ("pass", True), first.outcome.result.diagnostics
    return made


@pytest.mark.parametrize("name", CHANGES)
def test_a_verdict_is_found_where_nothing_changed_that_could_change_it(
    name: str, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = CHANGES[name]
    before = Snapshot(folder=checkout.root.parent).take()
    try:
        with monkeypatch.context() as patch:
            for variable, value in change.environment.items():
                patch.setenv(variable, value)
            change.edit(checkout.root.parent)
            asked = checkout.check()
            assert asked.compiled is not change.found
            assert asked.verdict == change.verdict, asked.outcome.result.diagnostics or asked.outcome.result.reason
            assert checkout.check(trust=Trust.NEVER).verdict == change.verdict
    finally:
        before.restore()
    back = checkout.check()
    assert (back.verdict, back.compiled, back.outcome.result.cached) == ("pass", False, True)


@pytest.mark.parametrize("features", [(), ("broken",)], ids=["pass", "fail"])
def test_another_checkout_finds_the_verdict_and_names_its_own_folder(features: tuple[str, ...], checkout: Checkout, tmp_path: Path) -> None:
    first = checkout.check("app", *features)
    shutil.copytree(checkout.root.parent, tmp_path / "again", ignore=shutil.ignore_patterns("target"), copy_function=shutil.copy)
    again = Checkout(root=tmp_path / "again" / "ws", store=checkout.store).check("app", *features)
    assert (again.compiled, again.verdict) == (False, first.verdict)
    assert str(checkout.root.parent) not in repr(again.outcome)
    assert again.outcome.result.diagnostics == first.outcome.result.diagnostics.replace(str(checkout.root.parent), str(tmp_path / "again"))


def test_a_failure_is_remembered_with_what_rustc_said(checkout: Checkout) -> None:
    failed = checkout.check("app", "broken", trust=Trust.NEVER)
    remembered = checkout.check("app", "broken")
    assert (failed.verdict, remembered.compiled) == ("fail", False)
    assert "expected `u8`, found `&str`" in remembered.outcome.result.diagnostics
    assert remembered.outcome.findings == failed.outcome.findings


def test_other_features_are_another_question(checkout: Checkout) -> None:
    assert checkout.check("app", "extra").compiled
    assert not checkout.check("app", "extra").compiled
    assert not checkout.check("app").compiled


def test_a_cell_that_a_build_script_fails_is_tried_again(checkout: Checkout) -> None:
    before = Snapshot(folder=checkout.root.parent).take()
    try:
        write("ws/app/build.rs", "fn main() { panic!() }")(checkout.root.parent)
        assert [checkout.check().compiled for _ in range(2)] == [True, True]
    finally:
        before.restore()


def test_a_build_script_that_watches_what_is_missing_runs_every_time(checkout: Checkout) -> None:
    before = Snapshot(folder=checkout.root.parent).take()
    try:
        write("ws/app/build.rs", BUILD_SCRIPT.replace('made.txt"); ', "").replace("=watched", "=gone"))(checkout.root.parent)
        assert [checkout.check().compiled for _ in range(2)] == [True, True]
    finally:
        before.restore()


def test_a_file_that_changes_while_it_is_compiled_is_not_remembered(checkout: Checkout) -> None:
    changed = checkout.root / "app" / "src" / "foo.rs"
    before = Snapshot(folder=checkout.root.parent).take()
    try:
        changed.write_text("pub fn foo() -> u8 { 2 }\n", encoding="utf-8")
        later = changed.stat().st_mtime + 3600
        os.utime(changed, (later, later))
        assert [checkout.check().compiled for _ in range(2)] == [True, True]
    finally:
        before.restore()


def test_a_checkout_that_moved_depends_on_nothing_that_it_left_behind(checkout: Checkout, tmp_path: Path) -> None:
    before, after = tmp_path / "before", tmp_path / "deeper" / "after"
    shutil.copytree(checkout.root.parent, before, ignore=shutil.ignore_patterns("target"))
    first = Checkout(root=before / "ws", store=tmp_path / "store").check("app", "extra")
    assert (first.verdict, first.compiled) == ("pass", True)
    shutil.copytree(before, after, ignore=shutil.ignore_patterns("target"))
    shutil.rmtree(before)
    moved = Checkout(root=after / "ws", store=tmp_path / "store")
    assert not moved.check("app", "extra").compiled
    append("other/Cargo.toml", "# more\n")(after)
    assert moved.check("app", "extra").compiled

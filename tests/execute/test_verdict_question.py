"""A question is another one exactly where something decides the verdict that no compilation tells of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from asked import LOCK, Place
from toolchain_fakes import NATIVE, toolchain_of

from buildkit.execute.verdict_question import question_for
from buildkit.execute.verdict_scope import scope_of
from buildkit.toolchain.model import Origin, StdProvider

COMPILER = Path("/tc/bin/rustc")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(root=tmp_path / "ws", store=tmp_path / "store").fill()


def with_lock(place: Place, text: str) -> Place:
    place.write("Cargo.lock", text)
    return place


def with_supply(place: Place, **changes: object) -> Place:
    return replace(place, supply=replace(place.supply, **changes))  # type: ignore[arg-type]  # each test changes one field


def written(name: str, text: str) -> Callable[[Place], Place]:
    """Return a change of a file."""

    def change(place: Place) -> Place:
        place.write(name, text)
        return place

    return change


OTHERS: dict[str, Callable[[Place], Place]] = {
    "root manifest": written("Cargo.toml", "[workspace]\nmembers = ['app']\n[profile.dev]\nopt-level = 1\n"),
    "lock entry of a package in the closure": written("Cargo.lock", LOCK.replace('name = "near"', 'name = "near"\nchecksum = "1"')),
    "format of the lock file": written("Cargo.lock", LOCK.replace("4", "3")),
    "configuration of the workspace": written(".cargo/config.toml", "[build]\nrustflags = ['-Copt-level=1']\n"),
    "configuration above the workspace": written("../.cargo/config.toml", "[build]\nrustflags = ['-Copt-level=1']\n"),
    "release of the compiler": lambda place: with_supply(place, toolchain=toolchain_of(COMPILER, release="1.97.0")),
    "commit of the compiler": lambda place: with_supply(place, toolchain=replace(place.supply.toolchain, commit="0")),
    "host of the compiler": lambda place: with_supply(place, toolchain=replace(place.supply.toolchain, host="other")),
    "provider of std": lambda place: with_supply(place, provider=StdProvider.DISTRIBUTION),
    "sysroot": lambda place: with_supply(place, sysroot=Path("/store/sysroots/musl-check-0123")),
    "triple": lambda place: with_supply(place, triple="wasm32-wasip2"),
    "variable that a target sets": lambda place: replace(place, env={"CC_x": "cc"}),
    "flags": lambda place: replace(place, env={"RUSTFLAGS": "--cfg x"}),
    "features": lambda place: replace(place, features=("fast",)),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS.keys())
def test_what_decides_a_verdict_makes_another_question(change: Callable[[Place], Place], place: Place) -> None:
    before = place.ask().key
    assert change(place).ask().key != before


SAME: dict[str, Callable[[Place], Place]] = {
    "nothing": lambda place: place,
    "lock entry of a package that is not compiled": written("Cargo.lock", LOCK + '\n[[package]]\nname = "far"\nversion = "1.0.0"\n'),
    "place of the compiler": lambda place: with_supply(
        place, toolchain=replace(toolchain_of(Path("/other/bin/rustc")), origin=place.supply.toolchain.origin)
    ),
    "patch that cargo only shows": lambda place: replace(place, env={"CARGO_TERM_COLOR": "always", "PATH": "/bin", "RUSTC": "/x/rustc"}),
    "source, which is an input": written("app/src/lib.rs", "fn f() {}"),
}


@pytest.mark.parametrize("change", SAME.values(), ids=SAME.keys())
def test_what_cannot_decide_a_verdict_makes_the_same_question(change: Callable[[Place], Place], place: Place) -> None:
    before = place.ask().key
    assert change(place).ask().key == before


@pytest.mark.parametrize(
    "variable",
    ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_DEV_PANIC", "RUSTC_BOOTSTRAP", "RUSTC_WRAPPER", "CARGO_TARGET_X_LINKER"],
)
def test_a_variable_that_cargo_or_rustc_reads_counts(variable: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable, raising=False)
    before = place.ask().key
    monkeypatch.setenv(variable, "changed")
    assert place.ask().key != before


@pytest.mark.parametrize(
    "variable",
    [
        *("CARGO_TERM_PROGRESS_WHEN", "CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_MAKEFLAGS", "CARGO_BUILD_JOBS", "CARGO_REGISTRY_TOKEN"),
        *("CARGO_NET_OFFLINE", "CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "RUST_LOG", "RUST_BACKTRACE", "RUSTUP_HOME", "EDITOR"),
    ],
)
def test_a_variable_that_cannot_matter_does_not_count(variable: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable, raising=False)
    before = place.ask().key
    monkeypatch.setenv(variable, "changed")
    assert place.ask().key == before


def test_another_checkout_asks_the_same(place: Place, tmp_path: Path) -> None:
    again = Place(root=tmp_path / "elsewhere" / "ws", store=place.store).fill()
    assert again.ask().key == place.ask().key


def test_flags_that_name_the_workspace_or_the_store_are_the_same_elsewhere(place: Place, tmp_path: Path) -> None:
    again = Place(root=tmp_path / "elsewhere" / "ws", store=tmp_path / "else").fill()
    first = replace(place, env={"RUSTFLAGS": f"--sysroot {place.store}/sysroots/a -L{place.root}/lib"})
    second = replace(again, env={"RUSTFLAGS": f"--sysroot {again.store}/sysroots/a -L{again.root}/lib"})
    assert first.ask().key == second.ask().key
    assert (
        replace(place, env={"RUSTFLAGS": f"-L{place.root}-other"}).ask().key
        != replace(again, env={"RUSTFLAGS": "-L<workspace>-other"}).ask().key
    )


def test_an_included_configuration_file_counts(place: Place) -> None:
    place.write(".cargo/config.toml", "include = ['more.toml', { path = 'none.toml', optional = true }]\n")
    before = place.ask().key
    place.write(".cargo/more.toml", "[build]\nrustflags = ['-Copt-level=1']\n")
    after = place.ask().key
    place.write(".cargo/none.toml", "[build]\n")
    assert len({before, after, place.ask().key}) == 3


def test_the_content_of_a_target_specification_counts_and_not_its_place(place: Place, tmp_path: Path) -> None:
    keys = []
    for name, text in (("a", "{}"), ("b", "{}"), ("c", '{"os": "none"}')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "spec.json").write_text(text)
        keys.append(with_supply(place, target=replace(NATIVE, target_spec=tmp_path / name / "spec.json")).ask().key)
    assert keys[0] == keys[1] != keys[2]


def test_a_compiler_that_tells_no_commit_is_known_by_its_file(place: Place, tmp_path: Path) -> None:
    rustc = tmp_path / "rustc"
    rustc.write_text("one")
    own = with_supply(place, toolchain=replace(toolchain_of(rustc), commit="unknown"))
    before = own.ask().key
    rustc.write_text("another")
    assert own.ask().key != before


def test_a_cargo_that_does_not_belong_to_its_rustc_is_known_by_its_file(place: Place, tmp_path: Path) -> None:
    rustc = tmp_path / "rustc"
    keys = []
    for origin in (Origin.RUSTUP, Origin.DISTRIBUTION):
        for text in ("one", "another"):
            rustc.with_name("cargo").write_text(text)
            keys.append(with_supply(place, toolchain=toolchain_of(rustc, origin=origin)).ask().key)
    assert keys[0] == keys[1]
    assert keys[2] != keys[3]


@pytest.mark.parametrize(
    ("words", "kept", "is_closure"),
    [
        ((), (), True),
        (("--package", "app", "--target=x", "--jobs", "2", "--locked", "--offline", "--message-format", "json"), (), True),
        (("--config", "profile.dev.panic='abort'", "--release"), ("--config", "profile.dev.panic='abort'", "--release"), True),
        (("--profile=ci",), ("--profile=ci",), True),
        (("--all-targets",), ("--all-targets",), False),
        (("--", "-D", "warnings", "--locked"), ("--", "-D", "warnings", "--locked"), False),
    ],
)
def test_words_that_only_tell_cargo_how_to_work_do_not_count(words: tuple[str, ...], kept: tuple[str, ...], *, is_closure: bool) -> None:
    scope = scope_of(("cargo", "check", *words))
    assert (scope.words, scope.is_closure) == (kept, is_closure)


@pytest.mark.parametrize(
    ("words", "is_closure", "is_known"),
    [
        (("--no-deps", "--", "-D", "warnings", "-Wclippy::pedantic", "--cap-lints=warn", "--cfg", "x"), True, True),
        (("--", "--no-deps", "--force-warn", "clippy::all"), True, True),
        (("--all-targets", "--", "-Dwarnings"), False, True),
        (("--bin", "app", "--test=one"), False, True),
        (("--config", "profile.dev.panic='abort'"), True, True),
        (("--config", "more.toml"), True, False),
        (("--config=more.toml",), True, False),
        (("--fix", "--allow-dirty"), False, False),
        (("-Zunstable-options",), False, False),
        (("--timings",), False, False),
        (("--", "@arguments.txt"), True, False),
        (("--", "-D", "@arguments.txt"), True, False),
        (("--", "-Zverbose"), True, False),
        (("--", "-C", "opt-level=3"), True, False),
        (("--", "-D"), True, False),
    ],
)
def test_arguments_that_may_lead_to_files_are_not_known(words: tuple[str, ...], *, is_closure: bool, is_known: bool) -> None:
    scope = scope_of(("cargo-clippy", "clippy", "--package", "app", *words))
    assert (scope.is_closure, scope.is_known) == (is_closure, is_known)


@pytest.mark.parametrize("verb", ["test", "doc", "build"])
def test_what_does_more_than_compile_is_not_known(verb: str) -> None:
    assert not scope_of(("cargo", verb, "--package", "app")).is_known


def test_an_argument_that_is_not_known_asks_no_question(place: Place) -> None:
    context = place.context
    work = place.work(context)
    command = context.check_command(work.planned)
    assert question_for(context, work, replace(command, argv=(*command.argv, "--timings"))) is None


def test_a_call_that_compiles_more_than_the_closure_depends_on_the_whole_lock_file(place: Place) -> None:
    before = place.ask("--all-targets").key
    assert with_lock(place, LOCK + '\n[[package]]\nname = "far"\nversion = "1.0.0"\n').ask("--all-targets").key != before


def test_what_rustc_gets_beside_the_command_is_remembered_with_what_it_was_told(place: Place) -> None:
    context = replace(place.context, compiler_env={"MALLOC_CONF": "thp:always"})
    work = place.work(context)
    plain, told = (question_for(each, work, each.check_command(work.planned)) for each in (place.context, context))
    assert plain is not None
    assert told is not None
    assert plain.key == told.key
    assert told.environment["MALLOC_CONF"] == "thp:always"

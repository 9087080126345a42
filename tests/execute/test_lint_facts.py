"""A question about clippy's verdict is another one exactly where clippy would read something else, and cargo is told of that as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from asked import LOCK, Place
from toolchain_fakes import toolchain_of

from buildkit.cargo.calls import CargoCommand, CargoOptions
from buildkit.cargo.linting import mark_of
from buildkit.execute.verdict_question import question_for

LINTS = CargoOptions(command=CargoCommand.CLIPPY)


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change of the place, and of the environment."""

    edit: Callable[[Place], object] = lambda place: place
    environment: Mapping[str, str] = field(default_factory=dict)


def written(name: str, text: str) -> Change:
    """Return a change of a file."""
    return Change(edit=lambda place: place.write(name, text))


OTHERS = {
    "configuration of the workspace": written("clippy.toml", "msrv = '1.60'\n"),
    "hidden configuration of the workspace": written(".clippy.toml", "msrv = '1.60'\n"),
    "configuration of the package": written("app/clippy.toml", "msrv = '1.60'\n"),
    "configuration above the workspace": written("../clippy.toml", "msrv = '1.60'\n"),
    "manifest of a package": written("app/Cargo.toml", "[package]\nname = 'app'\nlicense = 'MIT'\n"),
    "manifest of a package outside the workspace": written("../near/Cargo.toml", "[package]\nname = 'near'\nlicense = 'MIT'\n"),
    "lock entry of a package that is not compiled": written("Cargo.lock", LOCK + '\n[[package]]\nname = "far"\nversion = "1.0.0"\n'),
}

ASKED_ONLY = {
    "variable with arguments": Change(environment={"CLIPPY_ARGS": "-Wclippy::pedantic"}),
    "variable with the configuration's folder": Change(environment={"CLIPPY_CONF_DIR": "elsewhere"}),
    "flags": Change(environment={"RUSTFLAGS": "-Wunused"}),
}
"""What cargo and clippy-driver tell each other of themselves."""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for name in ("cargo-clippy", "clippy-driver"):
        (tmp_path / name).write_text(name)
    made = Place(root=tmp_path / "deep" / "ws", store=tmp_path / "store", options=LINTS).fill()
    return replace(made, supply=replace(made.supply, toolchain=toolchain_of(tmp_path / "rustc")))


def mark(place: Place) -> str:
    context = place.context
    return mark_of(context.running_command(place.work(context).planned).argv)


@pytest.mark.parametrize("change", (OTHERS | ASKED_ONLY).values(), ids=(OTHERS | ASKED_ONLY).keys())
def test_what_clippy_reads_makes_another_question(change: Change, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    before = place.ask().key
    change.edit(place)
    for name, value in change.environment.items():
        monkeypatch.setenv(name, value)
    assert place.ask().key != before


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS.keys())
def test_what_cargo_does_not_look_at_makes_it_lint_again(change: Change, place: Place) -> None:
    before = mark(place)
    assert mark(place) == before
    change.edit(place)
    assert mark(place) != before


def test_another_driver_makes_cargo_lint_again_and_is_an_input(place: Place) -> None:
    before, driver = mark(place), place.supply.toolchain.rustc.with_name("clippy-driver")
    driver.write_text("another one")
    assert mark(place) != before
    assert {str(driver), str(driver.with_name("cargo-clippy"))} <= set(place.ask().also)


def test_configuration_files_that_are_not_there_are_inputs(place: Place) -> None:
    assert {"clippy.toml", ".clippy.toml", "app/clippy.toml", "../clippy.toml", "app/Cargo.toml", "Cargo.lock"} <= set(place.ask().also)


def test_the_folder_that_a_variable_names_is_looked_into(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPPY_CONF_DIR", "lints")
    before = mark(place), place.ask().key
    place.write("lints/clippy.toml", "msrv = '1.60'\n")
    assert mark(place) != before[0]
    assert place.ask().key != before[1]


def test_a_check_depends_on_nothing_of_that(place: Place) -> None:
    checked = replace(place, options=CargoOptions())
    before = checked.ask()
    for name in ("clippy.toml", ".clippy.toml"):
        place.write(name, "msrv = '1.60'\n")
    assert checked.ask().key == before.key
    assert before.also == ()


@pytest.mark.parametrize(
    "arguments",
    [("--no-deps",), ("--", "-D", "warnings"), ("--all-targets",), ("--no-deps", "--", "-D", "warnings")],
    ids=" ".join,
)
def test_arguments_make_another_question(arguments: tuple[str, ...], place: Place) -> None:
    told = replace(place, options=replace(LINTS, arguments=arguments))
    assert told.ask().key != place.ask().key


@pytest.mark.parametrize("name", ["CLIPPY_CONF_DIR", "CLIPPY_ARGS", "SYSROOT"])
def test_what_cargos_configuration_leads_to_is_not_followed(name: str, place: Place) -> None:
    assert place.context.lint_facts.follows({})
    place.write(".cargo/config.toml", f"[env]\n{name} = {{ value = 'lints', force = true }}\n")
    assert not place.context.lint_facts.follows({})
    assert not is_asked(place)


def is_asked(place: Place) -> bool:
    context = place.context
    work = place.work(context)
    return question_for(context, work, context.check_command(work.planned)) is not None


def test_what_a_target_leads_to_is_not_followed(place: Place) -> None:
    assert is_asked(place)
    assert not is_asked(replace(place, env={"CLIPPY_CONF_DIR": "lints"}))


def test_a_sysroot_of_the_environment_is_not_followed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYSROOT", "/elsewhere")
    assert not is_asked(place)


def test_another_checkout_asks_the_same(place: Place, tmp_path: Path) -> None:
    again = replace(place, root=tmp_path / "other" / "deep" / "ws").fill()
    for each in (place, again):
        each.write("clippy.toml", "msrv = '1.60'\n")
    assert again.ask().key == place.ask().key

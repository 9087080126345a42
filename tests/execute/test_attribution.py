"""A part of a joint call has passed when everything that it would compile by itself has been reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.messages import CompilerArtifact, MessageTarget
from buildkit.cargo.metadata import CargoTarget, Package
from buildkit.execute.attribution import Attribution, Awaited, Made, roots_of, units_of
from buildkit.features.closure import Closure


def artifact(package: str, *features: str, target: str = "", kind: str = "lib", fresh: bool = False) -> CompilerArtifact:
    return CompilerArtifact(
        package_id=package, target=MessageTarget(name=target or package, kind=(kind,)), features=features, filenames=(), fresh=fresh
    )


def unit(package: str, *features: str, target: str = "") -> Made:
    return Made(package, frozenset(features), target)


def two_parts() -> Attribution[str]:
    return Attribution(
        (
            Awaited(item="plain", made=frozenset({unit("serde"), unit("app"), unit(package="", target="lib cell_1")})),
            Awaited(item="fast", made=frozenset({unit("serde"), unit("app", "fast"), unit(package="", target="lib cell_2")})),
        )
    )


def test_a_part_passes_with_the_last_of_what_it_awaits() -> None:
    call = two_parts()
    said = [call.passed_by(message) for message in (artifact("serde"), artifact("app"), artifact("w", target="cell_1"))]
    assert said == [(), (), ("plain",)]
    assert call.left == ("fast",)
    assert call.stranger is None


def test_a_dependency_reported_last_holds_a_part_back() -> None:
    call = two_parts()
    assert not call.passed_by(artifact("app"))
    assert not call.passed_by(artifact("w", target="cell_1"))
    assert call.passed_by(artifact("serde")) == ("plain",)


def test_other_features_of_the_package_do_not_count() -> None:
    call = two_parts()
    for message in (artifact("serde"), artifact("app", "fast"), artifact("w", target="cell_1")):
        call.passed_by(message)
    assert call.left == ("plain", "fast")


def test_a_build_script_does_not_stand_for_its_package() -> None:
    call = Attribution([Awaited(item="app", made=frozenset({unit("app")}))])
    assert not call.passed_by(artifact("app", kind="custom-build"))
    assert call.left == ("app",)
    assert call.stranger is None


def test_what_nobody_awaits_is_a_stranger() -> None:
    call = two_parts()
    call.passed_by(artifact("serde", "derive"))
    assert call.stranger == unit("serde", "derive")


@pytest.mark.parametrize("fresh", [True, False])
def test_a_part_is_cached_when_nothing_had_to_be_compiled_for_it(*, fresh: bool) -> None:
    call = two_parts()
    for message in (artifact("serde", fresh=True), artifact("app", fresh=fresh), artifact("w", target="cell_1", fresh=True)):
        call.passed_by(message)
    assert call.cached("plain") is fresh


def test_a_part_with_a_doubtful_unit_never_passes() -> None:
    call = two_parts()
    call.doubt(unit("app"))
    said = [call.passed_by(message) for message in (artifact("serde"), artifact("app"), artifact("w", target="cell_1"))]
    assert said == [(), (), ()]
    assert call.left == ("plain", "fast")


def test_a_doubtful_package_holds_back_every_part_that_has_it() -> None:
    call = two_parts()
    call.doubt(Made("app"))
    for message in (artifact("serde"), artifact("app", "fast"), artifact("w", target="cell_2")):
        assert not call.passed_by(message)


def cargo_target(kind: str, name: str, *required: str) -> CargoTarget:
    return CargoTarget(name=name, kind=(kind,), crate_types=(kind,), src_path=Path("/ws/x.rs"), required_features=required)


def test_the_roots_of_a_package_are_its_library_and_the_programs_whose_features_are_on() -> None:
    targets = (
        cargo_target("lib", "app"),
        cargo_target("bin", "app"),
        cargo_target("bin", "extra", "cli"),
        cargo_target("test", "t"),
        cargo_target("custom-build", "build"),
    )
    app = Package(
        id="app",
        name="app",
        version="1.0.0",
        manifest_path=Path("/ws/Cargo.toml"),
        features={},
        dependencies=(),
        targets=targets,
        edition="2021",
    )
    assert roots_of(app, frozenset()) == {unit("app", target="lib app"), unit("app", target="bin app")}
    assert unit("app", "cli", target="bin extra") in roots_of(app, frozenset({"cli"}))


def test_units_of_both_sides_are_awaited() -> None:
    closure = Closure(target={"app": frozenset({"x"})}, host={"macro": frozenset()}, edges=frozenset(), roots=frozenset())
    assert units_of(closure) == {unit("app", "x"), unit("macro")}

"""The inputs of a cell are told from the messages of the call that compiled it, alone or with other cells."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from asked import Place

from buildkit.cargo.messages import (
    BuildScriptExecuted,
    Code,
    CompilerArtifact,
    CompilerMessage,
    Diagnostic,
    Message,
    MessageTarget,
    Span,
)
from buildkit.execute.inputs import inputs_of
from buildkit.execute.verdict_model import Inputs

LIBRARY = MessageTarget(name="app", kind=("lib",))
HASH = "0123456789abcdef"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(root=tmp_path / "ws", store=tmp_path / "store").fill()


def identity(place: Place, name: str) -> str:
    return next(package.id for package in place.links.workspace.packages.values() if package.name == name)


def compiled(place: Place, name: str, read: str, *features: str) -> CompilerArtifact:
    """Leave what a compilation leaves, and return what cargo says of it."""
    digest = f"{len(features)}{HASH[1:]}"
    described = place.write(f"target/buildkit/x/debug/deps/{name}-{digest}.d", f"out: {read}\n\n# env-dep:OF_{name.upper()}\n")
    place.write(f"target/buildkit/x/debug/.fingerprint/{name}-{digest}/invoked.timestamp", "", at=1000.0)
    return CompilerArtifact(
        package_id=identity(place, name),
        target=LIBRARY,
        features=features,
        filenames=(described.with_name(f"lib{name}-{digest}.rmeta"),),
        fresh=True,
    )


def refused(place: Place, name: str, message: str = "mismatched types", file: str = "app/src/lib.rs") -> CompilerMessage:
    span = Span(file_name=file, line_start=1, is_primary=True)
    diagnostic = Diagnostic(message=message, level="error", code=Code(code="E0308"), spans=(span,))
    return CompilerMessage(package_id=identity(place, name), target=LIBRARY, message=diagnostic)


def inputs(place: Place, messages: Sequence[Message], *words: str) -> Inputs | None:
    context = place.context
    return inputs_of(context, place.work(context), place.ask(*words), messages)


def both(place: Place) -> list[Message]:
    near = place.root.parent / "near"
    return [compiled(place, "near", f"{near}/src/lib.rs"), compiled(place, "app", "app/src/lib.rs app/src/../../shared\\ text")]


def test_files_are_those_of_dep_info_and_the_manifests(place: Place) -> None:
    found = inputs(place, both(place))
    assert found is not None
    own = {"app/src/lib.rs", "app/src/../../shared text", "app/Cargo.toml"}
    near = {"../near/src/lib.rs", "../near/Cargo.toml"}
    # Whatever manifest the package beside the workspace could inherit from counts as well.
    above = {os.path.relpath(folder / "Cargo.toml", place.root) for folder in (place.root.parent, *place.root.parent.parents)}
    assert found.files.keys() == own | near | above
    assert (found.folders, found.packages) == ({}, {})
    assert found.variables == {"OF_APP", "OF_NEAR"}


def test_a_file_must_be_older_than_its_compilation(place: Place) -> None:
    found = inputs(place, both(place))
    assert found is not None
    assert found.files["app/src/lib.rs"] == found.files["../near/src/lib.rs"] == 1000 * 10**9


def test_what_cargo_made_is_left_out(place: Place) -> None:
    made = place.write("target/buildkit/x/debug/build/app-1/out/made.rs", "")
    found = inputs(place, [*both(place)[:1], compiled(place, "app", f"app/src/lib.rs {made} app/src/../../target/x")])
    assert found is not None
    assert not [name for name in found.files if "target" in name]


def test_what_was_compiled_for_another_cell_does_not_count(place: Place) -> None:
    found = inputs(place, [*both(place), compiled(place, "app", "app/src/lib.rs app/src/fast.rs", "fast")])
    assert found is not None
    assert "app/src/fast.rs" not in found.files


def test_a_manifest_above_counts_up_to_the_one_of_a_workspace(place: Place) -> None:
    place.write("../Cargo.toml", "[workspace]\n")
    found = inputs(place, both(place))
    assert found is not None
    assert {name for name in found.files if name.endswith("Cargo.toml")} == {"app/Cargo.toml", "../near/Cargo.toml", "../Cargo.toml"}


def test_a_module_that_could_be_in_another_file_depends_on_that_as_well(place: Place) -> None:
    found = inputs(place, [*both(place)[:1], compiled(place, "app", "app/src/lib.rs app/src/a.rs app/src/b/mod.rs")])
    assert found is not None
    assert {"app/src/a/mod.rs", "app/src/b.rs"} <= found.files.keys()


def test_of_what_was_not_compiled_every_file_counts(place: Place) -> None:
    found = inputs(place, [*both(place)[:1], refused(place, "app", file="app/src/../../elsewhere.rs")])
    assert found is not None
    assert set(found.packages) == {"app"}
    assert "app/src/../../elsewhere.rs" in found.files


def test_what_rustc_wrote_down_of_a_failure_counts(place: Place) -> None:
    near = both(place)[0]
    compiled(place, "app", "app/src/lib.rs app/src/../../included.txt")
    found = inputs(place, [near, refused(place, "app")])
    assert found is not None
    assert "app/src/../../included.txt" in found.files


def test_of_what_was_never_reached_every_file_counts(place: Place) -> None:
    found = inputs(place, [refused(place, "near", file="src/lib.rs")])
    assert found is not None
    assert set(found.packages) == {"app", "../near"}


def test_an_error_of_another_cell_makes_no_difference_but_more_inputs(place: Place) -> None:
    found = inputs(place, [*both(place), refused(place, "app")])
    assert found is not None
    assert "app/src/lib.rs" in found.files


def test_a_file_that_could_not_be_read_counts(place: Place) -> None:
    said = "couldn't read `app/src/../../shared text`: No such file or directory (os error 2)"
    found = inputs(place, [*both(place)[:1], refused(place, "app", said)])
    assert found is not None
    assert "app/src/../../shared text" in found.files


@pytest.mark.parametrize(
    "said", ["linking with `cc` failed: exit status: 1", "proc macro panicked", "cannot open the schema: No such file (os error 2)"]
)
def test_a_failure_whose_cause_may_lie_elsewhere_is_not_told_by_any_input(said: str, place: Place) -> None:
    assert inputs(place, [*both(place)[:1], refused(place, "app", said)]) is None


def test_a_call_that_compiles_more_depends_on_every_path_package(place: Place) -> None:
    found = inputs(place, both(place)[1:], "--all-targets")
    assert found is not None
    assert set(found.packages) == {"../near"}
    assert "app/src/lib.rs" in found.files


def executed(place: Place, said: str) -> BuildScriptExecuted:
    output = place.write("target/buildkit/x/debug/build/app-1/output", said)
    place.write("target/buildkit/x/debug/build/app-1/invoked.timestamp", "", at=2000.0)
    return BuildScriptExecuted(package_id=identity(place, "app"), out_dir=output.parent / "out")


@pytest.fixture
def scripted(place: Place) -> Place:
    return replace(place, has_build_script=True)


def test_what_a_build_script_watches_counts_from_when_it_ran(scripted: Place) -> None:
    scripted.write("app/made.txt", "")
    scripted.write("app/watched/one", "")
    said = "cargo::rerun-if-changed=made.txt\ncargo::rerun-if-changed=watched\ncargo::rerun-if-env-changed=ASKED\n"
    found = inputs(scripted, [*both(scripted), executed(scripted, said)])
    assert found is not None
    assert found.files["app/made.txt"] == found.folders["app/watched"] == 2000 * 10**9
    assert "ASKED" in found.variables
    assert found.packages == {}


def test_a_build_script_that_names_nothing_depends_on_its_package(scripted: Place) -> None:
    found = inputs(scripted, [*both(scripted), executed(scripted, "cargo::rustc-cfg=x\n")])
    assert found is not None
    assert found.packages == {"app": 2000 * 10**9}


def test_a_build_script_that_watches_what_is_missing_runs_every_time(scripted: Place) -> None:
    assert inputs(scripted, [*both(scripted), executed(scripted, "cargo::rerun-if-changed=missing\n")]) is None


def test_a_build_script_whose_words_are_gone_tells_nothing(scripted: Place) -> None:
    said = executed(scripted, "cargo::rustc-cfg=x\n")
    (said.out_dir.parent / "output").unlink()
    assert inputs(scripted, [*both(scripted), said]) is None


def test_a_build_script_that_failed_is_not_told_by_any_input(scripted: Place) -> None:
    assert inputs(scripted, both(scripted)[:1]) is None


def test_a_build_script_that_was_not_reached_leaves_the_failure_of_the_code(scripted: Place) -> None:
    found = inputs(scripted, [refused(scripted, "near", file="src/lib.rs")])
    assert found is not None
    assert set(found.packages) == {"app", "../near"}

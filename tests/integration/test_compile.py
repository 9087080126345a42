"""`buildkit compile` with the real rustc, on a small workspace: found again, refused, interrupted, taken away as a project."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Buildkit
from faulty import until
from scenarios import action, finish, scenario
from small_library import LIBRARY, ORDER, SmallLibrary, merged

from buildkit.artifacts.inspection import inspect_artifact
from buildkit.errors import ExitCode
from buildkit.process import Command, ProcessRunner
from buildkit.toolchain.manifest import digest_file
from buildkit.workflow.compiling.metadata import metadata_file, read_metadata

pytestmark = pytest.mark.integration
SAID = "first: trim\nsecond: trim\nend\n"


@pytest.fixture
def place(tmp_path: Path) -> SmallLibrary:
    return SmallLibrary(root=tmp_path / "ws").fill()


def said(program: str | Path) -> str:
    return subprocess.run((program,), capture_output=True, text=True, check=True).stdout


def test_a_program_runs_and_its_metadata_describes_it(place: SmallLibrary) -> None:
    made = place.artifact()
    artifact = place.root / "out" / "order"
    assert made["artifact"] == str(artifact)
    assert said(artifact) == SAID
    metadata = read_metadata(artifact)
    assert metadata is not None
    assert (metadata.size, metadata.sha256) == (artifact.stat().st_size, digest_file(artifact))
    assert (metadata.scenario.name, metadata.agents, dict(metadata.input)) == ("a test", {"text": ("trim",)}, {"text": "string"})
    assert metadata.library.key == made["library"]
    assert not any(str(place.root.parent) in flag for flag in metadata.flags)
    assert sorted(file.name for file in artifact.parent.iterdir()) == ["order", "order.json"]


def test_a_static_program_runs(place: SmallLibrary) -> None:
    artifact = Path(replace(place, provides=True).artifact(target="native-musl")["artifact"])
    assert inspect_artifact(artifact).static is True
    assert said(artifact) == SAID


def test_the_same_scenario_gives_the_same_bytes_wherever_it_is_compiled(place: SmallLibrary) -> None:
    assert place.artifact("-o", "one")["sha256"] == place.artifact("-o", "elsewhere/two")["sha256"]
    content = (place.root / "one").read_bytes()
    assert str(place.root.parent).encode() not in content
    assert b"buildkit-compile-" not in content


def test_an_unchanged_scenario_is_not_compiled_again(place: SmallLibrary) -> None:
    first = place.artifact()
    before = Path(first["artifact"]).stat().st_mtime_ns
    again = place.artifact()
    assert (first["cached"], again["cached"]) == (False, True)
    assert Path(first["artifact"]).stat().st_mtime_ns == before
    assert {**first, "cached": True, "seconds": 0} == {**again, "seconds": 0}


def test_a_scenario_that_only_reads_otherwise_is_noted(place: SmallLibrary) -> None:
    first = place.artifact()
    earlier = read_metadata(Path(first["artifact"]))
    (place.root / "order.json").write_text(json.dumps(ORDER), encoding="utf-8")
    assert place.artifact()["cached"]
    later = read_metadata(Path(first["artifact"]))
    assert earlier is not None
    assert later is not None
    assert earlier.scenario.sha256 != later.scenario.sha256 == digest_file(place.root / "order.json")


def test_what_decides_on_the_artifact_compiles_it_again(place: SmallLibrary) -> None:
    made = Path(place.artifact()["artifact"])
    place.write(scenario(action("first", "end"), finish()))
    assert not place.artifact()["cached"]
    assert said(made) == "first: trim\nend\n"
    (place.root / "stdlib/src/lib.rs").write_text(LIBRARY.replace('"trim"', '"cut"'), encoding="utf-8")
    assert not place.artifact()["cached"]
    assert said(made) == "first: cut\nend\n"
    made.write_bytes(made.read_bytes() + b"\0")
    assert not place.artifact()["cached"]
    metadata_file(made).unlink()
    assert not place.artifact()["cached"]
    made.unlink()
    assert not place.artifact()["cached"]


def test_an_error_of_rustc_is_told_of_its_step(place: SmallLibrary) -> None:
    place.write(scenario(action("first", "second"), action("second", "end", capability="upper-case"), finish()))
    ran = place.run()
    assert ran.code == ExitCode.FAILED
    line = next(
        number
        for number, text in enumerate((place.root / "order.json").read_text().splitlines(), 1)
        if '"second",' in text and "id" in text
    )
    assert f'native: step "second" (/steps/1, order.json:{line - 1}): error[E0425]: cannot find' in ran.out
    assert "buildkit compile order.json -t native --emit-source DIR" in ran.out
    assert not (place.root / "out").exists()
    (failure,) = place.document(code=ExitCode.FAILED)["failures"]
    assert [(error["step"], error["pointer"]) for error in failure["errors"]] == [("second", "/steps/1")]


def test_a_target_that_fails_does_not_keep_the_others_from_their_artifacts(place: SmallLibrary) -> None:
    upper = '\n        #[cfg(unix)]\n        pub static UPPER_CASE: crate::Capability = crate::Capability("upper");'
    text = LIBRARY.replace('Capability("trim");', f'Capability("trim");{upper}', 1)
    (place.root / "stdlib/src/lib.rs").write_text(text, encoding="utf-8")
    place.write(scenario(action("first", "end", capability="upper-case"), finish()))
    document = replace(place, provides=True).document("-t", "wasm32-wasip2", code=ExitCode.FAILED)
    assert [entry["artifact"] for entry in document["artifacts"]] == [str(place.root / "out" / "native" / "order")]
    assert [failure["target"] for failure in document["failures"]] == ["wasm32-wasip2"]


def test_the_linker_that_is_set_for_cargo_is_used_and_its_absence_told(place: SmallLibrary, tmp_path: Path) -> None:
    absent = tmp_path / "absent-cc"
    missing = SmallLibrary(root=place.root, environment={"CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER": str(absent)})
    ran = missing.run()
    assert ran.code == ExitCode.TOOLCHAIN
    assert ran.err.endswith(f"error: the linker {absent} for native is missing\n hint: buildkit toolchain ensure native\n")
    assert not (place.root / "out").exists()


def slow_linker(folder: Path) -> Path:
    linker = folder / "slow-cc"
    linker.write_text(f"#!/bin/sh\ntouch {folder}/begun\nexec sleep 300\n")
    linker.chmod(0o755)
    return linker


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing(place: SmallLibrary, tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    variables = {"CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER": str(slow_linker(tmp_path)), "TMPDIR": str(temporary)}
    command = (sys.executable, "-m", "buildkit", "compile", "order.json", "-t", "native", "--offline")
    with subprocess.Popen(
        command, cwd=place.root, env=merged({**place.variables, **variables}), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    ) as running:
        assert until((tmp_path / "begun").exists)
        os.kill(running.pid, number)
        _, err = running.communicate(timeout=60)
    assert running.returncode == ExitCode.INTERRUPTED
    assert err.endswith("error: interrupted\n")
    assert not (place.root / "out").exists()
    assert list(temporary.iterdir()) == []


def test_two_at_once_give_one_whole_artifact(place: SmallLibrary) -> None:
    command = (sys.executable, "-m", "buildkit", "compile", "order.json", "-t", "native", "--offline")
    running = [subprocess.Popen(command, cwd=place.root, env=merged(place.variables), stdout=subprocess.DEVNULL) for _ in range(3)]
    assert [one.wait(300) for one in running] == [0, 0, 0]
    assert said(place.root / "out" / "order") == SAID
    assert place.artifact()["cached"]
    assert sorted(file.name for file in (place.root / "out").iterdir()) == ["order", "order.json"]


def test_two_scenarios_at_once_into_one_file_never_pass_for_each_other(place: SmallLibrary) -> None:
    place.artifact()
    (place.root / "short.json").write_text(json.dumps(scenario(action("first", "end"), finish())), encoding="utf-8")
    base = (sys.executable, "-m", "buildkit", "compile", "-t", "native", "--offline", "-o", "both")
    commands = [(*base, name) for name in ("order.json", "short.json")]
    expected = dict(zip(commands, (SAID, "first: trim\nend\n"), strict=True))
    running = [subprocess.Popen(each, cwd=place.root, env=merged(place.variables), stdout=subprocess.DEVNULL) for each in commands]
    assert [one.wait(300) for one in running] == [0, 0]
    metadata = read_metadata(place.root / "both")
    assert metadata is not None
    for command, said_then in expected.items():
        subprocess.run(command, cwd=place.root, env=merged(place.variables), stdout=subprocess.DEVNULL, check=True)
        assert said(place.root / "both") == said_then


@pytest.mark.parametrize("inside", [True, False], ids=["inside the workspace", "elsewhere"])
def test_the_project_is_built_by_plain_cargo(place: SmallLibrary, tmp_path: Path, inside: bool) -> None:  # noqa: FBT001  # a case
    folder = (place.root if inside else tmp_path) / "taken" / "away"
    document = place.document("--emit-source", str(folder))
    assert document["artifacts"] == []
    assert document["projects"][0]["folder"] == str(folder)
    built = ProcessRunner().run(Command(argv=("cargo", "build", "--locked", "--offline"), cwd=folder, env={"CARGO_TARGET_DIR": None}))
    assert built.succeeded, built.stderr
    assert said(folder / "target" / "debug" / "scenario-order") == SAID
    again = place.run("--emit-source", str(folder))
    assert again.code == 0, again.err
    assert (folder / "target").is_dir()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["away"]


def test_a_library_of_another_name_serves_as_well(place: SmallLibrary, tmp_path: Path) -> None:
    manifest = place.root / "stdlib" / "Cargo.toml"
    manifest.write_text(manifest.read_text().replace("runtara-workflow-stdlib", "shop-steps"), encoding="utf-8")
    settings = place.root / "buildkit.toml"
    settings.write_text(settings.read_text() + '[workflow]\nlibrary = "shop-steps"\n', encoding="utf-8")
    assert said(place.artifact()["artifact"]) == SAID
    folder = tmp_path / "project"
    assert place.run("--emit-source", str(folder)).code == 0
    built = ProcessRunner().run(Command(argv=("cargo", "build", "--locked", "--offline"), cwd=folder, env={"CARGO_TARGET_DIR": None}))
    assert built.succeeded, built.stderr
    assert said(folder / "target" / "debug" / "scenario-order") == SAID


def test_a_project_that_cannot_be_locked_leaves_nothing(place: SmallLibrary) -> None:
    text = (place.root / "stdlib/Cargo.toml").read_text()
    assert place.artifact()["cached"] is False
    (place.root / "stdlib/Cargo.toml").write_text(text + '[dependencies]\nabsent-crate-of-nobody = "9"\n')
    ran = place.run("--emit-source", "project")
    assert ran.code != 0
    assert ran.err.startswith("error: ")
    assert [path.name for path in place.root.iterdir() if "project" in path.name] == []


def test_outside_of_a_workspace_the_command_says_so(tmp_path: Path) -> None:
    ran = Buildkit(folder=tmp_path)("compile", "order.json", "-t", "native")
    assert ran.code == ExitCode.USAGE
    assert "no Cargo workspace at or above" in ran.err

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from bench.cells import Cell
from bench.contenders import Buildkit, CargoFc, CargoHack, Site, Task
from bench.members import AGENTS, DSL, MEMBERS, STDLIB
from bench.sources import USES, source_of
from bench.tools import Tools
from bench.workspace import LOCK, Defect, edit, write_workspace

CELLS = tuple(Cell(package=DSL.name, features=features) for features in ((), ("alloc", "std")))
TASK = Task(cells=CELLS, known={}, triple="wasm32-unknown-unknown", target="wasm32-unknown-unknown", hack_options=("--each-feature",))
TOOLS = Tools(toolchain=Path("/rust/bin"), programs=Path("/tools/bin"), host="x86_64-unknown-linux-gnu", versions={})


def written(folder: Path, *defects: Defect) -> dict[str, str]:
    write_workspace(folder, defects=defects)
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in folder.rglob("*") if file.is_file()}


def manifests(files: dict[str, str]) -> Iterable[dict[str, object]]:
    return (tomllib.loads(text) for name, text in files.items() if name.startswith("crates/") and name.endswith(".toml"))


def test_each_feature_alone_none_and_all_are_sixty_six_cells() -> None:
    assert sum(len(member.features) + 2 for member in MEMBERS) == 66


def test_every_manifest_declares_what_its_features_name(tmp_path: Path) -> None:
    for manifest in manifests(written(tmp_path)):
        features, dependencies = manifest["features"], manifest["dependencies"]
        assert isinstance(features, dict)
        assert isinstance(dependencies, dict)
        values = {value for listed in features.values() for value in listed}
        own = {value for value in values if "/" not in value and not value.startswith("dep:")}
        foreign = {value.removeprefix("dep:").partition("/")[0].removesuffix("?") for value in values - own}
        assert own <= features.keys()
        assert foreign <= dependencies.keys()


def test_every_registry_crate_is_in_the_lock_file() -> None:
    locked = {package["name"] for package in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]}
    assert {name for member in MEMBERS for name in member.dependencies} <= locked


def test_the_code_uses_what_a_feature_brings() -> None:
    for (feature, crate), text in USES.items():
        assert any(text in source_of(member) for member in MEMBERS if feature in member.features and crate in member.dependencies)


@pytest.mark.parametrize(
    ("defect", "changed"),
    [
        pytest.param(Defect.COMBINATION, f"crates/{DSL.name}/src/lib.rs", id="combination"),
        pytest.param(Defect.LEAK, f"crates/{STDLIB.name}/Cargo.toml", id="leak"),
    ],
)
def test_a_defect_changes_one_file(tmp_path: Path, defect: Defect, changed: str) -> None:
    sound, wrong = written(tmp_path / "sound"), written(tmp_path / "wrong", defect)
    assert [name for name in sound if sound[name] != wrong[name]] == [changed]


def test_a_leak_is_a_dependency_that_keeps_its_default_features(tmp_path: Path) -> None:
    text = written(tmp_path, Defect.LEAK)[f"crates/{STDLIB.name}/Cargo.toml"]
    assert tomllib.loads(text)["dependencies"][AGENTS.name] == {"path": f"../{AGENTS.name}", "optional": True}


def test_every_edit_changes_the_code(tmp_path: Path) -> None:
    write_workspace(tmp_path)
    source = tmp_path / "crates" / DSL.name / "src" / "lib.rs"
    texts = [source.read_text(encoding="utf-8")]
    for number in range(3):
        edit(tmp_path, DSL.name, number)
        texts.append(source.read_text(encoding="utf-8"))
    assert len(set(texts)) == 4


def test_cargo_fc_is_told_the_cells_by_the_manifest(tmp_path: Path) -> None:
    site = Site(folder=tmp_path)
    write_workspace(site.workspace)
    CargoFc().prepare(site, TASK)
    manifest = tomllib.loads((site.workspace / "crates" / DSL.name / "Cargo.toml").read_text(encoding="utf-8"))
    assert manifest["package"]["metadata"]["cargo-fc"] == {"allow_feature_sets": [[], ["alloc", "std"]]}


def test_buildkit_is_told_the_cells_by_their_ids(tmp_path: Path) -> None:
    ids = Buildkit().command(Site(folder=tmp_path), TASK, TOOLS).argv[-2:]
    assert ids == ("flow-dsl/wasm32-unknown-unknown/-", "flow-dsl/wasm32-unknown-unknown/alloc,std")


def test_no_tool_inherits_settings_of_the_caller(tmp_path: Path) -> None:
    for contender in (CargoHack(), CargoFc(), Buildkit()):
        env = contender.command(Site(folder=tmp_path), TASK, TOOLS).env
        assert env["RUSTFLAGS"] is None
        assert env["CARGO_TARGET_DIR"] is None
        assert str(env["PATH"]).startswith("/rust/bin:")

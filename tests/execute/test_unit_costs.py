"""What units are guessed to cost before they are compiled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from linked import link_all, model_of, needs
from toolchain_fakes import HOST, NATIVE, FakeRunner, toolchain_of
from workspaces import package

from buildkit.cargo.calls import CargoOptions
from buildkit.cargo.manifest import Manifests
from buildkit.cargo.metadata import CargoTarget, DependencyKind, Package
from buildkit.config.schema import Configuration
from buildkit.execute.context import Context, TargetSupply
from buildkit.execute.edited import STAMP
from buildkit.execute.unit_costs import (
    HOST_SECONDS,
    LEAST_SECONDS,
    MOST_ENTRIES,
    SCRIPT_SECONDS,
    TARGET_SECONDS,
    source_bytes,
    unit_costs,
)
from buildkit.features.declarations import HOST_PLACE
from buildkit.features.resolution import resolve
from buildkit.features.signatures import SCRIPT_PLACE, Signatures
from buildkit.plan.makespan import Costs
from buildkit.toolchain.model import StdProvider, Supply

TARGET_PLACE = 1


class Site:
    """A member `app` that uses `low` of a registry; `low` has a build script and is a dependency of the member's build script, too."""

    def __init__(self, root: Path) -> None:
        low = msgspec.structs.replace(self._on_disk(root, package("low"), size=1_000_000), source="registry+https://example.org/index")
        script = CargoTarget(name="build-script-build", kind=("custom-build",), crate_types=("bin",), src_path=root / "low" / "build.rs")
        low = msgspec.structs.replace(low, targets=(*low.targets, script))
        app = package("app", dependencies=(needs("low"), needs("low", kind=DependencyKind.BUILD)))
        app = self._on_disk(root, app, size=250_000)
        app = msgspec.structs.replace(app, targets=(*app.targets, msgspec.structs.replace(script, src_path=root / "app" / "build.rs")))
        links = link_all(app, low)
        supply = Supply(toolchain=toolchain_of(Path("/tc/bin/rustc")), target=NATIVE, triple=HOST, provider=StdProvider.SHIPPED)
        self.context = Context(
            workspace=msgspec.structs.replace(links.workspace, target_directory=root / "target"),
            configuration=Configuration(),
            manifests=Manifests(root=root),
            supplies={"native": TargetSupply(supply=supply, env={})},
            options=CargoOptions(),
            processes=FakeRunner(answers=()),
            emit=lambda _: None,
            jobs=2,
            cache=root / "store",
        )
        self.signatures = Signatures()
        self.signatures.of(resolve(model_of(links), app, ()))

    @staticmethod
    def _on_disk(root: Path, member: Package, *, size: int) -> Package:
        source = root / member.name / "src" / "lib.rs"
        source.parent.mkdir(parents=True)
        source.write_bytes(b" " * size)
        target = msgspec.structs.replace(member.targets[0], src_path=source)
        return msgspec.structs.replace(member, manifest_path=root / member.name / "Cargo.toml", targets=(target,))

    def costs(self, *, jobs: int = 2) -> Costs:
        return unit_costs(replace(self.context, jobs=jobs), "native", self.signatures)

    def seconds(self) -> dict[tuple[str, int], float]:
        packages = self.context.models.links.packages
        names = ((packages[key.package].package.name, key.place) for key in self.signatures.keys)
        return dict(zip(names, self.costs().seconds, strict=True))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_seconds_grow_with_the_root_of_the_size_and_are_more_on_the_host(site: Site) -> None:
    seconds = site.seconds()
    assert seconds["low", TARGET_PLACE] == pytest.approx(LEAST_SECONDS + TARGET_SECONDS)
    assert seconds["low", HOST_PLACE] == pytest.approx(LEAST_SECONDS + HOST_SECONDS)
    assert seconds["app", TARGET_PLACE] == pytest.approx(LEAST_SECONDS + TARGET_SECONDS / 2)


def test_a_build_script_takes_what_build_scripts_take(site: Site) -> None:
    assert site.seconds()["app", SCRIPT_PLACE] == SCRIPT_SECONDS


def test_after_a_check_only_packages_of_the_workspace_cost_anything(site: Site) -> None:
    first = site.seconds()
    folder = site.context.output_of("native")
    folder.mkdir(parents=True)
    assert site.seconds() == first
    (folder / STAMP).touch()
    assert {name for (name, _), seconds in site.seconds().items() if seconds} == {"app"}


def test_costs_know_the_cores_that_cargo_may_use_and_what_waits_for_what(site: Site) -> None:
    costs = site.costs(jobs=7)
    assert costs.cores == 7
    assert costs.below == site.signatures.below


def test_only_rust_files_count_and_no_link_is_followed(tmp_path: Path) -> None:
    source = tmp_path / "src" / "lib.rs"
    (source.parent / "deep").mkdir(parents=True)
    source.write_bytes(b"12345")
    (source.parent / "deep" / "more.rs").write_bytes(b"123")
    (source.parent / "table.bin").write_bytes(b"12345")
    (tmp_path / "elsewhere.rs").write_bytes(b"12345")
    (source.parent / "linked.rs").symlink_to(tmp_path / "elsewhere.rs")
    (source.parent / "around").symlink_to(tmp_path)
    assert source_bytes(package_at(source)) == 8


def test_what_cargo_made_beside_the_source_does_not_count(tmp_path: Path) -> None:
    source = tmp_path / "lib.rs"
    source.write_bytes(b"12345")
    for name in ("target", ".git"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "made.rs").write_bytes(b"12345")
    assert source_bytes(package_at(source)) == 5


def test_a_folder_that_is_not_there_counts_as_nothing(tmp_path: Path) -> None:
    assert source_bytes(package_at(tmp_path / "nowhere" / "lib.rs")) == 0


def test_a_package_without_a_library_counts_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "main.rs").write_bytes(b"12345")
    program = package("program", kind="bin")
    target = msgspec.structs.replace(program.targets[0], src_path=tmp_path / "main.rs")
    assert source_bytes(msgspec.structs.replace(program, targets=(target,))) == 0


def test_the_look_at_one_package_ends_at_some_number_of_entries(tmp_path: Path) -> None:
    source = tmp_path / "lib.rs"
    source.write_bytes(b"1")
    for number in range(MOST_ENTRIES):
        (tmp_path / str(number)).touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "more.rs").write_bytes(b"1")
    assert source_bytes(package_at(source)) == 1


def package_at(source: Path) -> Package:
    made = package("made")
    return msgspec.structs.replace(made, targets=(msgspec.structs.replace(made.targets[0], src_path=source),))

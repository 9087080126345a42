"""Small workspaces on disk, what the feature engine says of them, and what cargo itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from buildkit.cargo.cfg import CfgSet
from buildkit.cargo.metadata import MetadataRequest, Workspace, read_workspace
from buildkit.cargo.unit_graph import parse_unit_graph
from buildkit.features.calls import Call
from buildkit.features.declarations import Machine, Setting
from buildkit.features.links import Links, link
from buildkit.features.model import Model
from buildkit.process import Command, ProcessRunner

HOST = "host"

Built = list[tuple[str, str, tuple[str, ...]]]
"""Package, platform or `HOST`, and features of everything that is compiled, in order."""


@dataclass(frozen=True, kw_only=True)
class OracleCell:
    """A cargo call."""

    packages: tuple[str, ...]
    targets: tuple[str, ...]
    features: tuple[str, ...] = ()
    default: bool = False
    tests: bool = False
    rustflags: str = ""


class Refused(Exception):  # noqa: N818  # it names what happened
    """Cargo refused a call or a workspace."""


def write_files(root: Path, files: Mapping[str, str]) -> None:
    """Write a workspace; a manifest of a package gets an empty library and a build script where it speaks of them."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if path.name == "Cargo.toml" and "[package]" in text:
            (path.parent / "src").mkdir(exist_ok=True)
            if "nolib" not in text:
                (path.parent / "src" / "lib.rs").touch()
            if "build.rs" in text:
                (path.parent / "build.rs").write_text("fn main() {}\n", encoding="utf-8")


class Compilers:
    """What rustc says of targets, asked once each."""

    def __init__(self) -> None:
        self.processes = ProcessRunner()
        self._machines: dict[tuple[str, str], Machine] = {}
        version = self._run("rustc", "-vV")
        self.host = next(line.removeprefix("host: ") for line in version.splitlines() if line.startswith("host: "))

    def machine(self, triple: str, rustflags: str = "") -> Machine:
        """Return what rustc says of a triple."""
        key = (triple, rustflags)
        if key not in self._machines:
            text = self._run("rustc", "--print", "cfg", "--target", triple, *rustflags.split())
            self._machines[key] = Machine(triple=triple, cfg=CfgSet.parse(text))
        return self._machines[key]

    def setting(self, cell: OracleCell) -> Setting:
        """Return the setting of a cell."""
        return Setting(
            host=self.machine(self.host), targets=tuple(self.machine(name, cell.rustflags) for name in cell.targets), tests=cell.tests
        )

    def workspace(self, root: Path) -> Links:
        """Read the workspace in a folder."""
        return link(read_workspace(MetadataRequest(directory=root, offline=True), processes=self.processes))

    def cargo_units(self, root: Path, cell: OracleCell) -> Built:
        """Return what cargo's unit graph has; raises `Refused` where cargo refuses the call."""
        argv = ["cargo", "build", "-Zunstable-options", "--unit-graph", "--offline"]
        argv += [part for name in cell.packages for part in ("--package", name)]
        argv += [] if cell.default else ["--no-default-features"]
        argv += ["--features", ",".join(cell.features)] if cell.features else []
        argv += [part for name in cell.targets for part in ("--target", name)]
        argv += ["--tests"] if cell.tests else []
        env = {"RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": cell.rustflags or None}
        # Only where there is a folder does cargo note what rustc says of itself; else every call asks it three times.
        (root / "target").mkdir(exist_ok=True)
        done = self.processes.run(Command(argv=tuple(argv), cwd=root, env=env))
        if not done.succeeded:
            raise Refused(done.stderr)
        built: dict[tuple[str, str], tuple[str, ...]] = {}
        for unit in parse_unit_graph(done.stdout).units:
            if "custom-build" not in unit.target.kind or unit.mode == "run-custom-build":
                built[spec(unit.pkg_id), unit.platform or HOST] = tuple(sorted(unit.features))
        return sorted((package, platform, features) for (package, platform), features in built.items())

    def _run(self, *argv: str) -> str:
        done = self.processes.run(Command(argv=argv, cwd=Path.cwd()))
        assert done.succeeded, done.stderr
        return done.stdout


def engine_units(model: Model, cell: OracleCell) -> Built:
    """Return what the feature engine finds for a cell."""
    workspace, links = model.links.workspace, model.links
    call = Call(packages=numbers(links, workspace, cell), features=cell.features, default_features=cell.default)
    platforms = (HOST, *cell.targets)
    found = model.units(model.consequences(call))
    return sorted(
        (spec(links.packages[number].package.id), platforms[place], tuple(sorted(features))) for (number, place), features in found.items()
    )


def numbers(links: Links, workspace: Workspace, cell: OracleCell) -> tuple[int, ...]:
    """Return the numbers of a cell's packages."""
    return tuple(links.numbers[workspace.members_by_name[name].id] for name in cell.packages)


def spec(identity: str) -> str:
    """Return `name@version` of a package id."""
    location, _, fragment = identity.rpartition("#")
    return fragment if "@" in fragment else f"{location.rpartition('/')[2]}@{fragment}"

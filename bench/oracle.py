"""Hold the feature engine against cargo's unit graph over published crates.

    python bench/oracle.py --cells 2000 --folder /var/tmp/oracle

One workspace is written with a member for each crate, whose features are those of the crate. Random selections of them on random targets
are then resolved by the engine and by cargo, and every package, side and feature is compared. Needs cargo, and a registry when the folder
is new. Ends with 1 where anything differs.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from buildkit.cargo.metadata import MetadataRequest, Package, Workspace, read_workspace
from buildkit.cargo.unit_graph import parse_unit_graph
from buildkit.errors import BuildkitError
from buildkit.execute.models import Models, Platform
from buildkit.execute.verification import differences
from buildkit.features.closure import closure_of
from buildkit.features.resolution import resolve
from buildkit.process import Command, ProcessRunner

CRATES = (
    *(
        "axum",
        "bevy_ecs",
        "chrono",
        "clap",
        "embassy-executor",
        "embassy-time",
        "futures",
        "getrandom",
        "hyper",
        "rand",
        "regex",
        "reqwest",
    ),
    *("rustix", "rustls", "serde", "serde_json", "sqlx", "time", "tokio", "tokio-util", "tower-http", "tracing-subscriber", "wgpu"),
)
TARGETS = (
    "x86_64-unknown-linux-gnu",
    "x86_64-unknown-linux-musl",
    "wasm32-unknown-unknown",
    "wasm32-wasip2",
    "thumbv7em-none-eabihf",
    "riscv32imac-unknown-none-elf",
    "x86_64-pc-windows-msvc",
    "aarch64-apple-darwin",
)
PREFIX = "probe-"


@dataclass(kw_only=True)
class Tally:
    """What was compared."""

    cells: int = 0
    units: int = 0
    refused: int = 0
    different: list[str] = field(default_factory=list)
    own_seconds: list[float] = field(default_factory=list)
    cargo_seconds: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One selection of a probe's features on one target."""

    package: Package
    features: tuple[str, ...]
    target: str


def main(arguments: Sequence[str]) -> int:
    """Compare, print the tally, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=2000, help="how many cells to compare (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the random selections (default: %(default)s)")
    parser.add_argument("--folder", type=Path, default=Path("target/oracle"), help="where the workspace is kept (default: %(default)s)")
    parser.add_argument("crates", nargs="*", default=CRATES, help="crates to compare (default: a fixed list)")
    options = parser.parse_args(arguments)
    processes = ProcessRunner()
    workspace = open_workspace(options.folder.absolute(), tuple(options.crates), processes)
    comparison = Comparison(workspace, processes)
    generator = random.Random(options.seed)  # noqa: S311  # a sample, not a secret
    for cell in cells(generator, workspace, options.cells):
        comparison.compare(cell)
    print_tally(comparison.tally, workspace, comparison.build_seconds)
    return 1 if comparison.tally.different else 0


def open_workspace(folder: Path, crates: tuple[str, ...], processes: ProcessRunner) -> Workspace:
    """Return the workspace of probes, written first where it is not there: once without features, to learn the names of them."""
    listed = folder / "crates.json"
    if not listed.exists() or json.loads(listed.read_text(encoding="utf-8")) != list(crates):
        folder.mkdir(parents=True, exist_ok=True)
        write_root(folder, crates)
        for crate in crates:
            write_probe(folder, crate, ())
        plain = read_workspace(MetadataRequest(directory=folder), processes=processes)
        for crate in crates:
            probe = plain.members_by_name[PREFIX + crate]
            package = next(plain.packages[edge.pkg] for edge in plain.edges[probe.id])
            write_probe(folder, crate, tuple(package.features))
        # What optional dependencies need may not fit the versions that were picked without them.
        (folder / "Cargo.lock").unlink()
        read_workspace(MetadataRequest(directory=folder), processes=processes)
        listed.write_text(json.dumps(crates), encoding="utf-8")
    return read_workspace(MetadataRequest(directory=folder, locked=True, offline=True), processes=processes)


def write_root(folder: Path, crates: tuple[str, ...]) -> None:
    """Write the manifest of the workspace."""
    members = json.dumps([PREFIX + crate for crate in crates])
    (folder / "Cargo.toml").write_text(f'[workspace]\nresolver = "2"\nmembers = {members}\n', encoding="utf-8")


def write_probe(folder: Path, crate: str, features: tuple[str, ...]) -> None:
    """Write the member for one crate; its features are the crate's, under the same names."""
    values = "".join(f'{json.dumps(name)} = ["{crate}/{name}"]\n' for name in features)
    text = f'[package]\nname = "{PREFIX}{crate}"\nversion = "0.0.0"\nedition = "2021"\npublish = false\n'
    text += f'[dependencies]\n{crate} = {{ version = "*", default-features = false }}\n[features]\n{values}'
    place = folder / f"{PREFIX}{crate}"
    (place / "src").mkdir(parents=True, exist_ok=True)
    (place / "src" / "lib.rs").touch()
    (place / "Cargo.toml").write_text(text, encoding="utf-8")


def cells(generator: random.Random, workspace: Workspace, count: int) -> Iterator[Cell]:
    """Give random cells, the packages in turn: often a few features, sometimes many or all."""
    for number in range(count):
        package = workspace.members[number % len(workspace.members)]
        names = sorted(package.features)
        sizes = (0, 1, 1, 2, 3, len(names) // 3, len(names) // 2, len(names))
        chosen = generator.sample(names, min(len(names), generator.choice(sizes)))
        yield Cell(package=package, features=tuple(sorted(chosen)), target=generator.choice(TARGETS))


class Comparison:
    """Compares cells of one workspace."""

    def __init__(self, workspace: Workspace, processes: ProcessRunner) -> None:
        """Build the models first, so that the time of a cell is its own."""
        self.tally = Tally()
        self._workspace = workspace
        self._processes = processes
        version = processes.run(Command(argv=("rustc", "-vV"), cwd=workspace.root))
        self._host = next(line.removeprefix("host: ") for line in version.stdout.splitlines() if line.startswith("host: "))
        models = Models(workspace=workspace, processes=processes)
        started = time.monotonic()
        self._models = {target: models.model(Platform(rustc=Path("rustc"), host=self._host, triple=target)) for target in TARGETS}
        self.build_seconds = time.monotonic() - started

    def compare(self, cell: Cell) -> None:
        """Compare one cell, and print how it differs."""
        started = time.perf_counter()
        closure = resolve(self._models[cell.target], cell.package, cell.features).closure
        self.tally.own_seconds.append(time.perf_counter() - started)
        done = self._processes.run(
            Command(argv=self._argv(cell), cwd=self._workspace.root, env={"RUSTC_BOOTSTRAP": "1", "RUSTFLAGS": None})
        )
        self.tally.cargo_seconds.append(done.seconds)
        try:
            cargos = closure_of(parse_unit_graph(done.stdout)) if done.succeeded else None
        except BuildkitError:
            cargos = None
        if cargos is None:
            self.tally.refused += 1
            print(f"refused: {cell.package.name} {cell.target} {','.join(cell.features)}: {done.stderr.strip().splitlines()[:3]}")
            return
        self.tally.cells += 1
        self.tally.units += len(cargos.target) + len(cargos.host)
        found = list(differences(closure, cargos))
        if found:
            self.tally.different.append(cell.package.name)
            print(f"DIFFERENT: {cell.package.name} {cell.target} {','.join(cell.features)}", *found[:10], sep="\n    ")

    def _argv(self, cell: Cell) -> tuple[str, ...]:
        features = ("--features", ",".join(cell.features)) if cell.features else ()
        selecting = ("--package", cell.package.name, "--target", cell.target, "--no-default-features", *features)
        return ("cargo", "build", "-Zunstable-options", "--unit-graph", "--offline", "--locked", "--ignore-rust-version", *selecting)


def print_tally(tally: Tally, workspace: Workspace, build_seconds: float) -> None:
    """Print what was compared, and how long each side took."""
    print(f"{len(workspace.members)} crates, {len(workspace.packages)} packages in the graph")
    print(f"{tally.cells} cells with {tally.units} packages compared, {len(tally.different)} different, {tally.refused} refused by cargo")
    print(f"models of {len(TARGETS)} targets, cfg included: {build_seconds:.2f} s")
    own, cargos = statistics.median(tally.own_seconds), statistics.median(tally.cargo_seconds)
    print(f"median of a cell: engine {own * 1e3:.2f} ms, cargo {cargos * 1e3:.0f} ms: {cargos / own:.0f} times")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

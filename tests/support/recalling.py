"""A workspace with everything that cargo may read, and a runner that counts calls of cargo."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from remembering import remembered_in

from buildkit.cargo.metadata import MetadataRequest, Workspace, read_workspace
from buildkit.cargo.recall import recall_workspace
from buildkit.process import Command, Completed, OnLine, ProcessRunner

MEMBER = '[package]\nname = "{name}"\nversion = "0.1.0"\nedition = "{edition}"\n'


class Machine:
    """A workspace with everything that cargo may read, a cargo home, and a runner that counts calls of cargo."""

    def __init__(self, scratch: Path, toolchain: tuple[Path, Path]) -> None:
        self.scratch = scratch
        self.root = scratch / "above" / "ws"
        self.home = scratch / "home"
        self.cargo, self.rustc = toolchain
        self.env: dict[str, str | None] = {"CARGO_HOME": str(self.home), "RUSTC": str(self.rustc), "RUSTUP_TOOLCHAIN": None}
        self.calls = 0
        self._runner = ProcessRunner()

    def run(
        self, command: Command, *, on_stdout: OnLine | None = None, on_stderr: OnLine | None = None, timeout: float | None = None
    ) -> Completed:
        self.calls += 1
        return self._runner.run(command, on_stdout=on_stdout, on_stderr=on_stderr, timeout=timeout)

    @property
    def request(self) -> MetadataRequest:
        return MetadataRequest(directory=self.root, offline=True, cargo=self.cargo, env=self.env)

    def recall(self) -> Workspace:
        """Recall as a new process would."""
        return recall_workspace(self.request, processes=self, remembered=remembered_in(self.scratch))

    def now(self) -> Workspace:
        """Return what cargo says."""
        return read_workspace(self.request, processes=self._runner)

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.scratch / name).parent.mkdir(parents=True, exist_ok=True)
            (self.scratch / name).write_text(text)

    def append(self, name: str, text: str) -> None:
        with (self.scratch / name).open("a") as stream:
            stream.write(text)


def layout(registry: Path) -> Mapping[str, str]:
    """Return the files: members by name and by pattern, a package outside, a patch that nothing uses, a package of a registry."""
    return {
        "above/ws/Cargo.toml": (
            '[workspace]\nresolver = "2"\nmembers = ["listed", "crates/*"]\nexclude = ["crates/excluded"]\n'
            '[workspace.dependencies]\nfetched = "1"\n[patch.crates-io]\nunused = { path = "../unused" }\n'
        ),
        "above/ws/listed/Cargo.toml": (
            MEMBER.format(name="listed", edition="2021")
            + '[features]\nmore = []\n[dependencies]\noutside = { path = "../../outside" }\nfetched.workspace = true\n'
        ),
        "above/ws/crates/old/Cargo.toml": MEMBER.format(name="old", edition="2015")
        + '[[bin]]\nname = "tool"\n[[bin]]\nname = "odd"\npath = "odd.rs"\n',
        "above/ws/crates/old/odd.rs": "fn main() {}",
        "above/ws/crates/old/src/bin/tool.rs": "fn main() {}",
        "above/ws/crates/old/src/lib.rs": "",
        "above/ws/listed/src/lib.rs": "",
        "above/ws/crates/other/Cargo.toml": MEMBER.format(name="other", edition="2024"),
        "above/ws/crates/other/src/lib.rs": "",
        "above/outside/Cargo.toml": MEMBER.format(name="outside", edition="2021") + "[features]\nfar = []\n",
        "above/outside/src/lib.rs": "",
        "above/unused/Cargo.toml": MEMBER.format(name="unused", edition="2021"),
        "above/unused/src/lib.rs": "",
        "home/config.toml": (f'[source.crates-io]\nreplace-with = "local"\n[source.local]\nlocal-registry = "{registry}"\n'),
    }

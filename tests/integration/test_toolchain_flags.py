"""The flags that buildkit says cargo would take are those that cargo takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from buildkit.cargo.cfg import CfgSet
from buildkit.cargo.configuration import ConfiguredFlags, read_flags
from buildkit.process import Command, ProcessRunner, patched
from buildkit.toolchain.discover import discover
from buildkit.toolchain.flags import compose, compose_exports, target_variable, user_flags
from buildkit.toolchain.model import Toolchain

pytestmark = pytest.mark.integration

FILE = """\
[build]
rustflags = ["--cfg=file_build"]
"""
TARGET = """
[target.HOST]
rustflags = ["--cfg=file_target"]
[target.'cfg(not(any()))']
rustflags = "--cfg=file_always --cfg=file_twice"
[target.'cfg(any())']
rustflags = ["--cfg=file_never"]
"""
OUTER = """
[target.HOST]
rustflags = ["--cfg=outer_target"]
"""
ADDED = ("--cfg=added",)


class Crate:
    """A crate with a configuration of cargo, and one above it."""

    def __init__(self, folder: Path, toolchain: Toolchain) -> None:
        self.folder = folder / "outer" / "crate"
        self.toolchain = toolchain
        (self.folder / "src").mkdir(parents=True)
        (self.folder / "src" / "lib.rs").touch()
        (self.folder / "Cargo.toml").write_text('[package]\nname = "flags"\nedition = "2021"\n[workspace]\n')

    def configure(self, own: str, outer: str) -> None:
        for folder, text in ((self.folder, own), (self.folder.parent, outer)):
            (folder / ".cargo").mkdir()
            (folder / ".cargo" / "config.toml").write_text(text.replace("HOST", self.toolchain.host))

    def flags_of_cargo(self, environment: dict[str, str | None], *arguments: str) -> tuple[str, ...]:
        """Return the cfg flags that cargo gives rustc."""
        argv = (str(self.toolchain.cargo), "check", "--offline", "--verbose", *arguments)
        clean = {name: None for name in patched({}) if "RUSTFLAGS" in name}
        done = ProcessRunner().run(
            Command(
                argv=argv, cwd=self.folder, env={**clean, "RUSTC": str(self.toolchain.rustc), "CARGO_HOME": str(self.folder), **environment}
            )
        )
        assert done.succeeded, done.stderr
        running = next(line for line in done.stderr.splitlines() if "--crate-name flags" in line)
        return tuple(f"--cfg={name}" for name in re.findall(r"--cfg[= ](\w+)", running))

    def expected(self, environment: dict[str, str]) -> tuple[str, ...]:
        return user_flags(environment, self.toolchain.host, self.configured(environment))

    def configured(self, environment: dict[str, str]) -> ConfiguredFlags:
        def ask() -> CfgSet:
            return CfgSet.parse(ProcessRunner().run(Command(argv=(str(self.toolchain.rustc), "--print", "cfg"), cwd=Path("/"))).stdout)

        return read_flags(self.folder, self.toolchain.host, environment={**environment, "CARGO_HOME": str(self.folder)}, ask_cfg=ask)


@pytest.fixture
def crate(tmp_path: Path) -> Crate:
    found = discover(environment=patched({}), store=tmp_path / "store", processes=ProcessRunner())
    if not found:
        pytest.skip("this machine has no compiler outside the store")
    return Crate(tmp_path, found[0])


FILES = pytest.mark.parametrize(
    ("own", "outer"),
    [("", ""), (FILE, ""), (FILE + TARGET, ""), (TARGET, OUTER), (FILE, OUTER)],
    ids=["none", "build", "all", "both", "outer target"],
)
VARIABLES = {
    "none": {},
    "target": {"TARGET": "--cfg=env_target"},
    "build": {"CARGO_BUILD_RUSTFLAGS": "--cfg=env_build"},
    "plain": {"RUSTFLAGS": "--cfg=env_plain", "TARGET": "--cfg=env_target"},
    "encoded": {"CARGO_ENCODED_RUSTFLAGS": "--cfg=env_a\x1f--cfg=env_b", "RUSTFLAGS": "--cfg=env_plain"},
    "empty": {"RUSTFLAGS": ""},
}


@FILES
@pytest.mark.parametrize("variables", VARIABLES.values(), ids=VARIABLES.keys())
def test_cargo_takes_what_buildkit_says_and_ours_are_added(crate: Crate, own: str, outer: str, variables: dict[str, str]) -> None:
    crate.configure(own, outer)
    host = crate.toolchain.host
    environment = {target_variable(host, "rustflags") if name == "TARGET" else name: value for name, value in variables.items()}
    expected = crate.expected(environment)
    assert crate.flags_of_cargo({**environment}, "--target", host) == expected
    patch = compose(environment, host, crate.configured(environment), ADDED)
    assert crate.flags_of_cargo({**environment, **patch}, "--target", host) == (*expected, *ADDED)


@pytest.mark.parametrize(
    ("own", "variables"),
    [
        ("", {}),
        (FILE, {}),
        (FILE + TARGET, {}),
        (FILE, {"CARGO_BUILD_RUSTFLAGS": "--cfg=env_build"}),
        ("", {"RUSTFLAGS": "--cfg=env_plain"}),
    ],
)
def test_exports_add_ours_and_keep_the_users(crate: Crate, own: str, variables: dict[str, str]) -> None:
    crate.configure(own, "")
    host = crate.toolchain.host
    expected = crate.expected(variables)
    patch = compose_exports(variables, host, crate.configured(variables), ADDED)
    assert sorted(crate.flags_of_cargo({**variables, **patch}, "--target", host)) == sorted((*expected, *ADDED))


def test_exports_for_another_target_leave_host_builds_alone(crate: Crate) -> None:
    crate.configure(FILE, "")
    variables = {"RUSTFLAGS": "--cfg=env_plain"}
    patch = compose_exports(variables, "wasm32-wasip2", crate.configured(variables), ADDED)
    taken = crate.flags_of_cargo({**variables, **patch})
    assert "--cfg=env_plain" in taken
    assert "--cfg=added" not in taken

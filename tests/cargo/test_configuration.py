from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.cargo.cfg import CfgSet
from buildkit.cargo.configuration import ConfiguredFlags, find_files, merge, read_flags
from buildkit.errors import ConfigurationError

TRIPLE = "wasm32-wasip2"
WASM = CfgSet.parse('target_arch="wasm32"\ntarget_os="wasi"\n')


def write(folder: Path, text: str, name: str = "config.toml") -> None:
    (folder / ".cargo").mkdir(parents=True, exist_ok=True)
    (folder / ".cargo" / name).write_text(text)


def read(folder: Path, home: Path) -> ConfiguredFlags:
    return read_flags(folder, TRIPLE, environment={"HOME": str(home)}, ask_cfg=lambda: WASM)


def test_files_are_read_from_the_workspace_upwards_and_from_cargos_home(tmp_path: Path) -> None:
    inner, home = tmp_path / "outer" / "inner", tmp_path / "home"
    for folder in (inner, tmp_path / "outer", home):
        write(folder, "")
    assert find_files(inner, {"HOME": str(home)}) == tuple(
        folder / ".cargo" / "config.toml" for folder in (inner, tmp_path / "outer", home)
    )
    assert find_files(inner, {"CARGO_HOME": str(home / ".cargo")})[-1] == home / ".cargo" / "config.toml"


def test_a_home_above_the_workspace_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, "")
    assert len(find_files(tmp_path / "ws", {"HOME": str(tmp_path)})) == 1


def test_the_name_without_extension_hides_the_other(tmp_path: Path) -> None:
    write(tmp_path, '[build]\nrustflags = ["-old"]\n', "config")
    write(tmp_path, '[build]\nrustflags = ["-new"]\n')
    assert read(tmp_path, tmp_path).build == ("-old",)


def test_lists_are_joined_with_the_nearest_file_at_the_end(tmp_path: Path) -> None:
    write(tmp_path, f'[target.{TRIPLE}]\nrustflags = ["-outer"]\nlinker = "outer-ld"\n')
    write(tmp_path / "ws", f'[target.{TRIPLE}]\nrustflags = ["-inner"]\nlinker = "inner-ld"\n')
    assert read(tmp_path / "ws", tmp_path) == ConfiguredFlags(target=("-outer", "-inner"), linker="inner-ld")


def test_a_text_is_split_at_its_spaces(tmp_path: Path) -> None:
    write(tmp_path, '[build]\nrustflags = "-a  -b"\n')
    assert read(tmp_path, tmp_path).build == ("-a", "-b")


def test_expressions_that_hold_are_kept_apart_from_the_triple(tmp_path: Path) -> None:
    write(
        tmp_path,
        f"""[target.'cfg(target_os = "wasi")']\nrustflags = ["-wasi"]\n[target.'cfg(unix)']\nrustflags = ["-unix"]\n[target.{TRIPLE}]\nrustflags = ["-t"]\n""",
    )
    assert read(tmp_path, tmp_path) == ConfiguredFlags(target=("-t",), matching=("-wasi",))


def test_rustc_is_asked_only_where_an_expression_has_flags(tmp_path: Path) -> None:
    write(tmp_path, "[target.'cfg(unix)']\nrunner = 'x'\n")

    def ask() -> CfgSet:
        raise AssertionError("asked")

    assert read_flags(tmp_path, TRIPLE, environment={"HOME": str(tmp_path)}, ask_cfg=ask) == ConfiguredFlags()


@pytest.mark.parametrize("text", ["[build\n", "[target.'cfg(all(unix)']\nrustflags = ['-a']\n"], ids=["TOML", "expression"])
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=r"\.cargo/config\.toml"):
        read(tmp_path, tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\nprofile = 3\n", "config.toml:2: `profile` is 3, and"),
        ("[profile]\ndev = 'debug'\n", "config.toml:2: `profile.dev` is 'debug', and"),
        ("[profile.dev]\nbuild-override = 3\n", "config.toml:2: `profile.dev.build-override` is 3, and"),
        ("[profile.dev]\npackage = []\n", r"config.toml:2: `profile.dev.package` is \[\], and"),
        ("[profile.dev.package]\n'*'.debug = 1\nx = true\n", "config.toml:3: `profile.dev.package.x` is True, and"),
        ("env = ['A']\n", r"config.toml:1: `env` is \['A'\], and"),
        ("build = 3\n", "config.toml:1: `build` is 3, and"),
    ],
)
def test_what_must_be_a_table_and_is_none_is_refused_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigurationError, match=told):
        read(tmp_path, tmp_path)


def test_merging_keeps_what_only_one_has() -> None:
    assert merge({"a": {"x": 1, "l": [1]}, "b": 1}, {"a": {"y": 2, "l": [2]}, "b": 2}) == {"a": {"x": 1, "y": 2, "l": [1, 2]}, "b": 2}

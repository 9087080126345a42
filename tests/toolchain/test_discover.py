from __future__ import annotations

from pathlib import Path

import pytest
from toolchain_fakes import HOST, FakeRunner, compiler_answers, write_compiler

from buildkit.errors import ToolchainError
from buildkit.toolchain import places as module
from buildkit.toolchain.discover import discover
from buildkit.toolchain.model import Origin, Toolchain


@pytest.fixture(autouse=True)
def _no_compiler_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DISTRIBUTION_FOLDERS", ())


def rustup_home(scratch: Path, *names: str, default: str) -> tuple[Path, list[Path]]:
    """Lay out a home of rustup with a folder of proxies."""
    home = scratch / "rustup"
    compilers = [write_compiler(home / "toolchains" / name) for name in names]
    (home / "settings.toml").write_text(f'default_toolchain = "{default}"\n')
    proxies = scratch / "proxies"
    proxies.mkdir()
    (proxies / "rustup").touch()
    for name in ("rustc", "cargo"):
        (proxies / name).symlink_to("rustup")
    return home, compilers


def find(scratch: Path, environment: dict[str, str], *compilers: Path) -> tuple[Toolchain, ...]:
    runner = FakeRunner(answers=tuple(compiler_answers(rustc) for rustc in compilers))
    return tuple(discover(environment={"HOME": str(scratch), **environment}, store=scratch / "store", processes=runner))


def test_a_compiler_on_path_is_found_with_its_triples_and_its_source(tmp_path: Path) -> None:
    rustc = write_compiler(tmp_path / "rust", prebuilt=(HOST, "wasm32-wasip2"), with_source=True)
    (found,) = find(tmp_path, {"PATH": str(rustc.parent)}, rustc)
    assert found.prebuilt == {HOST, "wasm32-wasip2"}
    assert found.source == tmp_path / "rust/lib/rustlib/src/rust/library"
    assert (found.release, found.host, found.origin) == ("1.96.0", HOST, Origin.OTHER)


def test_a_compiler_without_cargo_is_none(tmp_path: Path) -> None:
    rustc = write_compiler(tmp_path / "rust", with_cargo=False)
    assert find(tmp_path, {"PATH": str(rustc.parent)}, rustc) == ()


def test_a_compiler_that_does_not_run_is_none(tmp_path: Path) -> None:
    rustc = write_compiler(tmp_path / "rust")
    assert find(tmp_path, {"PATH": str(rustc.parent)}) == ()


def test_a_proxy_stands_for_the_default_toolchain(tmp_path: Path) -> None:
    home, compilers = rustup_home(tmp_path, f"nightly-{HOST}", f"stable-{HOST}", default=f"stable-{HOST}")
    found = find(tmp_path, {"PATH": str(tmp_path / "proxies"), "RUSTUP_HOME": str(home)}, *compilers)
    assert [(toolchain.name, toolchain.origin) for toolchain in found] == [
        (f"stable-{HOST}", Origin.RUSTUP),
        (f"nightly-{HOST}", Origin.RUSTUP),
    ]
    assert found[0].cargo == home / "toolchains" / f"stable-{HOST}" / "bin" / "cargo"


def test_the_toolchain_that_rustup_is_told_to_use_comes_first(tmp_path: Path) -> None:
    home, compilers = rustup_home(tmp_path, f"nightly-{HOST}", f"stable-{HOST}", default=f"stable-{HOST}")
    environment = {"PATH": str(tmp_path / "proxies"), "RUSTUP_HOME": str(home), "RUSTUP_TOOLCHAIN": "nightly"}
    assert find(tmp_path, environment, *compilers)[0].name == f"nightly-{HOST}"


def test_the_toolchain_that_rustup_is_told_to_use_may_be_a_folder(tmp_path: Path) -> None:
    home, compilers = rustup_home(tmp_path, f"nightly-{HOST}", f"stable-{HOST}", default=f"stable-{HOST}")
    own = write_compiler(tmp_path / "own")
    places = {home / "toolchains" / f"nightly-{HOST}": Origin.RUSTUP, tmp_path / "own": Origin.OTHER}
    for folder, origin in places.items():
        environment = {"PATH": str(tmp_path / "proxies"), "RUSTUP_HOME": str(home), "RUSTUP_TOOLCHAIN": str(folder)}
        first = find(tmp_path, environment, own, *compilers)[0]
        assert (first.rustc, first.origin) == (folder / "bin" / "rustc", origin)


@pytest.mark.parametrize("name", ["1.42", "stables", "/absent/toolchain"])
def test_a_toolchain_that_rustup_does_not_have_is_refused(tmp_path: Path, name: str) -> None:
    home, compilers = rustup_home(tmp_path, f"stable-{HOST}", default=f"stable-{HOST}")
    with pytest.raises(ToolchainError, match=rf"^RUSTUP_TOOLCHAIN is '{name}', and rustup has no such toolchain$"):
        find(tmp_path, {"RUSTUP_HOME": str(home), "RUSTUP_TOOLCHAIN": name}, *compilers)


def test_without_rustup_its_variable_says_nothing(tmp_path: Path) -> None:
    rustc = write_compiler(tmp_path / "rust")
    environment = {"PATH": str(rustc.parent), "RUSTUP_HOME": str(tmp_path / "absent"), "RUSTUP_TOOLCHAIN": "stable"}
    assert [toolchain.rustc for toolchain in find(tmp_path, environment, rustc)] == [rustc]


def test_the_variable_rustc_comes_before_path_and_rustup_after_it(tmp_path: Path) -> None:
    home, compilers = rustup_home(tmp_path, f"stable-{HOST}", default=f"stable-{HOST}")
    named, on_path = write_compiler(tmp_path / "named"), write_compiler(tmp_path / "on-path")
    environment = {"RUSTC": str(named), "PATH": str(on_path.parent), "RUSTUP_HOME": str(home)}
    found = find(tmp_path, environment, named, on_path, *compilers)
    assert [toolchain.rustc for toolchain in found] == [named, on_path, *compilers]


def test_two_names_of_one_toolchain_are_one(tmp_path: Path) -> None:
    home, (stable,) = rustup_home(tmp_path, f"stable-{HOST}", default=f"stable-{HOST}")
    (home / "toolchains" / f"1.96.0-{HOST}").symlink_to(f"stable-{HOST}")
    alias = home / "toolchains" / f"1.96.0-{HOST}" / "bin" / "rustc"
    assert len(find(tmp_path, {"RUSTUP_HOME": str(home)}, stable, alias)) == 1


def test_a_compiler_in_the_store_is_known_as_such_also_when_a_variable_names_it(tmp_path: Path) -> None:
    rustc = write_compiler(tmp_path / "store" / "toolchains" / "rustc-1.96.0-0123")
    (found,) = find(tmp_path, {"RUSTC": str(rustc)}, rustc)
    assert (found.origin, found.name) == (Origin.STORE, "rustc-1.96.0-0123")


def test_a_compiler_is_asked_in_the_root_folder_and_without_rustups_variable(tmp_path: Path) -> None:
    rustc = write_compiler(tmp_path / "rust")
    runner = FakeRunner(answers=(compiler_answers(rustc),))
    assert len(discover(environment={"PATH": str(rustc.parent)}, store=tmp_path / "store", processes=runner)) == 1
    assert {command.cwd for command in runner.commands} == {Path("/")}
    assert all(command.env["RUSTUP_TOOLCHAIN"] is None for command in runner.commands)


def test_a_toolchain_of_rustup_is_not_asked_for_its_own_folder(tmp_path: Path) -> None:
    home, compilers = rustup_home(tmp_path, f"stable-{HOST}", default=f"stable-{HOST}")
    runner = FakeRunner(answers=tuple(map(compiler_answers, compilers)))
    (found,) = discover(environment={"RUSTUP_HOME": str(home)}, store=tmp_path / "store", processes=runner)
    assert found.sysroot == home / "toolchains" / f"stable-{HOST}"
    assert [command.argv[1:] for command in runner.commands] == [("-vV",)]


def test_a_compiler_is_not_asked_before_somebody_gets_to_it(tmp_path: Path) -> None:
    home, compilers = rustup_home(tmp_path, f"nightly-{HOST}", f"stable-{HOST}", default=f"stable-{HOST}")
    runner = FakeRunner(answers=tuple(map(compiler_answers, compilers)))
    found = discover(environment={"RUSTUP_HOME": str(home)}, store=tmp_path / "store", processes=runner)
    assert not runner.commands
    assert next(iter(found)).name == f"stable-{HOST}"
    assert {Path(command.argv[0]).parent.parent.name for command in runner.commands} == {f"stable-{HOST}"}
    assert [toolchain.name for toolchain in found] == [f"stable-{HOST}", f"nightly-{HOST}"]
    assert found[1].name == f"nightly-{HOST}"
    assert (found[:0], len(found), bool(found)) == ((), 2, True)

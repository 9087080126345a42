"""Finding, registering and refusing plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from buildkit.errors import ExitCode, PluginError, UsageError
from buildkit.plugins import PluginSources, load_targets, verify_triples

HEAD = """
from buildkit import CompilationTarget, Denial, StdKind, hookimpl

def target(name="console", triple="mips-console-none"):
    return CompilationTarget(name=name, triple=triple, summary="a console", stdlib_feature="embedded", std=StdKind.CORE_ALLOC)
"""

GOOD = "@hookimpl\ndef buildkit_compilation_targets():\n    return [target()]\n"


def plugin(folder: Path, body: str, name: str = "console.py") -> PluginSources:
    file = folder / name
    file.write_text(HEAD + body, encoding="utf-8")
    return PluginSources(paths=(file,))


def test_bundled_targets_are_those_of_the_design() -> None:
    assert set(load_targets()) == {
        "native",
        "native-musl",
        "wasm32-wasip2",
        "wasm32-unknown-unknown",
        "thumbv7em-none-eabihf",
        "thumbv6m-none-eabi",
        "riscv32imac-unknown-none-elf",
    }


def test_targets_come_in_name_order_with_their_provider() -> None:
    targets = load_targets()
    assert list(targets) == sorted(targets)
    assert targets.providers["wasm32-wasip2"] == "buildkit_targets.wasm32_wasip2"


def test_a_file_of_the_workspace_is_a_plugin(tmp_path: Path) -> None:
    targets = load_targets(plugin(tmp_path, GOOD))
    assert targets["console"].triple == "mips-console-none"
    assert targets.providers["console"] == str(tmp_path / "console.py")


def test_an_unknown_target_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown target 'wasm32-wasip3'") as caught:
        load_targets().named("wasm32-wasip3")
    assert caught.value.hint is not None
    assert "wasm32-wasip2" in caught.value.hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param("@hookimpl\ndef buildkit_compilation_target():\n    return [target()]\n", "unknown hook", id="unknown hook"),
        pytest.param("def buildkit_compilation_targets():\n    return [target()]\n", "declares nothing", id="no hookimpl"),
        pytest.param("@hookimpl\ndef buildkit_compilation_targets():\n    return []\n", "declares nothing", id="no target"),
        pytest.param("@hookimpl\ndef buildkit_compilation_targets():\n    return ['console']\n", "no CompilationTarget", id="wrong type"),
        pytest.param("@hookimpl\ndef buildkit_compilation_targets():\n    return 5\n", "no iterable", id="no iterable"),
        pytest.param(
            "@hookimpl\ndef buildkit_compilation_targets(workspace):\n    return [target()]\n", "hookimpl definition", id="wrong arguments"
        ),
        pytest.param("import absent_module_of_nobody\n" + GOOD, "ModuleNotFoundError", id="import fails"),
        pytest.param("def broken(:\n" + GOOD, "SyntaxError", id="syntax"),
        pytest.param("raise SystemExit(3)\n" + GOOD, "SystemExit", id="exits"),
        pytest.param(
            "import itertools\ncount = itertools.count()\n"
            "@hookimpl\ndef buildkit_compilation_targets():\n    return [target(name=f'console{next(count)}')]\n",
            "not pure",
            id="changes between calls",
        ),
        pytest.param(
            "import subprocess\n@hookimpl\ndef buildkit_compilation_targets():\n    subprocess.run(['true'])\n    return [target()]\n",
            "not pure",
            id="starts a process",
        ),
        pytest.param(
            "import itertools\ncount = itertools.count()\n"
            "@hookimpl\ndef buildkit_compilation_targets():\n    return [target(triple=triple)]\n"
            "def triple(host):\n    return f'mips{next(count)}'\n",
            "not a pure function",
            id="impure triple",
        ),
    ],
)
@pytest.mark.integration  # one of them tries to start a process, and the guard of unit tests would answer in buildkit's place
def test_a_plugin_is_refused_by_name(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(PluginError, match=said) as caught:
        load_targets(plugin(tmp_path, body))
    assert str(tmp_path / "console.py") in caught.value.message
    assert caught.value.exit_code is ExitCode.PLUGIN


def test_two_targets_of_one_name_are_refused_naming_both_plugins(tmp_path: Path) -> None:
    body = "@hookimpl\ndef buildkit_compilation_targets():\n    return [target(name='native')]\n"
    with pytest.raises(PluginError, match=r"buildkit_targets\.native and .*console\.py"):
        load_targets(plugin(tmp_path, body))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"absent\.py: no such file"):
        load_targets(PluginSources(paths=(tmp_path / "absent.py",)))


def test_a_disabled_plugin_is_not_loaded(tmp_path: Path) -> None:
    sources = PluginSources(disabled=frozenset({"buildkit_targets.native_musl"}))
    assert "native-musl" not in load_targets(sources)


def test_a_triple_that_rustc_does_not_know_is_refused_with_the_nearest(tmp_path: Path) -> None:
    targets = load_targets(plugin(tmp_path, GOOD))
    known = frozenset(target.triple_for("x86_64-unknown-linux-gnu") for name, target in targets.items() if name != "console")
    with pytest.raises(PluginError, match=r"console\.py: target 'console' has the triple 'mips-console-none'"):
        verify_triples(targets, known, "x86_64-unknown-linux-gnu")


def test_a_target_specification_file_may_have_any_triple(tmp_path: Path) -> None:
    body = GOOD.replace("target()", "__import__('dataclasses').replace(target(), target_spec=__import__('pathlib').Path('console.json'))")
    targets = load_targets(plugin(tmp_path, body))
    verify_triples(
        targets, frozenset(targets[name].triple_for("x86_64-unknown-linux-gnu") for name in load_targets()), "x86_64-unknown-linux-gnu"
    )

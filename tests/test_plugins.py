"""Finding, registering and refusing plugins."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from buildkit import plugin_sources
from buildkit.errors import ExitCode, PluginError, UsageError
from buildkit.model import CompilationTarget
from buildkit.plugin_demands import DEMANDS
from buildkit.plugin_sources import PluginSources
from buildkit.plugins import load_targets, verify_triples

HEAD = """
from buildkit import CompilationTarget, Denial, StdKind, hookimpl

def target(name="console", triple="mips-console-none"):
    return CompilationTarget(name=name, triple=triple, summary="a console", stdlib_feature="embedded", std=StdKind.CORE_ALLOC)
"""

GOOD = "@hookimpl\ndef buildkit_compilation_targets():\n    return [target()]\n"


def plugin(folder: Path, body: str, name: str = "console.py") -> PluginSources:
    (folder / name).write_text(HEAD + body, encoding="utf-8")
    return PluginSources(root=folder, paths=(name,))


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


def test_a_file_of_the_workspace_is_a_plugin_named_as_it_is_configured(tmp_path: Path) -> None:
    targets = load_targets(plugin(tmp_path, GOOD))
    assert targets["console"].triple == "mips-console-none"
    assert targets.providers["console"] == "console.py"


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
    assert caught.value.message.startswith("plugin console.py: ")
    assert caught.value.exit_code is ExitCode.PLUGIN


def test_two_targets_of_one_name_are_refused_naming_both_plugins(tmp_path: Path) -> None:
    body = "@hookimpl\ndef buildkit_compilation_targets():\n    return [target(name='native')]\n"
    with pytest.raises(PluginError, match=r"buildkit_targets\.native and .*console\.py"):
        load_targets(plugin(tmp_path, body))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"absent\.py: no such file"):
        load_targets(PluginSources(root=tmp_path, paths=("absent.py",)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("name", "''", id="empty name"),
        pytest.param("name", "'a/b'", id="slash in the name"),
        pytest.param("name", "'a b'", id="space in the name"),
        pytest.param("name", "'a[1]'", id="pattern in the name"),
        pytest.param("name", "['console']", id="name that cannot be a key"),
        pytest.param("triple", "5", id="triple"),
        pytest.param("triple", "lambda host: 5", id="what a triple function gives"),
        pytest.param("summary", "None", id="summary"),
        pytest.param("stdlib_feature", "''", id="stdlib_feature"),
        pytest.param("tags", "'embedded'", id="bare tags"),
        pytest.param("tags", "(1,)", id="tags"),
        pytest.param("file_extension", "None", id="file_extension"),
        pytest.param("std", "'core-alloc'", id="std"),
        pytest.param("rustflags", "'-Copt-level=s'", id="bare rustflags"),
        pytest.param("cargo_profile", "('lto',)", id="cargo_profile"),
        pytest.param("env", "{'CC': 5}", id="env"),
        pytest.param("required_tools", "'cc'", id="bare required_tools"),
        pytest.param("denies", "('tokio',)", id="denies"),
        pytest.param("denies", "(Denial(crate='serde', features='std'),)", id="bare features of a denial"),
        pytest.param("denies", "Denial(crate='serde')", id="one denial"),
        pytest.param("runner", "print", id="runner"),
        pytest.param("extra_steps", "('objcopy',)", id="extra_steps"),
        pytest.param("check_artifact", "None", id="check_artifact"),
        pytest.param("target_spec", "'console.json'", id="target_spec"),
    ],
)
def test_a_wrong_field_is_refused_by_plugin_target_and_field(tmp_path: Path, field: str, value: str) -> None:
    body = GOOD.replace("target()", f"replace(target(), {field}={value})").replace("@", "from dataclasses import replace\n@")
    with pytest.raises(PluginError, match=rf"plugin console\.py: target .*: {field} (is|gives) ") as caught:
        load_targets(plugin(tmp_path, body))
    assert caught.value.exit_code is ExitCode.PLUGIN


def test_every_field_of_a_target_is_looked_at() -> None:
    assert set(DEMANDS) == {field.name for field in fields(CompilationTarget)}


def test_lists_in_a_declaration_become_what_the_model_says(tmp_path: Path) -> None:
    body = GOOD.replace("target()", "__import__('dataclasses').replace(target(), tags=['retro'], rustflags=['-g'])")
    console = load_targets(plugin(tmp_path, body))["console"]
    assert (console.tags, console.rustflags) == (frozenset({"retro"}), ("-g",))


def test_a_triple_function_that_raises_is_refused_by_name(tmp_path: Path) -> None:
    body = "from itertools import count\nturn = count()\ndef triple(host):\n    return {0: 'mips-a'}[next(turn)]\n"
    with pytest.raises(PluginError, match=r"plugin console\.py: KeyError"):
        load_targets(plugin(tmp_path, body + GOOD.replace("target()", "target(triple=triple)")))


def test_a_denial_says_which_plugin_denies(tmp_path: Path) -> None:
    body = GOOD.replace("target()", "__import__('dataclasses').replace(target(), denies=(Denial(crate='mio'),))")
    targets = load_targets(plugin(tmp_path, body))
    assert [denial.source for denial in targets["console"].denies] == ["console.py"]
    assert {denial.source for denial in targets["wasm32-wasip2"].denies} == {"buildkit_targets.wasm32_wasip2"}


POSTPONED = "from __future__ import annotations\nfrom dataclasses import dataclass\n" + HEAD
DATACLASS = "@dataclass\nclass Board:\n    name: str\n\n"


def test_a_plugin_may_hold_a_dataclass_with_postponed_annotations(tmp_path: Path) -> None:
    (tmp_path / "console.py").write_text(POSTPONED + DATACLASS + GOOD, encoding="utf-8")
    assert "console" in load_targets(PluginSources(root=tmp_path, paths=("console.py",)))


def test_two_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        plugin(tmp_path / folder, GOOD.replace("target()", f"target(name={folder!r})"), name="same_name.py")
    targets = load_targets(PluginSources(root=tmp_path, paths=("first/same_name.py", "second/same_name.py")))
    assert (targets.providers["first"], targets.providers["second"]) == ("first/same_name.py", "second/same_name.py")
    assert len([name for name in sys.modules if "same_name" in name]) == 2


def test_a_plugin_that_fails_leaves_no_module_behind(tmp_path: Path) -> None:
    with pytest.raises(PluginError):
        load_targets(plugin(tmp_path, "raise ValueError('broken')\n", name="leaves_nothing.py"))
    assert not [name for name in sys.modules if "leaves_nothing" in name]


def test_a_disabled_plugin_is_not_loaded() -> None:
    sources = PluginSources(disabled=frozenset({"buildkit_targets.native_musl"}))
    assert "native-musl" not in load_targets(sources)


def test_a_broken_file_can_be_disabled_by_its_configured_path(tmp_path: Path) -> None:
    sources = plugin(tmp_path, "raise ValueError('broken')\n")
    assert "console" not in load_targets(replace(sources, disabled=frozenset({"console.py"})))


def test_a_broken_entry_point_can_be_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint(name="badge", value="absent_module_of_nobody", group="buildkit")
    monkeypatch.setattr(plugin_sources, "entry_points", lambda group: [point] if group == point.group else [])
    with pytest.raises(PluginError, match="plugin badge: ModuleNotFoundError"):
        load_targets()
    assert "native" in load_targets(PluginSources(disabled=frozenset({"badge"})))


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


def test_what_a_plugin_prints_reaches_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_targets(plugin(tmp_path, f"print('hello')\n{GOOD}"))
    assert capsys.readouterr().out == ""

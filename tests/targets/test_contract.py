"""What every compilation target keeps, the bundled ones and one from outside."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace
from pathlib import Path

import buildkit_targets
import pytest

from buildkit.hookspecs import buildkit_compilation_targets
from buildkit.model import Artifact, CompilationTarget, Finding, accept_artifact
from buildkit.plugin_sources import PluginSources
from buildkit.plugins import load_targets
from buildkit.purity import forbid_side_effects

OUT_OF_TREE = Path(__file__).parent / "sample_plugin.py"
TARGETS = load_targets(PluginSources(root=OUT_OF_TREE.parent, paths=(OUT_OF_TREE.name,)))
MODULES = sorted(path for path in Path(buildkit_targets.__file__).parent.glob("*.py") if path.name != "__init__.py")
HOSTS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin")
LONGEST = 80

FILE = Artifact(path=Path("app"), kind="other", size=1 << 20, gzip_size=1 << 19, sha256="0" * 64)
ARTIFACTS = (
    FILE,
    replace(FILE, kind="component", imports=("wasi:cli/run@0.2.0", "acme:radio/send@1.0.0"), machine="WASM"),
    replace(FILE, kind="core-module", imports=("env.malloc", "wasi_snapshot_preview1.fd_write"), machine="WASM"),
    replace(FILE, kind="elf", static=True, machine="ARM"),
    replace(FILE, kind="elf", static=False, imports=("/lib64/ld-linux-x86-64.so.2", "libc.so.6"), machine="X86_64"),
    replace(FILE, kind="archive", machine="RISCV"),
)
"""One of each kind that checks look at, with what they look for."""

every_target = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
every_module = pytest.mark.parametrize("module", [*MODULES, OUT_OF_TREE], ids=lambda path: path.stem)


@every_target
def test_a_name_fits_cell_ids_and_file_names(target: CompilationTarget) -> None:
    assert not set("/,*?[] ") & set(target.name)


@every_target
def test_a_summary_is_one_line(target: CompilationTarget) -> None:
    assert "\n" not in target.summary
    assert not target.summary.endswith(".")


@every_target
def test_a_triple_is_given_for_every_host(target: CompilationTarget) -> None:
    for host in HOSTS:
        assert target.triple_for(host).count("-") >= 1


@every_target
def test_denials_say_why(target: CompilationTarget) -> None:
    assert all(denial.reason for denial in target.denies)


@every_target
def test_no_subject_is_denied_twice(target: CompilationTarget) -> None:
    subjects = [subject for denial in target.denies for subject in denial.subjects]
    assert len(subjects) == len(set(subjects))


@every_target
@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: f"{artifact.kind}-{artifact.machine}")
def test_the_artifact_check_is_pure(target: CompilationTarget, artifact: Artifact) -> None:
    with forbid_side_effects():
        first, second = target.check_artifact(artifact), target.check_artifact(artifact)
    assert first == second
    assert all(isinstance(finding, Finding) for finding in first)


@pytest.mark.parametrize(
    "target", [target for target in TARGETS.values() if target.check_artifact is not accept_artifact], ids=lambda target: target.name
)
def test_an_artifact_check_finds_something_and_not_everywhere(target: CompilationTarget) -> None:
    judged = [bool(target.check_artifact(artifact)) for artifact in ARTIFACTS]
    assert any(judged)
    assert not all(judged)


@every_module
def test_a_target_file_is_one_screen(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST
    assert ast.get_docstring(ast.parse(text))


@every_module
def test_a_hook_is_annotated_as_it_is_specified(module: Path) -> None:
    """pluggy checks the arguments, and nobody the return type."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    hooks = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == buildkit_compilation_targets.__name__]
    specified = inspect.signature(buildkit_compilation_targets).return_annotation
    assert [ast.unparse(hook.returns) for hook in hooks if hook.returns is not None] == [specified]

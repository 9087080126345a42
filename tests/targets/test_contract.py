"""What every compilation target keeps, the bundled ones and one from outside."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import buildkit_targets
import pytest

from buildkit.artifacts.inspection import inspect_artifact
from buildkit.hookspecs import buildkit_compilation_targets
from buildkit.model import CompilationTarget
from buildkit.plugins import PluginSources, load_targets

OUT_OF_TREE = Path(__file__).parent / "sample_plugin.py"
TARGETS = load_targets(PluginSources(paths=(OUT_OF_TREE,)))
MODULES = sorted(path for path in Path(buildkit_targets.__file__).parent.glob("*.py") if path.name != "__init__.py")
HOSTS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin")
LONGEST = 80

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
def test_the_artifact_check_is_pure(target: CompilationTarget, tmp_path: Path) -> None:
    file = tmp_path / "artifact"
    file.write_text("something", encoding="utf-8")
    artifact = inspect_artifact(file)
    assert target.check_artifact(artifact) == target.check_artifact(artifact)


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

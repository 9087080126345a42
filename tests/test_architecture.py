"""The import direction and the few other walls of the design, held by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    {"errors", "version"},
    {"model"},
    {"events"},
    {"process", "hookspecs", "toml_lines", "purity"},
    {"cargo"},
    {"toolchain", "features", "config", "plugins"},
    {"runners", "artifacts", "plan"},
    {"execute", "server", "workflow"},
    {"reports"},
    {"cli"},
)
"""From the bottom; a module imports from its own layer and from those below."""

BESIDE_CLI = {"nox", "__init__", "__main__"}
MAY_PRINT = ("buildkit/cli/", "buildkit/reports/", "buildkit/runners/wasmtime_guest.py")
MAY_READ_ENVIRONMENT = ("buildkit/cli/", "buildkit/config/", "buildkit/process.py")
MAY_START_PROCESSES = ("buildkit/process.py", "buildkit/nox.py")
LONGEST_MODULE = 300
LONGEST_FUNCTION = 50

SOURCES = sorted(path for folder in ("buildkit", "targets") for path in (ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def layer_of(module: str) -> int | None:
    part = module.split(".")[1] if module.count(".") else "__init__"
    return next((index for index, layer in enumerate(LAYERS) if part in layer), None)


def own_module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module, node


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def test_modules_import_only_from_their_own_layer_and_below(trees: dict[Path, ast.Module]) -> None:
    upward = []
    for path, tree in trees.items():
        own = layer_of(own_module(path))
        if own is None:
            continue
        for module, node in imported(tree):
            other = layer_of(module) if module.startswith("buildkit.") else None
            if other is not None and other > own:
                upward.append(f"{name_of(path)}:{node.lineno} imports {module}")
    assert not upward


def test_every_module_has_a_layer() -> None:
    parts = {
        own_module(path).split(".")[1] for path in SOURCES if path.is_relative_to(ROOT / "buildkit") and own_module(path) != "buildkit"
    }
    assert parts <= set().union(*LAYERS) | BESIDE_CLI


def test_modules_form_no_cycle(trees: dict[Path, ast.Module]) -> None:
    names = {own_module(path) for path in trees}
    edges: dict[str, set[str]] = {name: set() for name in names}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                whole = {f"{node.module}.{alias.name}" for alias in node.names} & names
                edges[own_module(path)] |= whole or ({node.module} & names)
    remaining = dict(edges)
    while leaves := [name for name, others in remaining.items() if not others & remaining.keys()]:
        for name in leaves:
            del remaining[name]
    assert not remaining


def test_no_import_hides_in_a_function(trees: dict[Path, ast.Module]) -> None:
    hidden = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in trees.items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not hidden


def test_targets_import_the_plugin_api_alone(trees: dict[Path, ast.Module]) -> None:
    allowed = {"buildkit", "buildkit.artifacts.checks"}
    foreign = [
        f"{name_of(path)}: {module}"
        for path, tree in trees.items()
        if path.is_relative_to(ROOT / "targets")
        for module, _ in imported(tree)
        if module.startswith("buildkit") and module not in allowed
    ]
    assert not foreign


def uses(tree: ast.AST, wanted: set[str]) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and f"{node.value.id}.{node.attr}" in wanted:
            yield node.lineno
        if isinstance(node, ast.Name) and node.id in wanted and isinstance(node.ctx, ast.Load):
            yield node.lineno


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        pytest.param(
            {"subprocess.Popen", "subprocess.run", "os.system", "os.posix_spawn", "os.execv"}, MAY_START_PROCESSES, id="processes"
        ),
        pytest.param({"print", "sys.stdout", "sys.stderr"}, MAY_PRINT, id="printing"),
        pytest.param({"os.environ", "os.getenv", "os.environb"}, MAY_READ_ENVIRONMENT, id="environment"),
    ],
)
def test_only_the_named_modules_reach_outside(trees: dict[Path, ast.Module], wanted: set[str], allowed: tuple[str, ...]) -> None:
    found = [
        f"{name_of(path)}:{line}" for path, tree in trees.items() if not name_of(path).startswith(allowed) for line in uses(tree, wanted)
    ]
    assert not found


def test_modules_and_functions_stay_small() -> None:
    large = []
    for path in [*SOURCES, *sorted((ROOT / "tests").rglob("*.py")), ROOT / "noxfile.py"]:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            large.append(name_of(path))
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        long = [node for node in functions if (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION]
        large += [f"{name_of(path)}:{node.lineno} {node.name}" for node in long]
    assert not large

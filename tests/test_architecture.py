"""The import direction and the few other walls of the design, held by reading the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    {"ci", "errors", "later", "private_folders", "records", "replay", "version"},
    {"model"},
    {"events"},
    {"process", "processors", "watchdog", "hookspecs", "toml_lines", "purity"},
    {"remembered"},
    {"cargo"},
    {"toolchain", "features", "config", "plugins", "plugin_sources", "plugin_demands", "entry_points"},
    {"runners", "artifacts", "plan"},
    {"execute", "server", "workflow", "remedies"},
    {"reports"},
    {"cli"},
)
"""From the bottom; a module imports from its own layer and from those below."""

BESIDE_CLI = {"nox", "__init__", "__main__"}
MAY_PRINT = ("buildkit/cli/", "buildkit/reports/", "buildkit/runners/wasmtime_guest.py")
MAY_READ_ENVIRONMENT = ("buildkit/cli/", "buildkit/config/", "buildkit/process.py", "buildkit/replay/page.py")
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


MODULES = frozenset(own_module(path) for path in SOURCES)


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Give each module that is imported, and the line; `from package import name` is the module of that name where there is one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in MODULES else node.module, node.lineno


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def test_modules_import_only_from_their_own_layer_and_below(trees: dict[Path, ast.Module]) -> None:
    upward = []
    for path, tree in trees.items():
        own = layer_of(own_module(path))
        if own is None:
            continue
        for module, line in imported(tree):
            other = layer_of(module) if module.startswith("buildkit.") else None
            if other is not None and other > own:
                upward.append(f"{name_of(path)}:{line} imports {module}")
    assert not upward


def test_every_module_has_a_layer() -> None:
    parts = {
        own_module(path).split(".")[1] for path in SOURCES if path.is_relative_to(ROOT / "buildkit") and own_module(path) != "buildkit"
    }
    assert parts <= set().union(*LAYERS) | BESIDE_CLI


def test_modules_form_no_cycle(trees: dict[Path, ast.Module]) -> None:
    remaining = {own_module(path): {module for module, _ in imported(tree)} for path, tree in trees.items()}
    while leaves := [name for name, others in remaining.items() if not others & remaining.keys()]:
        for name in leaves:
            del remaining[name]
    assert not remaining


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        pytest.param("import buildkit.model", {"buildkit.model"}, id="plain"),
        pytest.param("import buildkit.model as nouns", {"buildkit.model"}, id="renamed"),
        pytest.param("from buildkit import model", {"buildkit.model"}, id="module of a package"),
        pytest.param("from buildkit import hookimpl", {"buildkit"}, id="name of a package"),
        pytest.param("from buildkit import hookimpl, model", {"buildkit", "buildkit.model"}, id="both"),
        pytest.param("from buildkit.model import Cell", {"buildkit.model"}, id="name of a module"),
    ],
)
def test_every_kind_of_import_is_seen(text: str, modules: set[str]) -> None:
    assert {module for module, _ in imported(ast.parse(text))} == modules


def test_no_import_is_relative(trees: dict[Path, ast.Module]) -> None:
    relative = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert not relative


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


PROCESSES = frozenset(
    {
        *(f"subprocess.{name}" for name in ("Popen", "run", "call", "check_call", "check_output", "getoutput", "getstatusoutput")),
        *(f"os.{name}" for name in ("system", "popen", "posix_spawn*", "spawn*", "exec*", "fork*")),
        *("asyncio.create_subprocess_*", "asyncio.subprocess.create_*", "pty.fork", "pty.spawn", "_posixsubprocess*"),
        *("multiprocessing*", "concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process*"),
    }
)
PRINTING = frozenset({"print", "sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"})
ENVIRONMENT = frozenset({"os.environ", "os.environb", "os.getenv", "os.getenvb"})


def dotted(node: ast.expr, modules: dict[str, str]) -> str:
    """Return the name that an expression spells, with its module's own name, or nothing."""
    if isinstance(node, ast.Name):
        return modules.get(node.id, node.id)
    owner = dotted(node.value, modules) if isinstance(node, ast.Attribute) else ""
    return f"{owner}.{node.attr}" if isinstance(node, ast.Attribute) and owner else ""


def uses(tree: ast.AST, wanted: frozenset[str]) -> Iterator[int]:
    """Give the lines that import or spell what is `wanted`; an entry may be a pattern."""
    nodes = list(ast.walk(tree))
    modules = {alias.asname: alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names if alias.asname}
    for node in nodes:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)):
            names = [dotted(node, modules)]
        if isinstance(node, ast.stmt | ast.expr) and any(fnmatchcase(name, entry) for name in names for entry in wanted):
            yield node.lineno


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("from subprocess import run", PROCESSES, id="imported name"),
        pytest.param("from subprocess import run as start", PROCESSES, id="renamed name"),
        pytest.param("import subprocess as sub; sub.check_output(())", PROCESSES, id="renamed module"),
        pytest.param("import os; os.execvp('a', ())", PROCESSES, id="exec"),
        pytest.param("import os; os.spawnlp(0, 'a')", PROCESSES, id="spawn"),
        pytest.param("import os; os.fork()", PROCESSES, id="fork"),
        pytest.param("import asyncio; asyncio.create_subprocess_exec('a')", PROCESSES, id="asyncio"),
        pytest.param("import multiprocessing.pool", PROCESSES, id="multiprocessing"),
        pytest.param("from multiprocessing import Process", PROCESSES, id="from multiprocessing"),
        pytest.param("from concurrent.futures import ProcessPoolExecutor", PROCESSES, id="pool"),
        pytest.param("from sys import stdout", PRINTING, id="stdout"),
        pytest.param("print()", PRINTING, id="print"),
        pytest.param("from os import environ", ENVIRONMENT, id="environ"),
        pytest.param("from os import getenv as get", ENVIRONMENT, id="getenv"),
        pytest.param("import os\nos.environ['A']", ENVIRONMENT, id="attribute"),
    ],
)
def test_every_way_to_reach_outside_is_seen(text: str, wanted: frozenset[str]) -> None:
    assert list(uses(ast.parse(text), wanted))


def test_what_only_looks_like_it_is_allowed() -> None:
    text = "import os, subprocess\nfrom subprocess import PIPE\nrun = self.run(subprocess.PIPE, command.environ)"
    assert not list(uses(ast.parse(text), PROCESSES | ENVIRONMENT | PRINTING))


@pytest.mark.parametrize(
    ("wanted", "allowed"),
    [
        pytest.param(PROCESSES, MAY_START_PROCESSES, id="processes"),
        pytest.param(PRINTING, MAY_PRINT, id="printing"),
        pytest.param(ENVIRONMENT, MAY_READ_ENVIRONMENT, id="environment"),
    ],
)
def test_only_the_named_modules_reach_outside(trees: dict[Path, ast.Module], wanted: frozenset[str], allowed: tuple[str, ...]) -> None:
    found = [
        f"{name_of(path)}:{line}" for path, tree in trees.items() if not name_of(path).startswith(allowed) for line in uses(tree, wanted)
    ]
    assert not found


def test_modules_and_functions_stay_small() -> None:
    large = []
    for path in [*SOURCES, *sorted((ROOT / "tests").rglob("*.py")), *sorted((ROOT / "bench").glob("*.py")), ROOT / "noxfile.py"]:
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > LONGEST_MODULE:
            large.append(name_of(path))
        functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        long = [node for node in functions if (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION]
        large += [f"{name_of(path)}:{node.lineno} {node.name}" for node in long]
    assert not large

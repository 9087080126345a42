from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from buildkit.cargo.metadata import Dependency, Package, Workspace
from buildkit.config.settings import Settings
from buildkit.config.validate import validate
from buildkit.errors import ConfigurationError, UsageError
from buildkit.model import CompilationTarget

TARGETS = {
    name: CompilationTarget(name=name, triple=name, summary=name, stdlib_feature=feature)
    for name, feature in {"native-musl": "native", "wasm32-wasip2": "wasi", "wasm32-unknown-unknown": "wasm-js"}.items()
}
CORE = Package(
    id="core",
    name="app-core",
    version="0.1.0",
    manifest_path=Path("/ws/core/Cargo.toml"),
    features={"default": ("std",), "std": (), "wasi": (), "native": ()},
    dependencies=(Dependency(name="serde_json", rename="json", req="1", optional=False, uses_default_features=True, features=()),),
    targets=(),
    edition="2021",
)
WORKSPACE = Workspace(root=Path("/ws"), target_directory=Path("/ws/target"), members=(CORE,), packages={"core": CORE}, edges={})

RIGHT = """\
[workspace]
targets = ["native-musl", "thumbv8m.main-none-eabi"]
deny = ["not-in-the-graph"]
[target.thumbv8m.main-none-eabi]
extends = "embedded"
[target.mine]
extends = "wasm32-wasip2"
[package.app-core]
targets = ["mine", "native-musl"]
exclusive = [["wasi", "native"]]
at-least-one-of = [["wasi", "std"]]
[package.app-core.target.mine]
features = ["default", "json/std", "json?/std"]
extra = "*"
[[expect]]
cell = "app-*/no-such-*/*"
verdict = "fail"
reason = "nothing matches, and the planner says so"
[[expect]]
cell = "app-core/wasm32-wasip2/std,wasi"
verdict = "fail"
reason = "r"
[[expect]]
cell = "app-core/wasm32-wasip2/-"
verdict = "fail"
reason = "r"
"""

WRONG = {
    "workspace target": (
        "[workspace]\ntargets = [\n  'native-musl',\n  'wasm32-wasip1']",
        4,
        "unknown target 'wasm32-wasip1'",
        "wasm32-wasip2",
    ),
    "target table": ("[target.wasm32-wasi]\ndeny = []", 1, "unknown target 'wasm32-wasi'", "wasm32-wasip2"),
    "extends": ("[target.x]\nextends = 'embeded'", 2, "unknown target 'embeded'", "embedded"),
    "package": ("[package.app-cor]\n", 1, "unknown package 'app-cor'", "app-core"),
    "package targets": ("[package.app-core]\ntargets = ['native-mus']", 2, "unknown target 'native-mus'", "native-musl"),
    "package target": ("[package.app-core.target.wasm32-wasip3]", 1, "unknown target 'wasm32-wasip3'", "wasm32-wasip2"),
    "exclusive": ("[package.app-core]\nexclusive = [['wasi', 'nativ']]", 2, "unknown feature 'nativ' of package 'app-core'", "native"),
    "at least one of": ("[package.app-core]\nat-least-one-of = [['wasi', 'sdt']]", 2, "unknown feature 'sdt' of package 'app-core'", "std"),
    "features": (
        "[package.app-core.target.native-musl]\nfeatures = ['nativ']",
        2,
        "unknown feature 'nativ' of package 'app-core'",
        "native",
    ),
    "extra": ("[package.app-core.target.native-musl]\nextra = [\n'std',\n'was']", 4, "unknown feature 'was' of package 'app-core'", "wasi"),
    "dependency": (
        "[package.app-core.target.native-musl]\nextra = ['jso/std']",
        2,
        "unknown feature 'jso/std' of package 'app-core'",
        "json/std",
    ),
    "cell package": ("[[expect]]\nverdict = 'fail'\nreason = 'r'\ncell = 'ap-core/*/*'", 4, "unknown package 'ap-core'", "app-core"),
    "cell target": ("[[expect]]\nverdict = 'fail'\nreason = 'r'\ncell = '*/native/*'", 4, "unknown target 'native'", "native-musl"),
    "cell feature": (
        "[[expect]]\nverdict = 'fail'\nreason = 'r'\ncell = 'app-core/*/std,wsi'",
        4,
        "unknown feature 'wsi' of package 'app-core'",
        "wasi",
    ),
}


def test_right_names_and_open_globs_are_accepted(load: Callable[..., Settings]) -> None:
    validate(load(RIGHT), WORKSPACE, TARGETS)


@pytest.mark.parametrize(("text", "line", "message", "near"), WRONG.values(), ids=WRONG)
def test_a_wrong_name_is_refused_with_its_line_and_the_nearest(  # one parameter for each expectation
    load: Callable[..., Settings], text: str, line: int, message: str, near: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        validate(load(text), WORKSPACE, TARGETS)
    assert caught.value.message == f"buildkit.toml:{line}: {message}"
    assert caught.value.hint == f"did you mean {near!r}?"


def test_all_wrong_names_are_told_at_once_in_the_order_of_the_file(load: Callable[..., Settings]) -> None:
    settings = load("[package.app-core.target.native-musl]\nfeatures = ['nope']\n[workspace]\ntargets = ['wasm32-wasip1']\n")
    with pytest.raises(ConfigurationError) as caught:
        validate(settings, WORKSPACE, TARGETS)
    assert caught.value.message == (
        "buildkit.toml:2: unknown feature 'nope' of package 'app-core'\n"
        "buildkit.toml:4: unknown target 'wasm32-wasip1'; did you mean 'wasm32-wasip2'?"
    )


@pytest.mark.parametrize("text", [None, "[package.app-core]\ntargets = ['nope']\n"], ids=["no file", "a wrong file too"])
def test_a_wrong_name_from_the_environment_is_told_with_its_variable(load: Callable[..., Settings], text: str | None) -> None:
    settings = load(text, environment={"BUILDKIT_TARGETS": "native-musl,wasm"})
    with pytest.raises(UsageError, match=r"^BUILDKIT_TARGETS: unknown target 'wasm'$"):
        validate(settings, WORKSPACE, TARGETS)

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from buildkit.config.settings import Origin, Provenance, Settings, denied_value
from buildkit.errors import UsageError
from buildkit.model import CompilationTarget, Denial

TARGETS = {
    "wasm32-wasip2": CompilationTarget(
        name="wasm32-wasip2",
        triple="wasm32-wasip2",
        summary="components",
        stdlib_feature="wasi",
        denies=(Denial(crate="mio"), Denial(crate="tokio", features=("net",), reason="no sockets")),
    ),
    "native": CompilationTarget(name="native", triple=str, summary="this machine", stdlib_feature="native"),
}
PROVIDERS = {"wasm32-wasip2": "bundled.wasi", "native": "bundled.native"}


def test_a_value_of_the_file_is_told_with_its_line(load: Callable[..., Settings]) -> None:
    settings = load("[package.a.target.wasm32-wasip2]\n\ndepth = 'all'\n")
    assert settings.explain("package.a.target.wasm32-wasip2.depth") == (
        Provenance(value="all", origin=Origin.FILE, place="buildkit.toml:3"),
        Provenance(value="each", origin=Origin.BUILT_IN, place="built-in"),
    )


def test_a_key_without_any_value_is_told_so(load: Callable[..., Settings]) -> None:
    assert load().explain("toolchain.store") == (Provenance(value=None, origin=Origin.BUILT_IN, place="built-in"),)


def test_what_a_plugin_says_of_its_target_comes_after_the_file(load: Callable[..., Settings]) -> None:
    settings = load("[target.wasm32-wasip2]\ndeny = ['tempfile']\n").with_targets(TARGETS, PROVIDERS)
    assert settings.explain("target.wasm32-wasip2.deny")[:2] == (
        Provenance(value=["tempfile"], origin=Origin.FILE, place="buildkit.toml:2"),
        Provenance(
            value=["mio", {"crate": "tokio", "features": ["net"], "reason": "no sockets"}], origin=Origin.PLUGIN, place="bundled.wasi"
        ),
    )
    assert settings.explain("target.native.summary")[0].value == "this machine"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("target.wasm32-wasip2.runner", "wasmtime"),
        ("target.wasm32-wasip2.stdlib-feature", "wasi"),
        ("target.wasm32-wasip2.stdlib_feature", "wasi"),
        ("target.wasm32-wasip2.std", "full"),
        ("target.native.runner", None),
        ("target.native.triple", "what a function makes of this machine's own triple"),
    ],
)
def test_what_only_a_plugin_can_say_of_a_target_is_explained(load: Callable[..., Settings], key: str, value: str | None) -> None:
    targets = {**TARGETS, "wasm32-wasip2": replace(TARGETS["wasm32-wasip2"], runner="wasmtime")}
    told = load().with_targets(targets, PROVIDERS).explain(key)[0]
    assert (told.value, told.origin, told.place) == (value, Origin.PLUGIN, PROVIDERS[key.split(".")[1]])


def test_the_keys_below_a_target_have_what_only_its_plugin_says(load: Callable[..., Settings]) -> None:
    settings = load().with_targets(TARGETS, PROVIDERS)
    assert {"target.native.runner", "target.native.summary", "target.native.triple"} <= set(settings.keys("target.native"))
    assert not any("runner" in key for key in settings.keys(""))


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("workspace.target", "workspace.targets"),
        ("target.wasm32-wasip2.deni", "target.wasm32-wasip2.deny"),
        ("package.a.target.wasm32-wasip2.feature", "package.a.target.wasm32-wasip2.features"),
        ("cargo.job", "cargo.jobs"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest(load: Callable[..., Settings], key: str, near: str) -> None:
    settings = load("[target.wasm32-wasip2]\ndeny = []\n[package.a.target.wasm32-wasip2]\ndepth = 'all'\n")
    with pytest.raises(UsageError, match=r"^unknown key ") as caught:
        settings.explain(key)
    assert caught.value.hint == f"did you mean {near!r}?"


@pytest.mark.parametrize("key", ["", "workspace", "target", "no such thing", "a..b", "expect.0.cell"])
def test_what_is_no_single_key_is_refused(load: Callable[..., Settings], key: str) -> None:
    with pytest.raises(UsageError, match=r"^unknown key "):
        load().explain(key)


def test_a_key_of_a_target_that_does_not_exist_is_refused(load: Callable[..., Settings]) -> None:
    settings = load("[target.mine]\nextends = 'embedded'\n").with_targets(TARGETS, PROVIDERS)
    assert settings.explain("target.mine.extends")[0].value == "embedded"
    with pytest.raises(UsageError, match=r"^unknown target 'wasm32-wasip1'$") as caught:
        settings.explain("target.wasm32-wasip1.deny")
    assert caught.value.hint == "did you mean 'wasm32-wasip2'?"


def test_a_quoted_name_in_a_key_is_the_same_as_the_unquoted(load: Callable[..., Settings]) -> None:
    settings = load('[target."thumbv8m.main-none-eabi"]\nextends = "embedded"\n')
    assert settings.explain('target."thumbv8m.main-none-eabi".extends') == settings.explain("target.thumbv8m.main-none-eabi.extends")


def test_the_keys_below_a_table_are_those_with_a_value(load: Callable[..., Settings]) -> None:
    settings = load("[package.a]\ndeny = ['x']\n[package.ab]\ndeny = []\n")
    assert settings.keys("package.a") == ("package.a.deny",)


@pytest.mark.parametrize(
    ("denial", "value"),
    [
        (Denial(crate="mio"), "mio"),
        (Denial(crate="tokio", features=("net",)), "tokio/net"),
        (Denial(crate="tokio", features=("net", "fs")), {"crate": "tokio", "features": ["net", "fs"]}),
        (Denial(crate="mio", reason="no epoll"), {"crate": "mio", "reason": "no epoll"}),
    ],
)
def test_a_denial_is_written_as_shortly_as_a_deny_list_allows(denial: Denial, value: object) -> None:
    assert denied_value(denial) == value

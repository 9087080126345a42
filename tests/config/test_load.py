from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from buildkit.config.load import LoadRequest, load_settings
from buildkit.config.schema import BUNDLED_DEFAULT, Depth
from buildkit.config.settings import Origin, Settings
from buildkit.errors import ConfigurationError, UsageError
from buildkit.model import Rule, Verdict

DESIGN_SAMPLE = """\
[workspace]
targets = ["native-musl", "wasm32-wasip2", "wasm32-unknown-unknown"]   # what a plain `check` covers

[target.wasm32-wasip2]
deny = ["tempfile", { crate = "tokio", features = ["net", "fs"], reason = "no sockets in tokio here" }]

[package.runtara-workflow-stdlib]
exclusive = [["native", "wasi", "wasm-js", "embedded"]]       # at most one of these at a time
at-least-one-of = [["native", "wasi", "wasm-js", "embedded"]]

[package.runtara-workflow-stdlib.target.wasm32-wasip2]
features = ["wasi"]            # always selected here; default features only if "default" is listed
extra    = ["telemetry"]       # may be added: isolation must hold for every subset; "*" = all other features
depth    = "each"              # which of these are compiled: "none", "each", "pairs" (covering array), "all"
deny     = ["openssl-sys"]

[[expect]]                     # known failures, kept honest: an unexpected pass fails the run
cell = "kernel-exec/wasm32-unknown-unknown/default"
verdict = "fail"
rule = "denied-crate"
reason = "file spill needs tempfile"
"""

LAYERS = {
    "built-in": (None, {}, {}, BUNDLED_DEFAULT, [Origin.BUILT_IN]),
    "file": ("[workspace]\ntargets = ['f']", {}, {}, ("f",), [Origin.FILE, Origin.BUILT_IN]),
    "environment": (
        "[workspace]\ntargets = ['f']",
        {"BUILDKIT_TARGETS": "e, g,"},
        {},
        ("e", "g"),
        [Origin.ENVIRONMENT, Origin.FILE, Origin.BUILT_IN],
    ),
    "command line": (
        "[workspace]\ntargets = ['f']",
        {"BUILDKIT_TARGETS": "e"},
        {"workspace.targets": ("c",)},
        ("c",),
        [Origin.COMMAND_LINE, Origin.ENVIRONMENT, Origin.FILE, Origin.BUILT_IN],
    ),
}


def test_the_sample_of_the_documentation_is_read(load: Callable[..., Settings]) -> None:
    configuration = load(DESIGN_SAMPLE).configuration
    package = configuration.package["runtara-workflow-stdlib"]
    assert package.exclusive == package.at_least_one_of == (("native", "wasi", "wasm-js", "embedded"),)
    assert package.target["wasm32-wasip2"].features == ("wasi",)
    assert package.target["wasm32-wasip2"].depth is Depth.EACH
    assert (configuration.expect[0].verdict, configuration.expect[0].rule) == (Verdict.FAIL, Rule.DENIED_CRATE)


@pytest.mark.parametrize(("text", "environment", "overrides", "expected", "origins"), LAYERS.values(), ids=LAYERS)
def test_the_strongest_layer_wins_and_all_are_told(  # noqa: PLR0917  # one parameter for each layer
    load: Callable[..., Settings],
    text: str | None,
    environment: Mapping[str, str],
    overrides: Mapping[str, object],
    expected: tuple[str, ...],
    origins: list[Origin],
) -> None:
    settings = load(text, environment=environment, overrides=overrides)
    assert settings.configuration.workspace.targets == expected
    assert [provenance.origin for provenance in settings.explain("workspace.targets")] == origins


def test_what_the_environment_sets_leaves_the_rest_of_the_table_alone(load: Callable[..., Settings]) -> None:
    settings = load("[toolchain]\nstore = 'here'\n", environment={"BUILDKIT_OFFLINE": "1"})
    assert settings.configuration.toolchain.store == "here"
    assert settings.configuration.toolchain.offline is True


def test_an_option_that_was_not_given_sets_nothing(load: Callable[..., Settings]) -> None:
    settings = load("[cargo]\njobs = 3\n", overrides={"cargo.jobs": None})
    assert settings.configuration.cargo.jobs == 3


def test_an_option_with_a_wrong_value_is_refused_by_its_name(load: Callable[..., Settings]) -> None:
    with pytest.raises(UsageError, match=r"^--jobs is 0, expected a number from 1$"):
        load(overrides={"cargo.jobs": 0})


def test_a_file_that_is_named_and_missing_is_refused(root: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^absent\.toml: no such file$"):
        load_settings(LoadRequest(directory=root, file=root / "absent.toml", environment={}))


def test_a_named_file_replaces_that_of_the_workspace(root: Path, load: Callable[..., Settings]) -> None:
    load("[cargo]\njobs = 1\n")
    (root / "other.toml").write_text("[cargo]\njobs = 2\n")
    settings = load_settings(LoadRequest(directory=root, file=root / "other.toml", environment={}))
    assert settings.configuration.cargo.jobs == 2
    assert settings.file == root / "other.toml"


def test_the_file_is_found_from_a_folder_below(root: Path, load: Callable[..., Settings]) -> None:
    load("[cargo]\njobs = 7\n")
    below = root / "crates" / "a"
    below.mkdir(parents=True)
    assert load_settings(LoadRequest(directory=below, environment={})).configuration.cargo.jobs == 7

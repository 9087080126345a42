from __future__ import annotations

import pytest

from buildkit.cargo.configuration import ConfiguredFlags
from buildkit.toolchain.flags import ENCODED, PLAIN, compose, compose_exports, user_flags

TRIPLE = "wasm32-wasip2"
VARIABLE = "CARGO_TARGET_WASM32_WASIP2_RUSTFLAGS"
FILES = ConfiguredFlags(target=("--cfg=file_target",), matching=("--cfg=file_cfg",), build=("--cfg=file_build",))
BUILD_ONLY = ConfiguredFlags(build=("--cfg=file_build",))
ADDED = ("-Copt-level=1", "--sysroot", "/store/wasip2")


@pytest.mark.parametrize(
    ("environment", "configured", "expected"),
    [
        pytest.param({}, ConfiguredFlags(), (), id="nothing"),
        pytest.param({ENCODED: "-a\x1f-b c", PLAIN: "-p", VARIABLE: "-t"}, FILES, ("-a", "-b c"), id="encoded before all"),
        pytest.param({ENCODED: ""}, FILES, (), id="an empty encoded one hides all"),
        pytest.param({PLAIN: "-p  -q", VARIABLE: "-t"}, FILES, ("-p", "-q"), id="plain before the target"),
        pytest.param({PLAIN: ""}, FILES, (), id="an empty plain one hides all"),
        pytest.param({VARIABLE: "-t"}, FILES, ("--cfg=file_target", "-t", "--cfg=file_cfg"), id="files and variable of the target joined"),
        pytest.param({"CARGO_BUILD_RUSTFLAGS": "-b"}, FILES, ("--cfg=file_target", "--cfg=file_cfg"), id="target hides build"),
        pytest.param({VARIABLE: "-t"}, BUILD_ONLY, ("-t",), id="the target's variable hides build"),
        pytest.param({"CARGO_BUILD_RUSTFLAGS": "-b"}, BUILD_ONLY, ("--cfg=file_build", "-b"), id="files and variable of build joined"),
    ],
)
def test_the_users_flags_are_those_that_cargo_would_take(
    environment: dict[str, str], configured: ConfiguredFlags, expected: tuple[str, ...]
) -> None:
    assert user_flags(environment, TRIPLE, configured) == expected
    composed = compose(environment, TRIPLE, configured, ADDED)
    text = composed[ENCODED]
    flags = tuple(text.split("\x1f")) if text is not None else tuple((composed[PLAIN] or "").split())
    assert flags == (*expected, *ADDED)


def test_where_nothing_is_added_nothing_is_touched() -> None:
    assert compose({PLAIN: "-p"}, TRIPLE, FILES, ()) == {}
    assert compose_exports({PLAIN: "-p"}, TRIPLE, FILES, ()) == {}


def test_only_flags_with_spaces_are_encoded() -> None:
    assert compose({}, TRIPLE, ConfiguredFlags(), ("--sysroot", "/s")) == {PLAIN: "--sysroot /s", ENCODED: None}
    assert compose({}, TRIPLE, ConfiguredFlags(), ("--sysroot", "/a b")) == {ENCODED: "--sysroot\x1f/a b", PLAIN: None}


def test_in_a_shell_that_has_our_flags_they_are_not_given_twice() -> None:
    first = compose_exports({}, TRIPLE, BUILD_ONLY, ADDED)
    shell = {name: value for name, value in first.items() if value is not None}
    assert compose_exports(shell, TRIPLE, BUILD_ONLY, ADDED) == first
    assert compose(shell, TRIPLE, BUILD_ONLY, ADDED)[PLAIN] == f"--cfg=file_build {' '.join(ADDED)}"


def test_the_sysroot_of_an_earlier_compiler_is_replaced() -> None:
    composed = compose({VARIABLE: "-t --sysroot /store/old -u"}, TRIPLE, ConfiguredFlags(), ADDED)
    assert composed[PLAIN] == f"-t -u {' '.join(ADDED)}"
    assert compose({PLAIN: "--sysroot=/mine -p"}, TRIPLE, ConfiguredFlags(), ADDED)[PLAIN] == f"-p {' '.join(ADDED)}"


def test_exports_reach_the_target_alone() -> None:
    assert compose_exports({}, TRIPLE, ConfiguredFlags(), ADDED) == {VARIABLE: " ".join(ADDED)}


def test_exports_leave_the_files_of_the_target_to_cargo_which_joins_them() -> None:
    assert compose_exports({}, TRIPLE, FILES, ADDED) == {VARIABLE: " ".join(ADDED)}


def test_exports_repeat_the_build_flags_that_the_targets_variable_would_hide() -> None:
    assert compose_exports({}, TRIPLE, BUILD_ONLY, ADDED) == {VARIABLE: f"--cfg=file_build {' '.join(ADDED)}"}


def test_a_variable_that_would_hide_the_exports_moves_to_where_host_builds_still_see_it() -> None:
    assert compose_exports({PLAIN: "-p"}, TRIPLE, ConfiguredFlags(), ADDED) == {
        VARIABLE: f"-p {' '.join(ADDED)}",
        "CARGO_BUILD_RUSTFLAGS": "-p",
        PLAIN: None,
        ENCODED: None,
    }

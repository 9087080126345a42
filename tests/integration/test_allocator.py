"""How the compiler takes its memory is told to it alone, and is the user's to say."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest
from command_line import Buildkit
from faulty import EACH, Make

from buildkit.execute.savings import ALLOCATOR, HUGE_PAGES

SCRIPT = """fn main() {
    let told = std::env::var("VARIABLE").unwrap_or_default();
    assert!(toldTEST, "it is {told:?}");
}
"""
OWN = ' == "narenas:3"'
TOLD = f'.starts_with("{HUGE_PAGES}")'

FEATURES = 'build = "build.rs"\n[features]\none = []\ntwo = []\n'

TESTED = f'#[test]\nfn is_left_alone() {{\n    assert_eq!(option_env!("{ALLOCATOR}"), None);\n    assert!(std::env::var("{ALLOCATOR}").is_err());\n}}\n'

pytestmark = [pytest.mark.integration, pytest.mark.skipif(sys.platform != "linux", reason="huge pages are asked of Linux")]


def verdicts(buildkit: Buildkit, make: Make, test: str, *arguments: str, configuration: str = "", **environment: str | None) -> set[str]:
    files = {
        "app/build.rs": SCRIPT.replace("VARIABLE", ALLOCATOR).replace("TEST", test),
        "app/src/lib.rs": TESTED,
        ".cargo/config.toml": configuration,
    }
    folder = make(FEATURES, settings=EACH, files=files)
    own = replace(buildkit, environment={**buildkit.environment, ALLOCATOR: None, **environment})
    ran = own(*arguments, "-C", str(folder), "--format", "json")
    assert ran.document["cells"], ran.err
    return {cell["verdict"] for cell in ran.document["cells"]}


@pytest.mark.parametrize("arguments", [("check",), ("check", "-p", "app", "--features", "one"), ("build",)])
def test_huge_pages_are_asked_for_where_code_is_compiled(buildkit: Buildkit, make: Make, arguments: tuple[str, ...]) -> None:
    assert verdicts(buildkit, make, TOLD, *arguments) == {"pass"}


def test_a_test_that_is_run_knows_nothing_of_it(buildkit: Buildkit, make: Make) -> None:
    assert verdicts(buildkit, make, ".is_empty()", "check", "--command", "test") == {"pass"}


def test_the_users_own_variable_stays(buildkit: Buildkit, make: Make) -> None:
    assert verdicts(buildkit, make, OWN, "check", **{ALLOCATOR: "narenas:3"}) == {"pass"}


def test_what_cargos_configuration_says_of_it_stays(buildkit: Buildkit, make: Make) -> None:
    assert verdicts(buildkit, make, OWN, "check", configuration=f'[env]\n{ALLOCATOR} = "narenas:3"\n') == {"pass"}

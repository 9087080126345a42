"""What a build script depends on is what it printed."""

from __future__ import annotations

import pytest

from buildkit.cargo.build_script import Watched, parse_output


@pytest.mark.parametrize(
    ("text", "paths", "variables"),
    [
        ("cargo:rerun-if-changed=a.txt\n", {"a.txt"}, set()),
        ("cargo::rerun-if-changed=a b\ncargo::rerun-if-changed=/c\n", {"a b", "/c"}, set()),
        ("cargo::rerun-if-env-changed=CC\n", set(), {"CC"}),
        ("chatter\n cargo::rerun-if-changed=no\ncargo::rustc-cfg=x\ncargo::rustc-env=A=cargo::rerun-if-changed=no\n", set(), set()),
    ],
)
def test_a_line_names_a_file_or_a_variable(text: str, paths: set[str], variables: set[str]) -> None:
    assert parse_output(text) == Watched(paths=frozenset(paths), variables=frozenset(variables))


def test_a_script_that_names_nothing_depends_on_its_whole_package() -> None:
    assert parse_output("cargo::rustc-cfg=x\n").whole_package
    assert not parse_output("cargo::rerun-if-env-changed=CC\n").whole_package

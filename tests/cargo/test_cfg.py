from __future__ import annotations

import pytest

from buildkit.cargo.cfg import CfgError, CfgSet, matches, parse_cfg

LINUX = CfgSet.parse(
    'debug_assertions\npanic="unwind"\ntarget_arch="x86_64"\ntarget_feature="sse2"\ntarget_feature="fxsr"\ntarget_os="linux"\nunix\n'
)


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ("cfg(unix)", True),
        ("cfg(windows)", False),
        ('cfg(target_os = "linux")', True),
        ('cfg(target_os="none")', False),
        ('cfg(target_feature = "fxsr")', True),
        ('cfg(all(unix, target_arch = "x86_64"))', True),
        ('cfg(all(unix, target_arch = "arm",))', False),
        ('cfg(any(windows, target_os = "linux"))', True),
        ("cfg(not(windows))", True),
        ('cfg(not(any(windows, all(unix, panic = "unwind"))))', False),
        ("cfg(all())", True),
        ("cfg(any())", False),
        ("cfg(true)", True),
        ("cfg(false)", False),
        ("cfg(not)", False),
        ("cfg( all ( unix , not ( windows ) ) )", True),
        ('cfg(unix = "x")', False),
        ("cfg(target_os)", False),
    ],
)
def test_an_expression_holds_as_the_reference_says(expression: str, holds: bool) -> None:  # noqa: FBT001  # a parameter of the test
    assert parse_cfg(expression).holds(LINUX) is holds


@pytest.mark.parametrize(
    "text",
    [
        "unix",
        "cfg()",
        "cfg(",
        "cfg(all(unix)",
        "cfg(unix windows)",
        "cfg(not(unix, windows))",
        "cfg(not())",
        "cfg(a = )",
        'cfg("unix")',
        "cfg(a & b)",
        "cfg(all(,))",
    ],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(CfgError):
        parse_cfg(text)


def test_a_key_without_expression_is_a_triple() -> None:
    assert matches("thumbv7em-none-eabihf", "thumbv7em-none-eabihf", LINUX)
    assert not matches("thumbv7em-none-eabihf", "thumbv6m-none-eabi", LINUX)
    assert matches("cfg(unix)", "anything", LINUX)

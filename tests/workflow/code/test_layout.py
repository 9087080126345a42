"""Lines break where rustfmt breaks them; the integration tests hold that for lengths of all kinds."""

from __future__ import annotations

from buildkit.workflow.code.layout import ValueCode, binding, call, fields, signature


def value(width: int, default: int | None = None) -> ValueCode:
    """Return a value whose literals have some columns."""
    return ValueCode(call="Source::reference", literal=text(width), default=None if default is None else text(default))


def text(width: int) -> str:
    return f'"{"x" * (width - 2)}"'


def test_what_fits_stands_on_one_line() -> None:
    assert call("run.delay", '"a"', "1_500") == '    run.delay("a", 1_500)'
    assert fields("input", [('"a"', value(5))]) == '    let input = [("a", Source::reference("xxx"))];'
    assert binding("left", value(8, 4)) == '    let left = Source::reference("xxxxxx").or("xx");'
    assert signature("step_a", "()") == "fn step_a<R: WorkflowRuntime>(run: &Run<R>) -> Result<(), WorkflowError> {"


def test_a_call_with_more_than_60_columns_has_a_line_for_each_argument() -> None:
    assert call("run.split", text(50), "branches") == f"    run.split({text(50)}, branches)"
    assert call("run.split", text(51), "branches") == f"    run.split(\n        {text(51)},\n        branches,\n    )"


def test_one_field_that_is_too_wide_opens_with_its_list() -> None:
    assert fields("input", [('"a"', value(60))]) == f'    let input = [(\n        "a",\n        Source::reference({text(60)}),\n    )];'


def test_several_fields_have_a_line_each() -> None:
    lines = fields("output", [('"a"', value(20)), ('"b"', value(60))]).splitlines()
    assert lines[1:] == [
        f'        ("a", Source::reference({text(20)})),',
        "        (",
        '            "b",',
        f"            Source::reference({text(60)}),",
        "        ),",
        "    ];",
    ]


def test_a_default_that_does_not_fit_is_on_a_line_of_its_own() -> None:
    lines = fields("input", [('"a"', value(50, 40))]).splitlines()
    assert lines[2:4] == [f"        Source::reference({text(50)})", f"            .or({text(40)}),"]


def test_a_value_that_fits_below_its_name_stands_there() -> None:
    assert binding("right", value(70)) == f"    let right =\n        Source::reference({text(70)});"


def test_a_name_that_is_too_long_puts_the_parameter_on_a_line() -> None:
    name = f"step_{'x' * 60}"
    assert signature(name, "bool") == f"fn {name}<R: WorkflowRuntime>(\n    run: &Run<R>,\n) -> Result<bool, WorkflowError> {{"

from __future__ import annotations

from msgspec import inspect

from buildkit.config.declaration import bare, declared_type, settable_outside
from buildkit.config.reference import reference


def structs(kind: inspect.Type) -> list[inspect.StructType]:
    kind = bare(kind)
    match kind:
        case inspect.StructType(fields=fields):
            return [kind, *(found for field in fields for found in structs(field.type))]
        case inspect.DictType(value_type=inner) | inspect.VarTupleType(item_type=inner):
            return structs(inner)
        case _:
            return []


def test_every_table_has_a_section_and_every_key_a_row() -> None:
    text = reference()
    headings = [line for line in text.splitlines() if line.startswith("### ")]
    assert headings == [
        "### `[workspace]`",
        "### `[plugins]`",
        "### `[toolchain]`",
        "### `[cargo]`",
        "### `[workflow]`",
        "### `[target.TARGET]`",
        "### `[package.PACKAGE]`",
        "### `[package.PACKAGE.run]`",
        "### `[package.PACKAGE.target.TARGET]`",
        "### `[[expect]]`",
    ]
    keys = {field.encode_name for table in structs(declared_type()) for field in table.fields} - {"plugins", "cargo", "expect", "run"}
    assert [key for key in sorted(keys) if f"`{key}`" not in text and f"[{key}]" not in text and f"[{key}." not in text] == []


def test_every_variable_of_the_environment_is_told() -> None:
    assert [outside.variable for outside in settable_outside() if f"`{outside.variable}`" not in reference()] == []


def test_all_rows_have_four_cells() -> None:
    rows = [line for line in reference().splitlines() if line.startswith("|")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {5}


def test_a_row_says_type_example_default_and_meaning() -> None:
    assert '| `depth` | `"none"` or `"each"` or `"pairs"` or `"all"` | `"each"` | Which of the extra features' in reference()
    assert '| `exclusive` | list of lists of strings, e.g. `[["native", "wasi"]]` |  | Groups of features' in reference()
    assert "| `reason` | string | required | Why it is so" in reference()

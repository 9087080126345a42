"""Run the ways of a generated source without a compiler: their few kinds of lines have the same meaning in Python."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_LINES = (
    (r"return Ok\(\(\)\);|Ok\(\(\)\)", "return"),
    (r"return (\w+)\(run\);", r"return \1(run)"),
    (r"(\w+)\(run\)\?;", r"\1(run)"),
    (r"(\w+)\(run\)", r"return \1(run)"),
    (r"if (\w+)\(run\)\? \{", r"if \1(run):"),
    (r"if !(\w+)\(run\)\? \{", r"if not \1(run):"),
    (r"\} else \{", "else:"),
    (r"enum (\w+) \{", r"class \1:"),
    (r"(\w+),", r"\1 = '\1'"),
    (r"let mut next = Next::(\w+);", r"next = Next.\1"),
    (r"next = Next::(\w+);", r"next = Next.\1"),
    (r"loop \{", "while True:"),
    (r"match next \{", "match next:"),
    (r"Next::(\w+) => \{", r"case Next.\1:"),
)
_FUNCTION = re.compile(r"^(?:pub )?fn (execute_workflow|branch_\w+)<R: WorkflowRuntime>\((.*?)\{\n(.*?)^\}$", re.DOTALL | re.MULTILINE)


def ways_of(text: str, steps: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """Return the functions of a source's ways by name; `steps` are those that they call. Fails on a line of any other kind."""
    names: dict[str, Any] = dict(steps)
    for name, _, body in _FUNCTION.findall(text):
        lines = [_line(line) for line in body.splitlines() if line.strip() != "}"]
        exec("\n".join((f"def {name}(run):", *lines)), names)  # noqa: S102  # the lines are of the kinds above
    return names


def _line(line: str) -> str:
    for pattern, python in _LINES:
        if (match := re.fullmatch(rf"( *)(?:{pattern})", line)) is not None:
            return match[1] + re.sub(pattern, python, line.strip())
    raise AssertionError(line)

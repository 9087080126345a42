"""What no text and no number of a scenario may be, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator

from buildkit.workflow.fault import Fault, FaultRule, Huge, shown, token


def content_faults(tree: object) -> Iterator[Fault]:
    """Give numbers that no 64 bits hold, and texts with half a character, which UTF-8 cannot write."""
    waiting: list[tuple[str, object]] = [("", tree)]
    while waiting:
        pointer, value = waiting.pop()
        match value:
            case dict():
                waiting += [(f"{pointer}/{token(name)}", inner) for name, inner in value.items()]
                for name in value:
                    yield from _half(name, f"{pointer}/{token(name)}")
            case list():
                waiting += [(f"{pointer}/{index}", inner) for index, inner in enumerate(value)]
            case str():
                yield from _half(value, pointer)
            case Huge():
                message = f"the number {shown(value)} is too large for 64 bits"
                yield Fault(rule=FaultRule.OUT_OF_RANGE, pointer=pointer, message=message, value=shown(value))
            case _:
                continue


def _half(text: str, pointer: str) -> Iterator[Fault]:
    half = None if text.isascii() else next((letter for letter in text if "\ud800" <= letter <= "\udfff"), None)
    if half is not None:
        message = f"the text {shown(text)} has half a character: \\u{ord(half):04x} without its other half"
        yield Fault(rule=FaultRule.BAD_TEXT, pointer=pointer, message=message, value=shown(text))

"""Messages of rustc for tests."""

from __future__ import annotations

from buildkit.cargo.messages import Code, Diagnostic, Span


def diagnostic(message: str, *lines: int, code: str | None = None, rendered: str | None = None) -> Diagnostic:
    """Return an error that points to some lines of the program."""
    spans = tuple(Span(file_name="main.rs", line_start=line, is_primary=True) for line in lines)
    head = f"error[{code}]" if code is not None else "error"
    return Diagnostic(
        message=message,
        level="error",
        code=None if code is None else Code(code=code),
        spans=spans,
        rendered=rendered or f"{head}: {message}\n",
    )

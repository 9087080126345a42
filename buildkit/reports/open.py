"""Put the reporters together that a command line asks for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TextIO, assert_never, cast

from buildkit.events import Emit, Event, RunFinished
from buildkit.later import Later
from buildkit.reports.file_reporter import FileReporter
from buildkit.reports.progress import PlainProgress
from buildkit.reports.reporter import Reporter
from buildkit.reports.settings import Format, Reporting
from buildkit.reports.sink import Sink

if TYPE_CHECKING:
    from buildkit.reports import console, github, html, junit, page, plain, sarif, structured
else:
    console = Later("buildkit.reports.console")
    github = Later("buildkit.reports.github")
    html = Later("buildkit.reports.html")
    junit = Later("buildkit.reports.junit")
    page = Later("buildkit.reports.page")
    plain = Later("buildkit.reports.plain")
    sarif = Later("buildkit.reports.sarif")
    structured = Later("buildkit.reports.structured")


@contextmanager
def open_reporter(settings: Reporting) -> Iterator[Emit]:
    """Give the function that reports an event; it may be called from any thread.

    Called from the thread that opened it, it raises `OSError` once standard output has failed. That its reader has left
    (`BrokenPipeError`) is passed over at the end of a run: then the verdict is known and is told by the exit code.
    Raises `UsageError` where a report file cannot be written.
    """
    stdout, stderr = Sink(settings.stdout), Sink(settings.stderr)
    # A sink is all of a text stream that reporters use; typing.TextIO is no protocol, so it has to be said.
    reporters = _reporters(settings, cast("TextIO", stdout), cast("TextIO", stderr))
    opener = threading.get_ident()
    lock = threading.Lock()

    def emit(event: Event) -> None:
        with lock:
            for reporter in reporters:
                reporter.report(event)
        if stdout.failure is not None and threading.get_ident() == opener and not _is_harmless(stdout.failure, event):
            raise stdout.failure

    with ExitStack() as stack:
        for reporter in reporters:
            stack.callback(reporter.close)
        yield emit


def _is_harmless(failure: OSError, event: Event) -> bool:
    return isinstance(failure, BrokenPipeError) and isinstance(event, RunFinished)


def _reporters(settings: Reporting, stdout: TextIO, stderr: TextIO) -> tuple[Reporter, ...]:
    reporters: list[Reporter] = [_main_reporter(settings, stdout, stderr)]
    if settings.junit is not None:
        reporters.append(FileReporter(file=settings.junit, text=junit.junit_text))
    if settings.sarif is not None:
        reporters.append(FileReporter(file=settings.sarif, text=partial(sarif.sarif_text, checkout=settings.checkout)))
    if settings.html is not None:
        reporters.append(FileReporter(file=settings.html, text=html.html_text))
    if settings.github is not None:
        is_json = settings.chosen_format is Format.JSON
        reporters.append(github.GithubReporter(stderr if is_json else stdout, settings.github, settings.checkout))
    return tuple(reporters)


def _main_reporter(settings: Reporting, stdout: TextIO, stderr: TextIO) -> Reporter:
    match settings.chosen_format:
        case Format.RICH:
            return console.RichReporter(page.open_console(settings, stdout), settings.verbosity)
        case Format.PLAIN:
            return plain.PlainReporter(stdout, settings.verbosity)
        case Format.JSON:
            return structured.JsonReporter(stdout, PlainProgress(stderr, settings.verbosity))
        case _:
            assert_never(settings.chosen_format)

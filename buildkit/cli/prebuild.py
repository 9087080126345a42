"""`buildkit prebuild`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from buildkit.cargo.waiting import WaitingRunner
from buildkit.cli.destination import require_place
from buildkit.cli.interrupts import interruptible
from buildkit.cli.library import Libraries
from buildkit.cli.options import Everywhere
from buildkit.cli.session import open_session
from buildkit.errors import NothingSelectedError, UsageError
from buildkit.events import Emit, Notice
from buildkit.reports.library import Prebuilt, prebuilt_json, prebuilt_lines
from buildkit.reports.open import open_reporter
from buildkit.reports.settings import Format, Reporting
from buildkit.toolchain.manifest import digest_file
from buildkit.toolchain.store import Store
from buildkit.workflow.library.archive import pack
from buildkit.workflow.library.build import find, find_or_build
from buildkit.workflow.library.model import Library
from buildkit.workflow.library.moving import bring_in
from buildkit.workflow.library.request import LibraryRequest


def prebuild(
    everywhere: Everywhere,
    *,
    target: Annotated[
        list[str] | None,
        typer.Option(
            *("--target", "-t"), metavar="TARGET", help="For this target; repeatable (default: the workspace's).", show_default=False
        ),
    ] = None,
    features: Annotated[
        str | None,
        typer.Option(
            *("--features", "-F"),
            metavar="LIST",
            help="Features beside the one that the target is served by (comma-separated).",
            show_default=False,
        ),
    ] = None,
    archive: Annotated[
        Path | None, typer.Option("--archive", metavar="FILE", help="Pack the libraries into a tar.zst.", show_default=False)
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Take the libraries from an archive of the same compiler; builds nothing.", show_default=False
        ),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to tell.")] = Format.PLAIN,
) -> None:
    """Build the library that workflows link, once for each target."""
    if source is not None and (target or features or archive is not None):
        raise UsageError("--from takes all of an archive, and nothing else", hint="buildkit prebuild --from FILE")
    if archive is not None:
        require_place(archive, option="--archive")
    session = open_session(everywhere)
    stream = sys.stderr if format_ is Format.JSON else sys.stdout
    with interruptible(session.remembered) as processes, open_reporter(Reporting(stdout=stream, stderr=sys.stderr)) as emit:
        libraries = Libraries(session=session, processes=WaitingRunner(processes=processes, emit=emit), emit=emit)
        if source is not None:
            prebuilt = tuple(taken(libraries, source, emit))
        else:
            extra = tuple(part.strip() for part in (features or "").split(",") if part.strip())
            prebuilt = tuple(built(libraries.requests(target or (), extra=extra)))
        if archive is not None:
            pack([one.library for one in prebuilt], archive)
    digest = None if archive is None else digest_file(archive)
    for line in (prebuilt_json(prebuilt, archive, digest),) if format_ is Format.JSON else prebuilt_lines(prebuilt, archive, digest):
        typer.echo(line)


def built(requests: Mapping[str, LibraryRequest]) -> Iterator[Prebuilt]:
    """Give the library for each request, built where it is not there."""
    if not requests:
        raise NothingSelectedError("no target of the workspace is served by the library", hint="buildkit prebuild -t TARGET")
    for request in requests.values():
        started = time.monotonic()
        found = find(request)
        library = found or find_or_build(request)
        yield Prebuilt(library=library, was_there=found is not None, seconds=time.monotonic() - started)


def taken(libraries: Libraries, file: Path, emit: Emit) -> Iterator[Prebuilt]:
    """Give the libraries of an archive; says of which of them the sources here are not those that they were made from."""
    started = time.monotonic()
    store = Store(root=libraries.session.store.absolute(), emit=emit)
    brought = bring_in(file, store, libraries.supply)
    for library in brought:
        if not is_current(libraries, library):
            other = "was made from other sources or settings than those here: what is compiled here does not use it"
            emit(Notice(message=f"{library.title} {other}"))
        yield Prebuilt(library=library, was_there=False, seconds=time.monotonic() - started)


def is_current(libraries: Libraries, library: Library) -> bool:
    """Say whether a library is what the workspace gives now."""
    served = libraries.session.targets.named(library.target).stdlib_feature
    try:
        requests = libraries.requests((library.target,), extra=[feature for feature in library.features if feature != served])
        found = find(requests[library.target])
    except UsageError:
        return False
    return found is not None and found.folder == library.folder

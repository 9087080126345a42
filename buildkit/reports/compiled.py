"""What compiling a scenario came to, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from buildkit.artifacts.sizes import format_size
from buildkit.reports.scenario import judgement_lines, located_json, note_lines
from buildkit.reports.words import clean, counted, duration
from buildkit.version import __version__
from buildkit.workflow.compiling.diagnostics import sentence
from buildkit.workflow.compiling.emitting import Emitted
from buildkit.workflow.compiling.metadata import metadata_file
from buildkit.workflow.compiling.pipeline import Compiled, Refused
from buildkit.workflow.document import Document
from buildkit.workflow.judge import Judgement

COMPILE_VERSION: Final = 1
Result = Compiled | Refused | Emitted


def compiled_lines(judgement: Judgement, results: Sequence[Result]) -> Iterator[str]:
    """Give what is wrong with a scenario; or a paragraph for each target: what was made, or every error with the step that it stands in."""
    if judgement.scenario is None:
        yield from judgement_lines(judgement)
        return
    yield from note_lines(judgement)
    for result in results:
        match result:
            case Compiled():
                yield from _compiled(result)
            case Refused():
                yield from _refused(result, judgement.document)
            case Emitted():
                yield f"{clean(str(result.folder))}: {clean(result.target)}, {counted(len(result.files), 'file')}; to build it: cargo build --release --locked"


def _compiled(result: Compiled) -> Iterator[str]:
    metadata = result.metadata
    how = "unchanged" if result.cached else f"compiled in {duration(result.seconds)}"
    yield f"{clean(str(result.artifact))}: {clean(result.target)}, {format_size(metadata.size)} ({format_size(metadata.gzip_size)} after gzip), {how}"
    yield f"  sha256 {metadata.sha256}"
    yield f"  library {clean(metadata.library.key)}, rustc {metadata.compiler.release}; more in {clean(str(metadata_file(result.artifact)))}"


def _refused(result: Refused, document: Document) -> Iterator[str]:
    for error in result.errors:
        yield clean(f"{result.target}: {sentence(error, document)}")
        yield from (f"  {line}" for line in clean(error.rendered).splitlines())
    hint = f"buildkit compile {document.shown} -t {result.target} --emit-source DIR"
    yield clean(f"{result.target}: rustc does not take the program; the whole of it: {hint}")


def compiled_json(judgement: Judgement, results: Sequence[Result]) -> str:
    """Return the one document of `--format json`; of a scenario with faults there are no results."""
    document = {
        "version": COMPILE_VERSION,
        "tool": {"name": "buildkit", "version": __version__},
        "scenario": {
            "file": str(judgement.document.shown),
            "name": None if judgement.scenario is None else judgement.scenario.name,
            "valid": judgement.scenario is not None,
        },
        "faults": [located_json(located) for located in judgement.faults],
        "notes": [located_json(located) for located in judgement.notes],
        "artifacts": [_artifact(result) for result in results if isinstance(result, Compiled)],
        "failures": [_failure(result) for result in results if isinstance(result, Refused)],
        "projects": [
            {"target": result.target, "folder": str(result.folder), "files": list(map(str, result.files))}
            for result in results
            if isinstance(result, Emitted)
        ],
    }
    return json.dumps(document, indent=2)


def _artifact(result: Compiled) -> dict[str, Any]:
    metadata = result.metadata
    return {
        "target": metadata.target,
        "triple": metadata.triple,
        "transport": metadata.transport,
        "artifact": _path(result.artifact),
        "metadata": _path(metadata_file(result.artifact)),
        "size": metadata.size,
        "gzip_size": metadata.gzip_size,
        "sha256": metadata.sha256,
        "library": metadata.library.key,
        "rustc": metadata.compiler.release,
        "seconds": round(result.seconds, 3),
        "cached": result.cached,
    }


def _failure(result: Refused) -> dict[str, Any]:
    errors = [
        {"step": error.step, "pointer": error.pointer, "line": error.line, "message": error.message, "rendered": error.rendered}
        for error in result.errors
    ]
    return {"target": result.target, "triple": result.triple, "seconds": round(result.seconds, 3), "errors": errors}


def _path(path: Path) -> str:
    return str(path.absolute())

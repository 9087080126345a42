"""Compile a scenario for one target: nothing where nothing has changed, else one call of rustc."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from buildkit.artifacts.fingerprint import fingerprint
from buildkit.private_folders import private_folder
from buildkit.process import Completed, Runner
from buildkit.records import dataclass
from buildkit.toolchain.digest import digest_facts
from buildkit.toolchain.manifest import digest_file
from buildkit.version import __version__
from buildkit.workflow.code.model import SourceText, Transport
from buildkit.workflow.code.source import source_of
from buildkit.workflow.compiling import metadata as described
from buildkit.workflow.compiling.call import Compiler
from buildkit.workflow.compiling.diagnostics import CodeError, code_errors, errors_of, parse_diagnostics
from buildkit.workflow.compiling.forms import CRATE, form_of
from buildkit.workflow.compiling.metadata import Metadata, metadata_file, metadata_text, read_metadata
from buildkit.workflow.compiling.placing import place_copy, place_text
from buildkit.workflow.compiling.trouble import trouble_of
from buildkit.workflow.document import Document
from buildkit.workflow.library.model import Library
from buildkit.workflow.model import Action, Scenario
from buildkit.workflow.needs import needs_of
from buildkit.workflow.support import platform_of

PIPELINE: Final = "1"
"""Counts up when the same call of rustc would make another artifact."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """A scenario without a fault, and everything that its artifact for one target depends on."""

    document: Document
    scenario: Scenario
    transport: Transport
    compiler: Compiler
    library: Library
    artifact: Path

    @property
    def target(self) -> str:
        """Return the name of the compilation target."""
        return self.compiler.supply.target.name


@dataclass(frozen=True, kw_only=True)
class Compiled:
    """An artifact. `cached` says that it was there already, made from the same."""

    target: str
    artifact: Path
    metadata: Metadata
    seconds: float
    cached: bool


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A scenario whose program rustc does not take for a target."""

    target: str
    triple: str
    errors: tuple[CodeError, ...]
    seconds: float


def compile_scenario(job: Job, *, processes: Runner) -> Compiled | Refused:
    """Make the artifact and its metadata; raises `ToolchainError` for a trouble that is not the scenario's."""
    started = time.monotonic()
    source = source_of(job.scenario, platform_of(job.compiler.supply.target), job.transport)
    key = _key(job, source)
    known = _unchanged(job, key)
    if known is not None:
        return Compiled(target=job.target, artifact=job.artifact, metadata=known, seconds=time.monotonic() - started, cached=True)
    with private_folder("buildkit-compile") as scratch:
        form = form_of(job.compiler.supply.target)
        root = scratch.resolve() / form.source
        root.write_text(source.text, encoding="utf-8")
        made = root.with_name(CRATE + form.ending)
        done = processes.run(job.compiler.command(root, made, job.library))
        if not done.succeeded:
            return _refused(job, source, done)
        # Of what this run made: another one may put its own there meanwhile.
        metadata = _metadata(job, key, made)
        # Whoever is killed between the two leaves an artifact without a description, never with that of another.
        metadata_file(job.artifact).unlink(missing_ok=True)
        place_copy(made, job.artifact)
    place_text(metadata_text(metadata), metadata_file(job.artifact))
    return Compiled(target=job.target, artifact=job.artifact, metadata=metadata, seconds=time.monotonic() - started, cached=False)


def _key(job: Job, source: SourceText) -> str:
    compiler = job.compiler
    return digest_facts(
        {
            "pipeline": PIPELINE,
            "source": source.text,
            "triple": compiler.supply.triple,
            "library": job.library.key,
            "compiler": compiler.supply.toolchain.commit,
            "flags": "\0".join(compiler.portable_flags),
            "linker": compiler.linker or "",
        }
    )


def _unchanged(job: Job, key: str) -> Metadata | None:
    """Return the metadata of an artifact that is what rustc would make now, `None` where there is none.

    A scenario that only reads otherwise is noted in it.
    """
    before = read_metadata(job.artifact)
    if before is None or before.key != key:
        return None
    try:
        if digest_file(job.artifact) != before.sha256:
            return None
    except OSError:
        return None
    now = msgspec.structs.replace(before, scenario=_origin(job), tool=__version__, input=job.scenario.input, needs=needs_of(job.scenario))
    if now != before:
        place_text(metadata_text(now), metadata_file(job.artifact))
    return now


def _refused(job: Job, source: SourceText, done: Completed) -> Refused:
    errors = errors_of(parse_diagnostics(done.stderr))
    triple = job.compiler.supply.triple
    trouble = trouble_of(done, errors, target=job.target, triple=triple)
    if trouble is not None:
        raise trouble
    found = code_errors(errors, source.steps, job.document) or (CodeError(message=done.ending, rendered=done.stderr.strip()),)
    return Refused(target=job.target, triple=triple, errors=found, seconds=done.seconds)


def _metadata(job: Job, key: str, made: Path) -> Metadata:
    supply = job.compiler.supply
    marks = fingerprint(made)
    return Metadata(
        tool=__version__,
        key=key,
        scenario=_origin(job),
        target=job.target,
        triple=supply.triple,
        platform=platform_of(supply.target),
        transport=job.transport.value,
        artifact=job.artifact.name,
        size=marks.size,
        gzip_size=marks.gzip_size,
        sha256=marks.sha256,
        compiler=described.Compiler(release=supply.toolchain.release, commit=supply.toolchain.commit),
        library=described.PrebuiltLibrary(package=job.library.package, key=job.library.key),
        flags=job.compiler.portable_flags,
        agents=_agents(job.scenario),
        input=job.scenario.input,
        needs=needs_of(job.scenario),
    )


def _origin(job: Job) -> described.Origin:
    return described.Origin(name=job.scenario.name, sha256=hashlib.sha256(job.document.text.encode()).hexdigest())


def _agents(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    called = {(step.agent, step.capability) for step in scenario.steps if isinstance(step, Action)}
    return {agent: tuple(sorted(name for other, name in called if other == agent)) for agent in sorted({agent for agent, _ in called})}

"""`buildkit fix`."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from buildkit.cargo.metadata import Workspace
from buildkit.cli.interrupts import interruptible
from buildkit.cli.matrix import find_cargo, metadata_request, query_for, read_session_workspace
from buildkit.cli.options import Everywhere, Selecting
from buildkit.cli.session import Session, open_session
from buildkit.cli.triples import verify_targets
from buildkit.config.validate import validate
from buildkit.errors import ExitCode, UsageError
from buildkit.execute.models import Platform
from buildkit.model import CompilationTarget
from buildkit.process import Command, Runner
from buildkit.remedies.declared import Declarations
from buildkit.remedies.difference import difference
from buildkit.remedies.journal import replace_files, take_back
from buildkit.remedies.mending import Outcome, mend_all
from buildkit.remedies.mirror import LOCK, Mirror, Texts, mirror_workspace
from buildkit.remedies.proof import prove_outcome, starting_version
from buildkit.remedies.search import Search
from buildkit.remedies.survey import State, Survey
from buildkit.reports.plain import branch_for
from buildkit.reports.remedies import outcome_document, outcome_lines
from buildkit.toolchain.environment import target_rustflags
from buildkit.toolchain.model import StdProvider, Supply, Toolchain

FIX_VERSION = 1


def fix(
    everywhere: Everywhere,
    selecting: Selecting,
    *,
    diff: Annotated[bool, typer.Option("--diff", help="Print the edits as a unified diff, and change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Mend manifests for the findings of cells, proved before kept."""
    session = open_session(everywhere)
    root = session.settings.root
    with interruptible(session.remembered) as processes, scratch_folder(session) as scratch:
        for file in take_back(root):
            typer.echo(f"a fix was interrupted here before: {file} is again as it was before that", err=True)
        repair = Repair(session, selecting, processes)
        outcome = repair.outcome(scratch)
        changed = () if diff else repair.apply(outcome)
    text = difference(outcome.before.texts, outcome.after.texts)
    if as_json:
        typer.echo(json.dumps({"version": FIX_VERSION, **outcome_document(outcome, text, [str(file) for file in changed])}, indent=2))
    else:
        typer.echo(text if diff else "", nl=False)
        branch = branch_for((sys.stderr if diff else sys.stdout).encoding)
        for line in (*outcome_lines(outcome, branch, is_applied=not diff), *repair.remarks(changed)):
            typer.echo(line, err=diff)
    is_done = not outcome.unmended and not outcome.unjudged and not (diff and outcome.mended)
    raise typer.Exit(ExitCode.PASSED if is_done else ExitCode.FAILED)


@contextmanager
def scratch_folder(session: Session) -> Iterator[Path]:
    """Give an empty folder that only one `fix` has for a workspace; raises `UsageError` where another one has it."""
    name = hashlib.sha256(str(session.settings.root).encode()).hexdigest()[:16]
    folder = session.store / "fix"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / f"{name}.lock", timeout=0):
            # What was killed has left its copy behind.
            shutil.rmtree(folder / name, ignore_errors=True)
            (folder / name).mkdir()
            try:
                yield (folder / name).resolve()
            finally:
                shutil.rmtree(folder / name, ignore_errors=True)
    except Timeout as error:
        raise UsageError(f"another buildkit fix is at work in {session.settings.root}", hint="buildkit fix, when it has ended") from error


class Repair:
    """What mending takes: the workspace, its configuration, and what rustc says of its targets."""

    def __init__(self, session: Session, selecting: Selecting, processes: Runner) -> None:
        """Find cargo."""
        self._session = session
        self._processes = processes
        self._toolchain: Toolchain = find_cargo(session, processes=processes)
        self._platforms: dict[str, Platform] = {}
        self._outsiders: tuple[Path, ...] = ()
        self._dirty: frozenset[str] = frozenset()
        verify_targets(session.targets, self._toolchain, processes=processes)
        settings = session.settings
        self._survey = Survey(
            configuration=settings.configuration,
            targets=session.targets,
            place=settings.place,
            platforms=self._platform,
            validate=lambda workspace: validate(settings, workspace, session.targets),
            query=query_for(selecting),
            processes=processes,
        )

    def outcome(self, scratch: Path) -> Outcome:
        """Look for remedies in a copy that is made in a folder; nothing of the workspace changes."""
        state = self._state()
        declarations = Declarations(workspace=state.workspace, manifests=state.explainer.manifests)
        self._outsiders = declarations.outsiders
        root = state.workspace.root
        texts: Texts = {file: (root / file).read_bytes() for file in (*sorted(declarations.files), LOCK) if (root / file).exists()}
        mirrored = mirror_workspace(state.workspace, texts, scratch)
        request = metadata_request(self._session, self._toolchain)
        mirror = Mirror(root=mirrored, original=root, request=request, processes=self._processes)
        search = Search(survey=self._survey, mirror=mirror)
        return mend_all(search, starting_version(search, texts, state))

    def apply(self, outcome: Outcome) -> tuple[Path, ...]:
        """Write the edits, and prove in the workspace itself what was found in its copy."""
        if not outcome.mended:
            return ()
        root = outcome.root
        self._dirty = uncommitted_files(root, tuple(outcome.after.texts), processes=self._processes)
        return replace_files(root, outcome.before.texts, outcome.after.texts, lambda: prove_outcome(outcome, self._state()))

    def remarks(self, changed: tuple[Path, ...]) -> Iterator[str]:
        """Give what else is to be said: the files that were written, and those that are left alone."""
        if changed:
            yield f"changed: {', '.join(map(str, changed))}"
            yield from (f"  {file} had uncommitted changes before" for file in map(str, changed) if file in self._dirty)
            yield "next: buildkit check"
        for file in self._outsiders:
            yield f"left alone: {file} lies outside of the workspace's folder"

    def _state(self) -> State:
        return self._survey.judge(self._workspace())

    def _workspace(self) -> Workspace:
        return read_session_workspace(self._session, self._toolchain, processes=self._processes)

    def _platform(self, target: CompilationTarget) -> Platform:
        """Return what a target compiles for; cargo's configuration decides the flags, and is read once."""
        known = self._platforms.get(target.name)
        if known is None:
            toolchain, root = self._toolchain, self._session.settings.root
            triple = target.triple_for(toolchain.host)
            supply = Supply(toolchain=toolchain, target=target, triple=triple, provider=StdProvider.SHIPPED)
            flags = target_rustflags(supply, environment=self._session.environment, root=root, processes=self._processes)
            known = self._platforms[target.name] = Platform(
                rustc=toolchain.rustc, host=toolchain.host, triple=triple, spec=target.target_spec, rustflags=flags
            )
        return known


def uncommitted_files(root: Path, files: tuple[Path, ...], *, processes: Runner) -> frozenset[str]:
    """Return those of some files that differ from what git has; none where there is no git."""
    argv = ("git", "status", "--porcelain=v1", "-z", "--untracked-files=no", "--", *map(str, files))
    done = processes.run(Command(argv=argv, cwd=root))
    changed = {entry[3:] for entry in done.stdout.split("\0")} if done.succeeded else set()
    # git names files from the root of its repository.
    return frozenset(str(file) for file in files if any(name == str(file) or name.endswith(f"/{file}") for name in changed))

"""Find a library in the store, or build it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from typing import Final

from buildkit.cargo.messages import CompilerArtifact, Message, parse_message, parse_messages
from buildkit.errors import BuildkitError
from buildkit.execute.input_state import InputList
from buildkit.execute.verdict_facts import digest
from buildkit.records import dataclass
from buildkit.toolchain.layout import STORED_LIBRARIES
from buildkit.toolchain.manifest import FILE_NAME
from buildkit.toolchain.store import Recipe, Store, require_writable
from buildkit.toolchain.tasks import Task, task
from buildkit.workflow.library.collect import Made, Output, lay_out
from buildkit.workflow.library.failure import library_error
from buildkit.workflow.library.model import VERSION, Compiler, Description, Library, describe, read_library
from buildkit.workflow.library.question import Question, ask
from buildkit.workflow.library.request import LibraryRequest

ROUNDS: Final = 4
"""How often cargo is called before the sources are said to change all the time; the second call finds nothing to do."""


KEPT: Final = 8
"""How many libraries of one package and target are kept: each edit of the package makes another one."""

ARTIFACT: Final = '"reason":"compiler-artifact"'
"""What tells a message of something made from the many others."""


def find(request: LibraryRequest) -> Library | None:
    """Return a library that is in the store, whole and made from what is here now; `None` where it must be built.

    Raises `UsageError` where there is no such library to build. Starts no process but `rustc --print`, and that once.
    """
    return _find(ask(request))


def find_or_build(request: LibraryRequest) -> Library:
    """Return a library, built first where it must be.

    Raises `UsageError` where there is no such library, `LibraryError` where it does not compile, and `ToolchainError`.
    """
    question = ask(request)
    found = _find(question)
    if found is not None:
        return found
    store = _store(request)
    require_writable(store.root)
    with store.held(f"cargo-{digest((str(request.output),))[:16]}", request.title):
        # Whoever was waited for may have built it.
        return _find(question) or _build(question)


def _find(question: Question) -> Library | None:
    store = _store(question.request)
    for library in _candidates(question):
        known = {name: fact for name, fact in library.facts.items() if name != "inputs"}
        if known != question.facts:
            continue
        state = question.state(library.inputs)
        if state == library.facts.get("inputs") and state is not None and store.find(question.recipe(state)) == library.folder:
            return library
    return None


def _candidates(question: Question) -> Iterator[Library]:
    """Give the libraries of a package and a target, the one that was used last first; whether they are whole is not looked at."""
    folders = (_store(question.request).root / STORED_LIBRARIES).glob(f"{question.stem}-*")
    libraries = (read_library(folder) for folder in folders)
    return iter(sorted((library for library in libraries if library is not None), key=_last_use, reverse=True))


def _last_use(library: Library) -> float:
    try:
        return (library.folder / FILE_NAME).stat().st_mtime
    except OSError:
        return 0.0


def _store(request: LibraryRequest) -> Store:
    return Store(root=request.context.cache.absolute(), emit=request.context.emit)


def _build(question: Question) -> Library:
    """Call cargo until what it read is what was there before the call."""
    request = question.request
    last = next(_candidates(question), None)
    names = None if last is None else last.inputs
    with task(request.context.emit, f"library {request.title}", f"library {request.title}", "crates") as progress:
        count = _Count(progress=progress, total=_expected(question))
        for _ in range(ROUNDS):
            before = None if names is None else question.state(names)
            messages = _compile(question, count)
            read = question.names(messages)
            if before is not None and read == names and before == question.state(read):
                return _publish(question, messages, read, before)
            names = read
    raise BuildkitError(f"the sources of {request.title} change while they are compiled", hint="buildkit prebuild")


def _compile(question: Question, count: _Count) -> tuple[Message, ...]:
    request = question.request
    done = request.context.processes.run(request.command(), on_stdout=count.take)
    messages = parse_messages(done.stdout.splitlines())
    if not done.succeeded:
        raise library_error(request.title, done, messages)
    return messages


def _expected(question: Question) -> int:
    """Return about how many artifacts cargo will report."""
    packages = question.request.context.workspace.packages
    return sum(1 + packages[identity].has_build_script for side in question.work.resolution.sides for identity in side)


def _publish(question: Question, messages: tuple[Message, ...], names: InputList, state: str) -> Library:
    request = question.request
    folder = request.output
    output = Output(
        folder=folder,
        target=folder / request.context.output_name(request.provided.supply),
        packages=request.context.workspace.packages,
    )
    recipe = question.recipe(state)

    def fill(entry: Path, _: Path) -> None:
        made = output.collect(messages, request.subject.package)
        lay_out(made, entry)
        describe(entry, _described(question, recipe, made, names))

    store = _store(request)
    path = store.obtain(recipe, fill)
    with suppress(OSError):
        store.keep_latest(STORED_LIBRARIES, recipe.stem, KEPT)
    library = read_library(path)
    if library is None:
        raise BuildkitError(f"the library in {path} cannot be read", hint="buildkit toolchain prune --all")
    return library


def _described(question: Question, recipe: Recipe, made: Made, names: InputList) -> Description:
    request = question.request
    supply, facts = request.provided.supply, request.context.facts
    toolchain = supply.toolchain
    return Description(
        version=VERSION,
        title=recipe.title,
        stem=recipe.stem,
        package=request.subject.package.name,
        target=request.subject.target.name,
        triple=request.triple,
        features=request.features,
        edition=request.subject.package.edition,
        compiler=Compiler(release=toolchain.release, commit=toolchain.commit, host=toolchain.host),
        sysroot=None if supply.sysroot is None else supply.sysroot.name,
        profile=dict(sorted(request.profile.items())),
        rustflags=tuple(map(facts.portable, request.provided.rustflags)),
        root=made.root,
        crates=made.crates,
        system_folders=made.system_folders,
        inputs=names,
        facts=recipe.facts,
    )


@dataclass(kw_only=True)
class _Count:
    """Counts what cargo makes; a later call tells of the same once more."""

    progress: Task
    total: int
    made: set[tuple[str, str]] = field(default_factory=set)

    def take(self, line: str) -> None:
        """Take a line of cargo's output, from a reader thread."""
        message = parse_message(line) if ARTIFACT in line else None
        if isinstance(message, CompilerArtifact) and (unit := (message.package_id, str(message.filenames))) not in self.made:
            self.made.add(unit)
            self.progress.advance(len(self.made), max(self.total, len(self.made)), message.target.name)

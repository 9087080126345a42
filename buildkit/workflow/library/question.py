"""What a library depends on: facts that are known before cargo is called, and the state of what it read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import msgspec

from buildkit.cargo.configuration import load, merge
from buildkit.cargo.messages import Message
from buildkit.execute.input_state import InputList, Observer, UnknownState, variables_state
from buildkit.execute.inputs import inputs_of
from buildkit.execute.verdict_facts import Environment, Facts, configuration_files, digest, digest_of
from buildkit.execute.verdict_model import ANY_TIME, CheckQuestion, Inputs
from buildkit.execute.work import Work
from buildkit.records import dataclass
from buildkit.toolchain.layout import STORED_LIBRARIES
from buildkit.toolchain.model import Supply
from buildkit.toolchain.probe import identity
from buildkit.toolchain.store import Recipe
from buildkit.toolchain.sysroot import UNKNOWN_COMMITS
from buildkit.workflow.library.request import LibraryRequest

FORMAT: Final = "library 1"
"""Changes whenever the same facts would give another library."""

ELSEWHERE: Final = ("RUSTFLAGS", "_LINKER", "_RUNNER")
"""How variables end that are told by other facts, or that change nothing in a library."""

UNREAD_TABLES: Final = frozenset(
    {
        *("alias", "cache", "cargo-new", "credential-alias", "doc", "future-incompat-report", "http", "install", "net"),
        *("registries", "registry", "source", "term"),
    }
)
"""The tables of cargo's configuration that say how it fetches and how it shows itself."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A library with everything that decides it but the contents of files and variables."""

    request: LibraryRequest
    work: Work
    facts: Mapping[str, str]

    @property
    def stem(self) -> str:
        """Return how the names of the library's entries begin."""
        return stem_of(self.request)

    def recipe(self, state: str) -> Recipe:
        """Return the store's entry for a state of the inputs."""
        title = f"library {self.request.title}, rustc {self.request.provided.supply.toolchain.release}"
        return Recipe(kind=STORED_LIBRARIES, stem=self.stem, title=title, facts={**self.facts, "inputs": state})

    def names(self, messages: Iterable[Message]) -> InputList:
        """Return what cargo read, by its messages."""
        context = self.request.context
        asked = CheckQuestion(
            key="",
            root=context.workspace.root,
            made=context.workspace.target_directory,
            command="",
            environment=self.environment,
            sources=(),
            asked=ANY_TIME,
        )
        inputs = inputs_of(context, self.work, asked, messages) or self._everything()
        return InputList(
            files=tuple(sorted(inputs.files)),
            folders=tuple(sorted(inputs.folders)),
            packages=tuple(sorted(inputs.packages)),
            variables=tuple(sorted(inputs.variables)),
        )

    def state(self, names: InputList) -> str | None:
        """Return the digest of what inputs are now, `None` where one cannot be read."""
        workspace = self.request.context.workspace
        observer = Observer(root=str(workspace.root), made=str(workspace.target_directory), known={})
        try:
            read = observer.state(names)
        except (UnknownState, OSError):
            return None
        return hashlib.sha256(msgspec.msgpack.encode((names, read, variables_state(names.variables, self.environment)))).hexdigest()

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """Return the variables that cargo gets, without this machine's folders."""
        facts = self.request.context.facts
        return {name: facts.portable(value) for name, value in asked_environment(self.request).values.items()}

    def _everything(self) -> Inputs:
        """Return all files of the path packages: for a build script that watches what does not exist, nothing less will do."""
        facts, packages = self.request.context.facts, self.request.context.workspace.packages
        used = {identity for side in self.work.resolution.sides for identity in side if not facts.is_fixed(packages[identity])}
        return Inputs(packages={facts.place(packages[identity].manifest_path.parent): ANY_TIME for identity in used})


def stem_of(request: LibraryRequest) -> str:
    """Return how the names of a library's entries begin."""
    return f"{request.subject.package.name}-{request.subject.target.name}"


def ask(request: LibraryRequest) -> Question:
    """Return what a library depends on; raises `UsageError` where there is none to build."""
    work = request.work()
    facts, supply = request.context.facts, request.provided.supply
    spec = supply.target.target_spec
    known = {
        "format": FORMAT,
        "compiler": compiler_of(supply),
        "std": std_of(supply),
        "triple": request.triple,
        "spec": "" if spec is None else digest_of(spec),
        "package": facts.label(request.subject.package.id),
        "features": ",".join(request.features),
        "profile": msgspec.json.encode(dict(sorted(request.profile.items()))).decode(),
        "flags": "\n".join(map(facts.portable, request.provided.rustflags)),
        "environment": asked_environment(request).digest,
        "configuration": configuration_of(facts),
        "workspace": digest((digest_of(facts.workspace.root / "Cargo.toml"), facts.lock.rest, str(facts.workspace.resolver))),
        "closure": digest(_closure(facts, work)),
    }
    return Question(request=request, work=work, facts=known)


def compiler_of(supply: Supply) -> str:
    """Return what a compiler is, wherever it lies; one that does not say its commit is known by its file."""
    toolchain = supply.toolchain
    is_known = toolchain.commit not in UNKNOWN_COMMITS and not toolchain.release.endswith("-dev")
    return f"{toolchain.release} {toolchain.commit} {toolchain.host}{'' if is_known else identity(toolchain.rustc)}"


def std_of(supply: Supply) -> str:
    """Return what the standard library is: the same commit, built by somebody else, is another library."""
    root = supply.toolchain.sysroot if supply.sysroot is None else supply.sysroot
    folder = root / "lib" / "rustlib" / supply.triple / "lib"
    named = "" if supply.sysroot is None else supply.sysroot.name
    return " ".join((named, *(f"{file.name}:{file.stat().st_size}" for file in sorted(folder.glob("libcore-*.rlib")))))


def asked_environment(request: LibraryRequest) -> Environment:
    """Return the environment that counts: flags are told apart, and no library is linked."""
    facts, calls = request.context.facts, request.context.calls(request.subject)
    unset = {name: None for name in (*facts.environment, *calls.env) if name.endswith(ELSEWHERE)}
    return facts.environment_under({**calls.env, **unset})


def configuration_of(facts: Facts) -> str:
    """Return the digest of what cargo's configuration says of compiling."""
    merged: Mapping[str, Any] = {}
    for file in reversed(configuration_files(facts.workspace.root, facts.environment)):
        merged = merge(merged, load(file)) if file.is_file() else merged
    read = {name: table for name, table in merged.items() if name not in UNREAD_TABLES}
    return digest((facts.portable(msgspec.json.encode(read, enc_hook=str, order="sorted").decode()),))


def _closure(facts: Facts, work: Work) -> Iterator[str]:
    for side in work.resolution.sides:
        yield "side"
        yield from sorted(f"{facts.label(package)} {','.join(sorted(features))}" for package, features in side.items())

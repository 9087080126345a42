"""Why something is in a closure: the shortest derivation from a selection, step by step.

Cargo's resolver adds and never takes away, so each thing that it activates has a cause that was active before it. The rules are those of
the Cargo reference, "Features"; they are applied within a closure that cargo reported, which answers what platforms are active.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from buildkit.cargo.metadata import Dependency, DependencyKind, Package, Workspace
from buildkit.features.closure import Closure
from buildkit.features.resolution import resolved_package

DEFAULT = "default"


class AtomKind(StrEnum):
    """What can be active."""

    PACKAGE = "package"
    FEATURE = "feature"
    DEPENDENCY = "dependency"


@dataclass(frozen=True, kw_only=True)
class Atom:
    """A package, a feature of it, or an optional dependency of it by its manifest key; `package` is a package id."""

    kind: AtomKind
    package: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why an atom is active: the atoms that had to be active before, and what stands in whose manifest."""

    premises: tuple[Atom, ...]
    owner: str
    """The id of the package whose manifest says so."""
    feature: str | None = None
    """The key under `[features]` that says so, or `None` where a dependency declaration does."""
    value: str = ""
    """The value of that feature."""
    dependency: Dependency | None = None
    requested: str | None = None
    """The feature that the declaration asks for; `None` where it brings in the package itself."""


Derivation = Mapping[Atom, Cause | None]
"""Every active atom of the target side with its nearest cause; `None` for what was selected."""


def derive(workspace: Workspace, closure: Closure, root: Package, features: tuple[str, ...]) -> Derivation:
    """Walk the closure breadth first from the selection, so that each atom keeps one of its shortest derivations."""
    return _Walk(workspace, closure).run(root, features)


class _Walk:
    def __init__(self, workspace: Workspace, closure: Closure) -> None:
        self._workspace = workspace
        self._closure = closure
        self._causes: dict[Atom, Cause | None] = {}
        self._waiting: deque[Atom] = deque()
        self._weak: dict[Atom, list[tuple[Atom, Cause]]] = {}

    def run(self, root: Package, features: tuple[str, ...]) -> Derivation:
        self._reach(_package(root), None)
        for feature in features:
            self._select(root, feature)
        while self._waiting:
            atom = self._waiting.popleft()
            for reached, cause in self._consequences(atom):
                self._reach(reached, cause)
        return self._causes

    def _select(self, root: Package, feature: str) -> None:
        if "/" not in feature:
            self._reach(_feature(root, feature), None)
            return
        for reached, _ in self._value(root, "", feature):
            self._reach(reached, None)

    def _reach(self, atom: Atom, cause: Cause | None) -> None:
        if atom in self._causes or not self._is_active(atom):
            return
        self._causes[atom] = cause
        self._waiting.append(atom)
        for reached, weak in self._weak.pop(atom, ()):
            self._reach(reached, weak)

    def _is_active(self, atom: Atom) -> bool:
        features = self._closure.target.get(atom.package)
        return features is not None and (atom.kind is not AtomKind.FEATURE or atom.name in features)

    def _consequences(self, atom: Atom) -> Iterator[tuple[Atom, Cause]]:
        package = self._workspace.packages[atom.package]
        match atom.kind:
            case AtomKind.PACKAGE:
                for declaration in self._declarations(package):
                    if not declaration.optional:
                        yield from self._declared(package, declaration, atom)
            case AtomKind.DEPENDENCY:
                for declaration in self._declarations(package, atom.name):
                    if declaration.optional:
                        yield from self._declared(package, declaration, atom)
            case AtomKind.FEATURE:
                for value in package.features.get(atom.name, ()):
                    yield from self._value(package, atom.name, value)

    def _declarations(self, package: Package, key: str | None = None) -> Iterator[Dependency]:
        for declaration in package.dependencies:
            if declaration.kind in (None, DependencyKind.NORMAL) and key in (None, declaration.key):
                yield declaration

    def _target_of(self, package: Package, declaration: Dependency) -> Package | None:
        """Return what a declaration brings to the target side; only the closure knows whether its platform is active."""
        other = resolved_package(self._workspace, package, declaration)
        return other if other is not None and (package.id, other.id) in self._closure.edges else None

    def _declared(self, package: Package, declaration: Dependency, premise: Atom) -> Iterator[tuple[Atom, Cause]]:
        other = self._target_of(package, declaration)
        if other is None:
            return
        yield _package(other), Cause(premises=(premise,), owner=package.id, dependency=declaration)
        requested = (*declaration.features, *((DEFAULT,) if declaration.uses_default_features else ()))
        for feature in requested:
            yield _feature(other, feature), Cause(premises=(premise,), owner=package.id, dependency=declaration, requested=feature)

    def _value(self, package: Package, feature: str, value: str) -> Iterator[tuple[Atom, Cause]]:
        premise = _feature(package, feature)
        cause = Cause(premises=(premise,), owner=package.id, feature=feature, value=value)
        key, slash, requested = value.partition("/")
        if not slash:
            yield (_dependency(package, value[4:]) if value.startswith("dep:") else _feature(package, value)), cause
            return
        weak, key = key.endswith("?"), key.removesuffix("?")
        if not weak:
            yield _dependency(package, key), cause
            yield _feature(package, key), cause
        for declaration in self._declarations(package, key):
            other = self._target_of(package, declaration)
            if other is not None and weak and declaration.optional:
                yield from self._wait(package, _dependency(package, key), _feature(other, requested), cause)
            elif other is not None:
                yield _feature(other, requested), cause

    def _wait(self, package: Package, dependency: Atom, reached: Atom, cause: Cause) -> Iterator[tuple[Atom, Cause]]:
        """`x?/f` needs two premises, and holds from the later one on."""
        both = Cause(premises=(dependency, *cause.premises), owner=package.id, feature=cause.feature, value=cause.value)
        if dependency in self._causes:
            yield reached, both
        else:
            self._weak.setdefault(dependency, []).append((reached, both))


def _package(package: Package) -> Atom:
    return Atom(kind=AtomKind.PACKAGE, package=package.id)


def _feature(package: Package, name: str) -> Atom:
    return Atom(kind=AtomKind.FEATURE, package=package.id, name=name)


def _dependency(package: Package, key: str) -> Atom:
    return Atom(kind=AtomKind.DEPENDENCY, package=package.id, name=key)


def starts_of(derivation: Derivation, atom: Atom) -> frozenset[str]:
    """Return the selected features that the derivation of `atom` rests on: a selection that is enough to activate it."""
    seen: set[Atom] = set()
    stack = [atom]
    starts: set[str] = set()
    while stack:
        current = stack.pop()
        if current in seen:
            continue
        seen.add(current)
        cause = derivation[current]
        if cause is not None:
            stack.extend(cause.premises)
        elif current.kind is AtomKind.FEATURE:
            starts.add(current.name)
    return frozenset(starts)


def chain_to(derivation: Derivation, atom: Atom) -> tuple[tuple[Atom, Cause], ...]:
    """Return the steps from the selection to `atom`, first step first; where a step has two premises, the later one is followed."""
    chain: list[tuple[Atom, Cause]] = []
    current = atom
    while (cause := derivation[current]) is not None:
        chain.append((current, cause))
        current = cause.premises[0]
    return tuple(reversed(chain))

"""The packages of a workspace by number, and which one each dependency declaration means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from buildkit.cargo.metadata import Dependency, DependencyKind, Package, ResolvedDependency, Workspace
from buildkit.features.requirement import meets
from buildkit.records import dataclass

DEFAULT = "default"


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A declaration with the package that it means, by its number.

    `requested` are the features that it asks for, `default` among them where it keeps the default features and the package has any.
    """

    declaration: Dependency
    key: str
    kind: DependencyKind
    package: int
    requested: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Linked:
    """A package by its number, with its links in the manifest's order."""

    number: int
    package: Package
    links: tuple[Link, ...]
    has_library: bool
    is_proc_macro: bool
    has_build_script: bool


@dataclass(frozen=True, kw_only=True)
class Links:
    """All packages of a workspace. The last one stands for what cargo's metadata leaves out: a dependency without a library."""

    workspace: Workspace
    packages: tuple[Linked, ...]
    left_out: tuple[str, ...] = ()
    """Dependencies, as `package/key`, of which the metadata says nothing because they have no library; what they request in turn is not known."""

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the number of each package by its id."""
        return {linked.package.id: linked.number for linked in self.packages}

    @cached_property
    def named(self) -> Mapping[str, tuple[int, ...]]:
        """Return the numbers of the packages of each crate name, spelled with hyphens; a crate may be there in several versions."""
        found: dict[str, list[int]] = {}
        for linked in self.packages:
            found.setdefault(crate_name(linked.package.name), []).append(linked.number)
        return {name: tuple(numbers) for name, numbers in found.items()}

    @cached_property
    def members(self) -> tuple[int, ...]:
        """Return the numbers of the workspace's members."""
        return tuple(self.numbers[member.id] for member in self.workspace.members)


def crate_name(name: str) -> str:
    """Return a name with hyphens: cargo takes `-` and `_` for the same where it looks a crate up."""
    return name.replace("_", "-")


def link(workspace: Workspace) -> Links:
    """Link every declaration of a workspace."""
    packages = tuple(workspace.packages.values())
    linker = _Linker(workspace, packages)
    nobody = Linked(number=len(packages), package=_NOBODY, links=(), has_library=False, is_proc_macro=False, has_build_script=False)
    linked = tuple(linker.linked(number) for number in range(len(packages)))
    return Links(workspace=workspace, packages=(*linked, nobody), left_out=tuple(linker.left_out))


_NOBODY = Package(
    id="", name="", version="0.0.0", manifest_path=Path("Cargo.toml"), features={}, dependencies=(), targets=(), edition="2024"
)


class _Linker:
    def __init__(self, workspace: Workspace, packages: tuple[Package, ...]) -> None:
        self._workspace = workspace
        self._packages = packages
        self._numbers = {package.id: number for number, package in enumerate(packages)}
        self._members = {member.id for member in workspace.members}
        self.left_out: list[str] = []
        self._programs: dict[str, list[int]] = {}
        self._met: dict[tuple[str, str], bool] = {}
        for number, package in enumerate(packages):
            if not package.has_library:
                self._programs.setdefault(package.name, []).append(number)

    def linked(self, number: int) -> Linked:
        package = self._packages[number]
        return Linked(
            number=number,
            package=package,
            links=tuple(self._links(package)),
            has_library=package.has_library,
            is_proc_macro=package.is_proc_macro,
            has_build_script=package.has_build_script,
        )

    def _links(self, package: Package) -> Iterator[Link]:
        edges: dict[str, list[ResolvedDependency]] = {}
        for edge in self._workspace.edges.get(package.id, ()):
            edges.setdefault(self._workspace.packages[edge.pkg].name, []).append(edge)
        for declaration in package.dependencies:
            number = self._meant(declaration, edges.get(declaration.name, ()))
            if number is None and self._must_be_there(package, declaration):
                self.left_out.append(f"{package.name}/{declaration.key}")
            # A required dependency without a library is never compiled; an optional one may still be named by features.
            if number is None and declaration.optional:
                number = len(self._packages)
            if number is not None:
                yield self._link(declaration, number)

    def _must_be_there(self, package: Package, declaration: Dependency) -> bool:
        """Say whether the graph would have a dependency if it had a library: of members all, of others what is always built."""
        always = not declaration.optional and declaration.kind is not DependencyKind.DEVELOPMENT
        return always or package.id in self._members

    def _link(self, declaration: Dependency, number: int) -> Link:
        features = self._packages[number].features if number < len(self._packages) else {}
        keeps_default = declaration.uses_default_features and DEFAULT in features
        return Link(
            declaration=declaration,
            key=declaration.key,
            kind=declaration.kind or DependencyKind.NORMAL,
            package=number,
            requested=(*declaration.features, *((DEFAULT,) if keeps_default else ())),
        )

    def _meant(self, declaration: Dependency, edges: list[ResolvedDependency] | tuple[()]) -> int | None:
        """Tell versions of one crate apart by kind, platform, rename, requirement and path; `None` where the graph has none."""
        for edge in edges:
            if _is_used_as(edge, declaration) and self._fits(declaration, self._workspace.packages[edge.pkg]):
                return self._numbers[edge.pkg]
        # The graph has no edge to a package without a library, though a member is listed.
        for number in self._programs.get(declaration.name, ()):
            package = self._packages[number]
            if package.source == declaration.source and self._fits(declaration, package):
                return number
        return None

    def _fits(self, declaration: Dependency, package: Package) -> bool:
        if declaration.path is not None and package.source is None:
            return package.manifest_path.parent == declaration.path
        asked = (package.version, declaration.req)
        answer = self._met.get(asked)
        if answer is None:
            answer = self._met[asked] = meets(*asked)
        return answer


def _is_used_as(edge: ResolvedDependency, declaration: Dependency) -> bool:
    # A rename decides the name of the library; without one it is the library's own, which the package's name does not tell.
    if declaration.rename is not None and edge.name != declaration.rename.replace("-", "_"):
        return False
    return any(use.kind == declaration.kind and use.target == declaration.target for use in edge.dep_kinds)

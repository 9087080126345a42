"""What calls can reach at all, and where being activated is the same as being compiled."""

from __future__ import annotations

from buildkit.cargo.metadata import CargoTarget, DependencyKind
from buildkit.features.atoms import Side
from buildkit.features.declarations import Declarations
from buildkit.features.links import Link, Linked

Node = tuple[int, Side]
"""A package on a side of the feature resolver."""


def is_built(target: CargoTarget, *, tests: bool) -> bool:
    """Say whether a plain build, or a build of the tests, takes a cargo target in."""
    return target.test if tests else target.is_library or "bin" in target.kind


class Reach:
    """The packages and sides that any selection of the roots can activate.

    A node is loose when cargo may activate it without compiling it: features of such a node count, and yet it is not built. For all
    others one fact says both. With several targets, or one set of features for both sides, every node is loose.
    """

    def __init__(self, declarations: Declarations) -> None:
        """Walk from the roots over every declaration, optional ones included."""
        self._declarations = declarations
        self._is_uniform = declarations.splits_sides and len(declarations.target_places) == 1
        self.nodes: dict[Node, None] = {}
        self._loose: set[Node] = set()
        self._waiting: list[Node] = []
        for root in sorted(declarations.roots):
            self._start(declarations.packages[root])
        while self._waiting:
            self._follow(self._waiting.pop())

    def is_tight(self, package: int, side: Side) -> bool:
        """Say whether activating a package on a side always compiles it there."""
        return self._is_uniform and (package, side) not in self._loose

    def compiles(self, dependent: Linked, link: Link) -> bool:
        """Say whether an active declaration of a compiled package has its package compiled."""
        if link.kind is DependencyKind.DEVELOPMENT or not self._declarations.packages[link.package].has_library:
            return False
        return link.kind is not DependencyKind.BUILD or dependent.has_build_script

    def _start(self, root: Linked) -> None:
        *others, compiled = self._declarations.root_sides(root)
        for side in others:
            self._visit((root.number, side), loose=True)
        self._visit((root.number, compiled), loose=not self._is_surely_built(root))

    def _follow(self, node: Node) -> None:
        dependent = self._declarations.packages[node[0]]
        is_loose = not self.is_tight(*node)
        for link, side in self._declarations.seen_from(*node):
            self._visit((link.package, side), loose=is_loose or not self.compiles(dependent, link))

    def _visit(self, node: Node, *, loose: bool) -> None:
        is_news = node not in self.nodes or (loose and node not in self._loose)
        self.nodes[node] = None
        if loose:
            self._loose.add(node)
        if is_news:
            self._waiting.append(node)

    def _is_surely_built(self, root: Linked) -> bool:
        tests = self._declarations.setting.tests
        built = (target for target in root.package.targets if is_built(target, tests=tests))
        return any(target.is_library or not target.required_features for target in built)

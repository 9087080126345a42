"""Strategies for small workspaces of path packages that use every way in which Cargo's features can be wired."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from oracle import OracleCell

PLATFORMS = (
    "cfg(unix)",
    'cfg(target_family = "wasm")',
    'cfg(not(target_arch = "wasm32"))',
    'cfg(any(windows, target_env = "p2"))',
    "wasm32-unknown-unknown",
)
TARGETS = ("x86_64-unknown-linux-gnu", "wasm32-unknown-unknown", "x86_64-pc-windows-msvc", "wasm32-wasip2")
KINDS = ("dependencies", "dependencies", "build-dependencies", "dev-dependencies")


@dataclass(frozen=True, kw_only=True)
class Made:
    """A workspace below `ws/` with packages beside it, and calls of it."""

    files: Mapping[str, str]
    cells: tuple[OracleCell, ...]


@dataclass(kw_only=True)
class MadePackage:
    """A package while it is made; `folder` is relative to the root of everything."""

    name: str
    version: str
    folder: str
    features: list[str]
    is_member: bool
    is_macro: bool
    has_script: bool
    tables: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[str, tuple[MadePackage, set[bool]]] = field(default_factory=dict)
    values: dict[str, list[str]] = field(default_factory=dict)
    links: bool = False


def chance(draw: DrawFn, percent: int) -> bool:
    """Draw whether something is so."""
    return draw(st.integers(0, 99)) < percent


@st.composite
def workspaces(draw: DrawFn) -> Made:
    """Draw a workspace and some calls."""
    members = draw(st.integers(1, 3))
    packages = draw_packages(draw, members, twins=chance(draw, 50))
    return wired(draw, packages, draw(st.sampled_from(("1", "2", "2", "3"))))


@st.composite
def crowded_workspaces(draw: DrawFn) -> Made:
    """Draw a workspace in which many selections of few packages want different things of the same crates."""
    packages = draw_packages(draw, draw(st.integers(2, 3)), twins=True)
    for package in packages:
        package.features = ["default"] * chance(draw, 50) + [f"f{number}" for number in range(draw(st.integers(1, 4)))]
        package.has_script = chance(draw, 50)
        package.links = package.has_script and chance(draw, 50)
    return wired(draw, packages, draw(st.sampled_from(("2", "3"))))


def draw_packages(draw: DrawFn, members: int, *, twins: bool) -> list[MadePackage]:
    """Draw packages without dependencies, the members first; twins are two versions of one package."""
    packages = [made_package(draw, f"m{number}", f"ws/m{number}", is_member=True) for number in range(members)]
    packages += [made_package(draw, f"e{number}", f"e{number}", is_member=False) for number in range(draw(st.integers(2, 5)))]
    if twins:
        packages += [made_package(draw, "twin", f"twin{number}", is_member=False, version=f"{number}.1.0") for number in (1, 2)]
    return packages


def wired(draw: DrawFn, packages: list[MadePackage], resolver: str) -> Made:
    """Draw what the packages want of one another, and calls."""
    members = [package for package in packages if package.is_member]
    inherited = [package for package in packages if not package.is_member and package.name != "twin" and chance(draw, 50)]
    for number, package in enumerate(packages):
        wire(draw, package, packages[number + 1 :], inherited)
        wire_development(draw, package, members)
        draw_values(draw, package)
    shared = "".join(f"{package.name} = {{ {', '.join(requested(draw, package, f'../{package.folder}'))} }}\n" for package in inherited)
    names = json.dumps([package.name for package in members])
    root = f'[workspace]\nresolver = "{resolver}"\nmembers = {names}\n[workspace.dependencies]\n{shared}'
    files = {"ws/Cargo.toml": root, **{f"{package.folder}/Cargo.toml": manifest(package) for package in packages}}
    return Made(files=files, cells=tuple(draw_cell(draw, members) for _ in range(2)))


def made_package(draw: DrawFn, name: str, folder: str, *, is_member: bool, version: str = "1.0.0") -> MadePackage:
    """Draw a package without dependencies."""
    features = ["default"] * chance(draw, 50) + [f"f{number}" for number in range(draw(st.integers(0, 3)))]
    return MadePackage(
        name=name,
        version=version,
        folder=folder,
        features=features,
        is_member=is_member,
        is_macro=chance(draw, 15),
        has_script=chance(draw, 30),
    )


def wire(draw: DrawFn, package: MadePackage, later: list[MadePackage], inherited: list[MadePackage]) -> None:
    """Draw dependencies on later packages, so that there is no cycle."""
    for other in later:
        kind = draw(st.sampled_from(KINDS))
        if not chance(draw, 55) or (kind == "dev-dependencies" and not package.is_member):
            continue
        takes_over = package.is_member and other in inherited and chance(draw, 60)
        key = other.name if takes_over or (other.name != "twin" and chance(draw, 80)) else f"r_{other.folder.replace('/', '_')}"
        for platform in draw(st.lists(st.sampled_from((None, None, *PLATFORMS)), min_size=1, max_size=2, unique=True)):
            optional = kind != "dev-dependencies" and chance(draw, 55)
            parts = ["workspace = true"] if takes_over else requested(draw, other, relative(package, other))
            parts += ['package = "' + other.name + '"'] if key != other.name else []
            parts += ["optional = true"] if optional else []
            table = kind if platform is None else f"target.'{platform}'.{kind}"
            package.tables.setdefault(table, []).append(f"{key} = {{ {', '.join(parts)} }}")
            package.keys.setdefault(key, (other, set()))[1].add(optional)


def wire_development(draw: DrawFn, package: MadePackage, members: list[MadePackage]) -> None:
    """Draw dev-dependencies among the members, which may close a cycle."""
    for other in members if package.is_member else ():
        if other is not package and other.name not in package.keys and chance(draw, 20):
            line = f"{other.name} = {{ {', '.join(requested(draw, other, relative(package, other)))} }}"
            package.tables.setdefault("dev-dependencies", []).append(line)
            package.keys[other.name] = (other, {False})


def requested(draw: DrawFn, other: MadePackage, path: str) -> list[str]:
    """Draw what a declaration asks for."""
    wanted = [feature for feature in other.features if feature != "default" and chance(draw, 30)]
    parts = [f'path = "{path}"']
    parts += [f'version = "{other.version}"'] if other.name == "twin" else []
    parts += ["default-features = false"] if chance(draw, 40) else []
    return [*parts, *([f"features = {json.dumps(wanted)}"] if wanted else [])]


def relative(package: MadePackage, other: MadePackage) -> str:
    """Return the path from one package to another."""
    return "../" * (package.folder.count("/") + 1) + other.folder


def draw_values(draw: DrawFn, package: MadePackage) -> None:
    """Draw what the features of a package name; an optional dependency may hide its implicit feature, or have an explicit one."""
    optional = [key for key, (_, kinds) in package.keys.items() if True in kinds]
    hidden = [key for key in optional if chance(draw, 45)]
    explicit = [key for key in hidden if chance(draw, 30)]
    for place, feature in enumerate(package.features):
        package.values[feature] = [
            value
            for _ in range(draw(st.integers(0, 3)))
            if (value := draw_value(draw, package, package.features[place + 1 :], hidden)) is not None
        ]
    for key in explicit:
        package.values[key] = []
    for key in hidden:
        package.values.setdefault(draw(st.sampled_from([*package.features, "on"])), []).append(f"dep:{key}")


def draw_value(draw: DrawFn, package: MadePackage, later: list[str], hidden: list[str]) -> str | None:
    """Draw one value of a feature, `None` where the kind that was drawn is not possible."""
    match draw(st.integers(0, 3)):
        case 0 if later:
            return draw(st.sampled_from(later))
        case 1 if hidden:
            return "dep:" + draw(st.sampled_from(hidden))
        case 2 | 3 if package.keys:
            key = draw(st.sampled_from(list(package.keys)))
            other, kinds = package.keys[key]
            if other.features:
                weak = "?" if kinds == {True} and chance(draw, 50) else ""
                return f"{key}{weak}/{draw(st.sampled_from(other.features))}"
    return None


def manifest(package: MadePackage) -> str:
    """Write a package's manifest."""
    head = f'[package]\nname = "{package.name}"\nversion = "{package.version}"\nedition = "2021"\n'
    head += 'build = "build.rs"\n' if package.has_script else "build = false\n"
    head += f'links = "{package.folder.replace("/", "_")}"\n' if package.links else ""
    head += "[lib]\nproc-macro = true\n" if package.is_macro else ""
    tables = "".join(f"[{table}]\n{chr(10).join(lines)}\n" for table, lines in package.tables.items())
    values = "".join(f"{feature} = {json.dumps(sorted(set(values)))}\n" for feature, values in package.values.items())
    return f"{head}{tables}[features]\n{values}"


def draw_cell(draw: DrawFn, members: list[MadePackage]) -> OracleCell:
    """Draw a call."""
    selected = draw(st.lists(st.sampled_from(members), min_size=1, max_size=len(members), unique_by=lambda member: member.name))
    picked = [(member, feature) for member in selected for feature in member.values if chance(draw, 40)]
    features = [f"{member.name}/{feature}" if len(selected) > 1 else feature for member, feature in picked]
    return OracleCell(
        packages=tuple(member.name for member in selected),
        targets=tuple(draw(st.lists(st.sampled_from(TARGETS), min_size=1, max_size=2, unique=True))),
        features=tuple(features),
        default=chance(draw, 40),
        tests=chance(draw, 25),
    )

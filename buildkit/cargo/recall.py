"""The workspace as cargo described it before, for as long as cargo would describe it the same way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from buildkit.cargo.decoding import decode_path
from buildkit.cargo.inputs import LOCK, Reading, UnforeseeableError, package_readings, workspace_readings
from buildkit.cargo.metadata import (
    CargoTarget,
    Dependency,
    DependencyUse,
    Document,
    MetadataRequest,
    Node,
    Package,
    Resolve,
    ResolvedDependency,
    Workspace,
    ask_metadata,
    read_workspace,
    workspace_of,
)
from buildkit.cargo.resolver import ResolverVersion
from buildkit.process import Runner, patched
from buildkit.remembered.inputs import Input, InputKind, look, look_again
from buildkit.remembered.runner import Remembered
from buildkit.remembered.shelf import Page

PARTS: Final = (Document, Package, Dependency, CargoTarget, Resolve, Node, ResolvedDependency, DependencyUse)
"""What a kept answer consists of; an answer of other parts is not read."""


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of cargo's answer."""

    resolver: ResolverVersion
    document: Document


def recall_workspace(request: MetadataRequest, *, processes: Runner, remembered: Remembered | None) -> Workspace:
    """Return the workspace from memory where nothing has changed that cargo reads, else as cargo describes it now; see `read_workspace`."""
    key = None if remembered is None else _key(request, remembered)
    if remembered is None or key is None:
        return read_workspace(request, processes=processes)
    page = remembered.shelf.find(key)
    if page is not None:
        now = _still(page.inputs)
        workspace = None if now is None else _unpacked(page.answer)
        if now is not None and workspace is not None:
            if any(one is not other for one, other in zip(now, page.inputs, strict=True)):
                remembered.shelf.keep(key, Page(now, page.answer))
            return workspace
    return _ask(request, key, processes=processes, remembered=remembered)


def _ask(request: MetadataRequest, key: str, *, processes: Runner, remembered: Remembered) -> Workspace:
    """Ask cargo, and keep the answer if all that it read was the same before and after."""
    before = _foreseen(request)
    workspace = read_workspace(request, processes=processes)
    after = _foreseen(request)
    if before is None or after is None or _values(before) != _values(after):
        return workspace
    fetched = _fetched(request, workspace, after)
    if fetched is not None:
        remembered.shelf.keep(key, Page((*after, *fetched), _packed(workspace)))
    return workspace


def _key(request: MetadataRequest, remembered: Remembered) -> str | None:
    rustc = request.env.get("RUSTC")
    key = remembered.key(ask_metadata(request), request.cargo, *(() if rustc is None else (Path(rustc),)))
    return None if key is None else "\0".join((key, *(repr(part.__annotations__) for part in PARTS)))


def _foreseen(request: MetadataRequest) -> tuple[Input, ...] | None:
    try:
        return _looked(workspace_readings(request.directory.resolve(), patched(request.env)))
    except (UnforeseeableError, OSError):
        return None


def _fetched(request: MetadataRequest, workspace: Workspace, foreseen: Iterable[Input]) -> tuple[Input, ...] | None:
    """Look at the packages from elsewhere; `None` where cargo took a local package or a lock file that was not foreseen."""
    files = {seen.path for seen in foreseen if seen.kind is InputKind.FILE}
    local = (package.manifest_path for package in workspace.packages.values() if package.source is None)
    if not {str(file) for file in (workspace.root / LOCK, *local)} <= files:
        return None
    environment = patched(request.env)
    manifests = (package.manifest_path for package in workspace.packages.values() if package.source is not None)
    try:
        return _looked(reading for manifest in manifests for reading in package_readings(manifest, environment))
    except OSError:
        return None


def _looked(readings: Iterable[Reading]) -> tuple[Input, ...]:
    return tuple(look(kind, path) for kind, path in readings)


def _values(inputs: Iterable[Input]) -> tuple[tuple[str, str, str], ...]:
    return tuple((seen.kind, seen.path, seen.value) for seen in inputs)


def _still(inputs: Iterable[Input]) -> tuple[Input, ...] | None:
    """Return the inputs as they are now, `None` as soon as one differs."""
    found: list[Input] = []
    for seen in inputs:
        now = look_again(seen)
        if now is None:
            return None
        found.append(now)
    return tuple(found)


def _packed(workspace: Workspace) -> bytes:
    document = Document(
        packages=tuple(workspace.packages.values()),
        workspace_members=tuple(member.id for member in workspace.members),
        resolve=Resolve(nodes=tuple(Node(id=identity, deps=deps) for identity, deps in workspace.edges.items())),
        target_directory=workspace.target_directory,
        workspace_root=workspace.root,
        version=1,
    )
    return msgspec.msgpack.encode(Kept(workspace.resolver, document), enc_hook=_text)


def _unpacked(answer: bytes) -> Workspace | None:
    try:
        kept = msgspec.msgpack.decode(answer, type=Kept, dec_hook=decode_path)
    except msgspec.DecodeError:
        return None
    return msgspec.structs.replace(workspace_of(kept.document), resolver=kept.resolver)


def _text(value: Any) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{value!r} is not kept")

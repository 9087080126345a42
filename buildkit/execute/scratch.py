"""The folder of the scratch workspace: written anew for each batch, and held by one process at a time."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

from buildkit.cargo.calls import OUTPUT_FOLDER
from buildkit.cargo.metadata import Workspace
from buildkit.cargo.skipping import LINTING, SCRIPT
from buildkit.cargo.wrappers import LIBRARY, PREFIX, Wrapper, root_manifest
from buildkit.execute.input_walk import CACHE_TAG
from buildkit.later import Later

if TYPE_CHECKING:
    import filelock
else:
    filelock = Later("filelock")

SCRATCH_FOLDER: Final = "batches"
"""The folder of scratch workspaces, below that of all output."""

LANE: Final = "output"
"""The folder in a scratch workspace by way of which its cargo compiles."""

TAG: Final = """\
Signature: 8a477f597d28d172789f06886806bc55
# This folder holds what buildkit has compiled, and can be removed. See https://bford.info/cachedir/
"""
"""What marks a folder that can be made again ("Cache Directory Tagging Specification")."""

SKIPPING: Final = "rustc-but-for-wrappers"
LINTING_NAME: Final = "clippy-driver-for-members"


@contextmanager
def scratch_folder(workspace: Workspace) -> Iterator[Path]:
    """Give a folder that no other process uses; the first free one, so that cargo finds there what it compiled before."""
    output = workspace.target_directory / OUTPUT_FOLDER
    parent = output / SCRATCH_FOLDER
    parent.mkdir(parents=True, exist_ok=True)
    if not (output / CACHE_TAG).exists():
        # cargo leaves it in a folder that it makes itself, so that backups leave that out.
        (output / CACHE_TAG).write_text(TAG, encoding="utf-8")
    for number in count():
        lock = filelock.FileLock(parent / f"{number}.lock")
        try:
            lock.acquire(blocking=False)
        except filelock.Timeout:
            continue
        try:
            yield parent / str(number)
        finally:
            lock.release()
        return


def write_scratch(folder: Path, workspace: Workspace, wrappers: Sequence[Wrapper]) -> Path:
    """Write the scratch workspace of a batch, and return its manifest. Raises `OSError` and `ValueError` where files cannot be read."""
    values = tomllib.loads((workspace.root / "Cargo.toml").read_text(encoding="utf-8"))
    for wrapper in wrappers:
        place = folder / wrapper.name
        place.mkdir(parents=True, exist_ok=True)
        _write(place / "Cargo.toml", wrapper.manifest)
    _write(folder / "lib.rs", LIBRARY)
    lock = workspace.root / "Cargo.lock"
    (folder / "Cargo.lock").write_bytes(lock.read_bytes())
    manifest = folder / "Cargo.toml"
    _write(manifest, root_manifest(workspace, values, wrappers))
    return manifest


def write_skipping(folder: Path) -> Path:
    """Write the program that stands in for rustc where a scratch workspace is compiled, beside all of them; raises `OSError`."""
    return _write_program(folder, SKIPPING, SCRIPT)


def write_linting(folder: Path) -> Path:
    """Write the program that stands in for rustc where a scratch workspace is linted, beside all of them; raises `OSError`."""
    return _write_program(folder, LINTING_NAME, LINTING)


def _write_program(folder: Path, name: str, text: str) -> Path:
    program = folder.parent / name
    with suppress(OSError):
        if program.read_text(encoding="utf-8") == text:
            return program
    # Another process may be about to start it.
    making = folder / name
    making.write_text(text, encoding="utf-8")
    making.chmod(0o755)
    return making.replace(program)


def keeps_versions(folder: Path, workspace: Workspace) -> bool:
    """Say whether cargo took every version from the real lock file, now that it has written its own."""
    own, real = (_locked((place / "Cargo.lock").read_text(encoding="utf-8")) for place in (folder, workspace.root))
    return {package for package in own if not package[0].startswith(PREFIX)} <= real


@lru_cache(maxsize=2)
def _locked(text: str) -> frozenset[tuple[str, str, str]]:
    """Return the packages of a lock file: name, version and source. The real one is the same for every call of a run."""
    packages = tomllib.loads(text).get("package", ())
    return frozenset((package["name"], package["version"], package.get("source", "")) for package in packages)


def _write(file: Path, text: str) -> None:
    """Write a file unless it says so already: cargo looks at times."""
    try:
        if file.read_text(encoding="utf-8") == text:
            return
    except OSError:
        pass
    file.write_text(text, encoding="utf-8")

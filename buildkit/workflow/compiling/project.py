"""A scenario as a cargo project of its own, which needs nothing but cargo and the workspace of the library."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final

import tomli_w

from buildkit.records import dataclass
from buildkit.toolchain.flags import without_sysroot
from buildkit.toolchain.model import Supply
from buildkit.workflow.code.source import LIBRARY
from buildkit.workflow.compiling.call import Compiler
from buildkit.workflow.compiling.forms import EDITION, FLAGS, Form, form_of, profile_of

MARK: Final = "# Written by `buildkit compile --emit-source`, which may write it again.\n"
"""The first line of the manifest: by it a folder is known that buildkit wrote."""

MANIFEST: Final = "Cargo.toml"
PREFIX: Final = "scenario-"
"""What the name of every project begins with, so that it is no keyword and no crate of the library's."""

USED_AS: Final = LIBRARY.replace("_", "-")
"""The name by which the source uses the library, whatever its package is called."""

NO_PATCHES: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, kw_only=True)
class LibraryPackage:
    """The package that programs are linked with: its folder, its features, and the `[patch]` tables of its workspace at `root`."""

    name: str
    folder: Path
    root: Path
    features: tuple[str, ...]
    patches: Mapping[str, Any] = field(default_factory=lambda: NO_PATCHES)


@dataclass(frozen=True, kw_only=True)
class Project:
    """What a project is made from; `folder` is where it will be."""

    stem: str
    text: str
    compiler: Compiler
    library: LibraryPackage
    folder: Path

    @property
    def supply(self) -> Supply:
        """Return what the target is compiled with."""
        return self.compiler.supply

    @property
    def name(self) -> str:
        """Return the name of the package, which is that of the program as well."""
        return PREFIX + (re.sub(r"[^a-z0-9]+", "-", self.stem.lower()).strip("-") or "unnamed")

    @property
    def form(self) -> Form:
        """Return what kind of crate it is."""
        return form_of(self.supply.target)

    def files(self) -> Mapping[str, str]:
        """Return the text of each file by its path, all but the lock file, which cargo writes."""
        configuration = self._configuration()
        return {
            MANIFEST: MARK + tomli_w.dumps(self._manifest()),
            f"src/{self.form.source}": self.text,
            "README.md": self._readme(),
            ".gitignore": "/target\n",
            **({".cargo/config.toml": tomli_w.dumps(configuration)} if configuration else {}),
        }

    def _manifest(self) -> dict[str, Any]:
        crate_type = self.form.crate_type
        library = self.library
        named = {} if library.name == USED_AS else {"package": library.name}
        dependency = {**named, "path": self._path(library.folder), "default-features": False, "features": list(library.features)}
        return {
            "package": {"name": self.name, "version": "0.1.0", "edition": EDITION, "publish": False},
            **({} if crate_type == "bin" else {"lib": {"crate-type": [crate_type]}}),
            "dependencies": {USED_AS: dependency},
            "profile": {"release": self._profile()},
            **({"patch": self._patches()} if library.patches else {}),
            # A folder within another workspace would be taken for a member of it.
            "workspace": {},
        }

    def _profile(self) -> dict[str, str | bool | int]:
        """Return the settings of `buildkit compile`, with the link-time optimisation that it has no time for."""
        target = self.supply.target
        profile = {**profile_of(target, self.supply.triple), "lto": "fat", **target.cargo_profile}
        return {key: profile[key] for key in FLAGS if key in profile}

    def _patches(self) -> dict[str, Any]:
        return {
            source: {name: self._moved(entry) if isinstance(entry, dict) else entry for name, entry in table.items()}
            for source, table in self.library.patches.items()
        }

    def _moved(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        return {key: self._path(self.library.root / value) if key == "path" else value for key, value in entry.items()}

    def _configuration(self) -> dict[str, Any]:
        """Return what cargo must know to build for the target unasked; for this machine's own, and without flags, nothing."""
        triple, flags = self.compiler.named_target, without_sysroot(self.compiler.flags)
        build = {} if triple == self.supply.toolchain.host else {"build": {"target": triple}}
        return {**build, **({"target": {self.supply.triple: {"rustflags": list(flags)}}} if flags else {})}

    def _readme(self) -> str:
        target = self.supply.target.name
        return (
            f"# {self.name}\n\n"
            "A scenario as a program, written by `buildkit compile --emit-source`. `cargo build --release --locked` builds it; where cargo has no\n"
            f'standard library for {self.supply.triple}, `eval "$(buildkit toolchain env -C {self._path(self.library.root)} {target})"` before gives it one.\n'
        )

    def _path(self, path: Path) -> str:
        """Return a path as the project spells it: from its own folder where that lies in the library's workspace, so that both may move."""
        near = self.folder.is_relative_to(self.library.root)
        return Path(os.path.relpath(path, self.folder)).as_posix() if near else path.as_posix()

"""What cargo and rustc wrote down of what they read; each file is parsed once for as long as it does not change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from typing import TypeVar

from buildkit.cargo.build_script import Watched, parse_output
from buildkit.cargo.dep_info import DepInfo, parse_dep_info
from buildkit.records import dataclass

Parsed = TypeVar("Parsed")
Known = dict[Path, tuple[int, Parsed]]


@dataclass(kw_only=True)
class ReadFiles:
    """Parses on demand. What cannot be read, or is written meanwhile, gives `None`.

    `fixed` are the compilations of fetched packages, by what they made. `newest` is when the newest file of all that were asked for was
    written, in nanoseconds since the epoch.
    """

    fixed: dict[tuple[Path, ...], DepInfo] = field(default_factory=dict)
    newest: int = 0
    _dep_infos: Known[DepInfo] = field(default_factory=dict)
    _outputs: Known[Watched] = field(default_factory=dict)

    def dep_info(self, path: Path) -> DepInfo | None:
        """Return what a compilation read."""
        return self._parsed(path, parse_dep_info, self._dep_infos)

    def output(self, path: Path) -> Watched | None:
        """Return what a build script told cargo to watch."""
        return self._parsed(path, parse_output, self._outputs)

    def _parsed(self, path: Path, parse: Callable[[str], Parsed], known: Known[Parsed]) -> Parsed | None:
        try:
            changed = path.stat().st_mtime_ns
            found = known.get(path)
            if found is None or found[0] != changed:
                text = path.read_text(encoding="utf-8", errors="surrogateescape")
                if path.stat().st_mtime_ns != changed:
                    return None
                found = known[path] = (changed, parse(text))
        except OSError:
            return None
        self.newest = max(self.newest, changed)
        return found[1]

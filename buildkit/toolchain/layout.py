"""Where things lie in the store."""

from __future__ import annotations

from typing import Final

STORED_TOOLCHAINS: Final = "toolchains"
"""Compilers that were unpacked privately, one folder each with its programs in `bin/`."""

STORED_SYSROOTS: Final = "sysroots"
"""Standard libraries that were built from source."""

STORED_PACKAGES: Final = "packages"
"""Other distribution packages that were unpacked privately: start files, C libraries, C compilers."""

STORED_LIBRARIES: Final = "libraries"
"""Prebuilt libraries of crates, which scenarios are compiled against."""

KINDS: Final = (STORED_TOOLCHAINS, STORED_SYSROOTS, STORED_PACKAGES, STORED_LIBRARIES)

STORED_ANSWERS: Final = "answers"
"""What compilers and cargo have answered, one file each."""

LOCKS: Final = "locks"
"""One lock file for each entry that was ever built; they are never removed, for a removed lock protects nobody."""

WORK: Final = "work"
"""Entries in the making, one folder each; whoever holds the entry's lock may remove what an earlier builder left there."""

LISTS: Final = "apt"
"""Package lists, which are fetched anew when they are old."""

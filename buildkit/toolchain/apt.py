"""Debian's package tools with a state of their own: they see the machine's sources and keys, and change nothing on the machine."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from buildkit.errors import ToolchainError
from buildkit.events import Emit, Notice
from buildkit.later import Later
from buildkit.process import Command, Completed, OnLine, Runner
from buildkit.records import dataclass
from buildkit.toolchain.layout import LISTS, LOCKS

if TYPE_CHECKING:
    import filelock
else:
    filelock = Later("filelock")

FRESH_SECONDS: Final = 3600.0
"""How long downloaded package lists are good for."""

STATUS: Final = Path("/var/lib/dpkg/status")
"""What is installed on this machine."""

KEYRING: Final = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Where Debian keeps the keys of its archive; without the file apt's own trusted keys count."""

NEWER_SUITES: Final = ("testing", "unstable")
"""Suites of the same archive that may have what the machine's own release is too old for."""

_CONFIGURATION: Final = """\
Dir::State "{folder}/state";
Dir::State::status "{status}";
Dir::Cache "{folder}/cache";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Debug::NoLocking "true";
"""

_OTHER_SOURCES: Final = """\
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
"""

_URI_LINE: Final = re.compile(r"^'[^']+' (?P<file>\S+) (?P<size>\d+)(?: \S*)?$", re.MULTILINE)
_EXPIRED: Final = re.compile(r"Release file .* is expired")


@dataclass(frozen=True, kw_only=True)
class Archive:
    """A package file that would be fetched; `file` is `name_version_architecture.deb`, `size` is in bytes."""

    file: str
    size: int

    @property
    def package(self) -> str:
        """Return the package's name."""
        return self.file.partition("_")[0]

    @property
    def version(self) -> str:
        """Return the package's version."""
        return unquote(self.file.split("_")[1])


@dataclass(frozen=True, kw_only=True)
class Apt:
    """The package tools for one set of sources. `suite` is `None` for the machine's own."""

    store: Path
    processes: Runner
    emit: Emit
    suite: str | None = None
    checks_expiry: bool = True

    @property
    def folder(self) -> Path:
        """Return where the lists are kept."""
        return self.store / LISTS / (self.suite or "own")

    def refreshed(self, *, at_once: bool = False) -> Apt:
        """Return the tools with lists that are fresh; `at_once` fetches them whatever their age.

        An archive that is a frozen copy has an expired Release file; it is taken with a notice, its signature is checked all the same.
        Raises `ToolchainError` where no list can be had.
        """
        (self.store / LOCKS).mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(self.store / LOCKS / f"apt-{self.suite or 'own'}.lock"):
            stamp = self.folder / "stamp"
            if not at_once and stamp.exists() and time.time() - stamp.stat().st_mtime < FRESH_SECONDS:
                return replace(self, checks_expiry=stamp.read_text(encoding="utf-8") != "expired")
            apt = self.updated()
            stamp.write_text("" if apt.checks_expiry else "expired", encoding="utf-8")
            return apt

    def candidates(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the version that would be installed, for each of the names that has one."""
        done = self._run(("apt-cache", "policy", *sorted(names)))
        found, package = {}, ""
        for line in done.stdout.splitlines():
            if line and not line[0].isspace():
                package = line.rstrip(":")
            elif line.strip().startswith("Candidate:") and "(none)" not in line:
                found[package] = line.partition(":")[2].strip()
        return found

    def names(self, prefix: str) -> tuple[str, ...]:
        """Return the packages whose name begins so."""
        return tuple(sorted(set(self._run(("apt-cache", "pkgnames", prefix)).stdout.split())))

    def dependencies(self, package: str) -> str:
        """Return the text of the newest version's `Depends`, empty where there is none."""
        done = self._run(("apt-cache", "show", "--no-all-versions", package))
        return next((line.partition(":")[2].strip() for line in done.stdout.splitlines() if line.startswith("Depends:")), "")

    def archives(self, packages: Iterable[str], *, alone: Iterable[str] = ()) -> tuple[Archive, ...]:
        """Return what would be fetched for packages with everything that they need and the machine lacks, and for others `alone`.

        Raises `ToolchainError` where the packages cannot be had.
        """
        wanted, single = tuple(packages), tuple(alone)
        texts = [self._checked(("apt-get", "-qq", "--print-uris", "--yes", "install", *wanted)).stdout] if wanted else []
        texts += [self._checked(("apt-get", "-qq", "--print-uris", "download", *single)).stdout] if single else []
        found = {
            match["file"]: Archive(file=match["file"], size=int(match["size"])) for text in texts for match in _URI_LINE.finditer(text)
        }
        return tuple(found[file] for file in sorted(found))

    def fetch(self, archives: Iterable[Archive], folder: Path, *, on_line: OnLine | None = None) -> tuple[Path, ...]:
        """Fetch package files into a folder, checked against the signed lists; raises `ToolchainError`."""
        folder.mkdir(parents=True, exist_ok=True)
        named = tuple(f"{archive.package}={archive.version}" for archive in archives)
        done = self._run(("apt-get", "-q", "download", *named), cwd=folder, on_line=on_line)
        if not done.succeeded:
            raise _apt_error(f"{len(named)} packages could not be fetched", done)
        return tuple(sorted(folder.glob("*.deb")))

    def archive(self) -> str:
        """Return the address of the archive that the machine takes its release from; raises `ToolchainError` where it is not Debian's."""
        done = self._run(("apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)", "Created-By: Packages"))
        found = (line.split("|", 3) for line in done.stdout.splitlines() if line.count("|") >= 3)
        uri = next((uri for origin, label, component, uri in found if (origin, label, component) == ("Debian", "Debian", "main")), None)
        if uri is None:
            raise ToolchainError("this machine's package sources name no Debian archive", hint="buildkit doctor")
        return uri

    def updated(self) -> Apt:
        """Return the tools with lists that were fetched now; raises `ToolchainError`."""
        for part in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        self._configure()
        done = self._run(("apt-get", "-q", "update"))
        if self.checks_expiry and _EXPIRED.search(done.stderr):
            self.emit(Notice(message="the package archive is a frozen copy: its date is not checked, its signature is"))
            return replace(self, checks_expiry=False).updated()
        if not done.succeeded or not self._has_lists():
            raise _apt_error("no package list could be fetched", done)
        return self

    def _configure(self) -> None:
        text = _CONFIGURATION.format(folder=self.folder, status=STATUS)
        if self.suite is not None:
            signed = f"[signed-by={KEYRING}] " if KEYRING.exists() else ""
            uri = replace(self, suite=None, checks_expiry=True).refreshed().archive()
            (self.folder / "sources.list").write_text(f"deb {signed}{uri} {self.suite} main\n", encoding="utf-8")
            text += _OTHER_SOURCES.format(folder=self.folder)
        if not self.checks_expiry:
            text += 'Acquire::Check-Valid-Until "false";\n'
        (self.folder / "apt.conf").write_text(text, encoding="utf-8")

    def _has_lists(self) -> bool:
        return any("_Packages" in path.name for path in (self.folder / "state" / "lists").iterdir())

    def _checked(self, argv: tuple[str, ...]) -> Completed:
        done = self._run(argv)
        if not done.succeeded:
            raise _apt_error(f"the packages {', '.join(word for word in argv[4:] if not word.startswith('-'))} cannot be had", done)
        return done

    def _run(self, argv: tuple[str, ...], *, cwd: Path | None = None, on_line: OnLine | None = None) -> Completed:
        environment = {"APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
        return self.processes.run(Command(argv=argv, cwd=cwd or self.folder, env=environment), on_stdout=on_line)


def is_available(environment: Mapping[str, str]) -> bool:
    """Say whether this machine has Debian's package tools."""
    folders = [Path(folder) for folder in environment.get("PATH", "").split(":") if folder]
    return STATUS.exists() and all(any((folder / tool).exists() for folder in folders) for tool in ("apt-get", "apt-cache", "dpkg-deb"))


def _apt_error(what: str, done: Completed) -> ToolchainError:
    lines = [line.partition(":")[2].strip() for line in done.stderr.splitlines() if line.startswith(("E:", "Err:", "W: Failed"))]
    said = done.stderr.lower()
    if "no space left" in said:
        return ToolchainError(f"{what}: the disk is full", hint="df -h")
    if any(
        words in said
        for words in ("could not resolve", "could not connect", "temporary failure", "connection refused", "network is unreachable")
    ):
        return ToolchainError(f"{what}: there is no network", hint="buildkit toolchain ensure, where there is one")
    return ToolchainError(f"{what}: {lines[0] if lines else done.ending}", hint="buildkit doctor")

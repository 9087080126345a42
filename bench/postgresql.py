"""A PostgreSQL server of its own, from Debian's package, durable as it comes."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGE = "postgresql"
FOLDERS = "/usr/lib/postgresql"
INSTALLING_SECONDS = 600
STARTING_SECONDS = 60


class NoPostgresqlError(Exception):
    """There is no PostgreSQL here, and none can be installed; the message says why."""


def find_postgresql() -> Path:
    """Return the folder of the server's programs, installing Debian's package where root may; raises `NoPostgresqlError`."""
    found = _installed()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _installed()
    if found is None:
        raise NoPostgresqlError(f"no PostgreSQL server here, and only root can install one: apt-get install {PACKAGE}")
    return found


@contextmanager
def postgresql() -> Iterator[str]:
    """Run a server in a folder of its own, and give the address of its database; raises `NoPostgresqlError`."""
    programs = find_postgresql()
    owner = _owner()
    # A server refuses to run as root, and the path of a socket may have a hundred characters: both speak for a folder near the top.
    with TemporaryDirectory(prefix="buildkit-pg-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        if owner is not None:
            os.chown(place, owner.pw_uid, owner.pw_gid)
        data = place / "data"
        _run(
            owner, place, str(programs / "initdb"), "--pgdata", str(data), "--username", "service", "--auth", "trust", "--encoding", "UTF8"
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{place}'"
        control = (str(programs / "pg_ctl"), "--pgdata", str(data), "--wait", "--timeout", str(STARTING_SECONDS))
        _run(owner, place, *control, "--log", str(place / "log"), "--options", options, "start")
        try:
            yield f"postgresql://service@/postgres?host={place}"
        finally:
            _run(owner, place, *control, "--mode", "immediate", "stop")


def _owner() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _installed() -> Path | None:
    versions = sorted(Path(FOLDERS).glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if versions:
        return versions[-1].parent
    server = shutil.which("postgres")
    return Path(server).parent if server and shutil.which("initdb") else None


def _install() -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", PACKAGE)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=INSTALLING_SECONDS, check=False)
    if done.returncode != 0:
        raise NoPostgresqlError(f"apt-get install {PACKAGE}: {' '.join(done.stderr.split())[-200:]}")


def _run(owner: pwd.struct_passwd | None, place: Path, *argv: str) -> None:
    user = None if owner is None else owner.pw_uid
    group = None if owner is None else owner.pw_gid
    # Into a file: the server would keep a pipe open for as long as it runs.
    said = place / "said"
    with said.open("w", encoding="utf-8") as output:
        done = subprocess.run(argv, cwd=place, user=user, group=group, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False)
    if done.returncode != 0:
        reason = " ".join(said.read_text(encoding="utf-8").split())[-300:]
        raise NoPostgresqlError(f"{Path(argv[0]).name} ended with exit code {done.returncode}: {reason}")

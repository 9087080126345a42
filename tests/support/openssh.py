"""An SSH server of its own, from Debian's package, on a free port of this machine."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGE = "openssh-server"
SERVER = Path("/usr/sbin/sshd")
KEYGEN = Path("/usr/bin/ssh-keygen")
INSTALLING_SECONDS = 600
STARTING_SECONDS = 30
# With PAM: without it, a server that cannot read the shadow file takes every account for a locked one.
CONFIGURATION = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {place}/host
AuthorizedKeysFile {place}/user.pub
PidFile none
UsePAM yes
StrictModes no
PasswordAuthentication yes
KbdInteractiveAuthentication no
LogLevel VERBOSE
Subsystem sftp internal-sftp
"""


class NoOpensshError(Exception):
    """There is no SSH server here, and none can be installed; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server that runs. Its user is the only one who may log in, with `secret`."""

    port: int
    user: str
    place: Path
    """Where its keys and its log are."""
    files: Path
    """A folder that the user may write to."""

    @property
    def secret(self) -> str:
        """Return the user's private key."""
        return (self.place / "user").read_text(encoding="utf-8")

    @property
    def other_secret(self) -> str:
        """Return a private key that is nobody's."""
        return (self.place / "other").read_text(encoding="utf-8")

    def public(self, name: str) -> str:
        """Return a public key: `host`, `user` or `other`."""
        return (self.place / f"{name}.pub").read_text(encoding="utf-8").strip()

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the server's key."""
        shown = subprocess.run(
            (str(KEYGEN), "-l", "-f", str(self.place / "host.pub")), capture_output=True, text=True, timeout=60, check=True
        )
        return shown.stdout.split()[1]

    @property
    def log(self) -> str:
        """Return what the server said."""
        return (self.place / "log").read_text(encoding="utf-8")


@contextmanager
def openssh() -> Iterator[Server]:
    """Run a server as somebody who is not root; raises `NoOpensshError`."""
    _find()
    owner = _owner()
    # Below the folder of pytest nobody but its owner can open anything.
    with TemporaryDirectory(prefix="buildkit-ssh-") as name:
        server = Server(port=_free_port(), user=owner.pw_name, place=Path(name), files=Path(name) / "files")
        server.files.mkdir()
        for key in ("host", "user", "other"):
            command = (str(KEYGEN), "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", str(server.place / key))
            subprocess.run(command, timeout=60, check=True)
        (server.place / "config").write_text(CONFIGURATION.format(port=server.port, place=server.place), encoding="utf-8")
        for path in (server.place, *server.place.iterdir()):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        with _running(server, owner):
            yield server


@contextmanager
def _running(server: Server, owner: pwd.struct_passwd) -> Iterator[None]:
    is_root = os.geteuid() == 0
    with (server.place / "log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            (str(SERVER), "-D", "-e", "-f", str(server.place / "config")),
            cwd=server.place,
            user=owner.pw_uid if is_root else None,
            group=owner.pw_gid if is_root else None,
            extra_groups=[] if is_root else None,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            _await(server, process)
            yield
        finally:
            process.terminate()
            process.wait(60)


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + STARTING_SECONDS
    while process.poll() is None and time.monotonic() < end:
        with closing(socket.socket()) as tried:
            if tried.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.05)
    raise NoOpensshError(f"the server does not listen: {server.log[-300:]}")


def _free_port() -> int:
    with closing(socket.socket()) as tried:
        tried.bind(("127.0.0.1", 0))
        port: int = tried.getsockname()[1]
        return port


def _owner() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def _find() -> None:
    if SERVER.exists() and KEYGEN.exists():
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoOpensshError(f"no SSH server here, and only root can install one: apt-get install {PACKAGE}")
    command = ("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", PACKAGE)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=INSTALLING_SECONDS, check=False)
    if done.returncode != 0 or not SERVER.exists():
        raise NoOpensshError(f"apt-get install {PACKAGE}: {' '.join(done.stderr.split())[-200:]}")

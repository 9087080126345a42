from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

from buildkit.runners.hosts import host_of
from buildkit.runners.service_client import ServiceAccess, ServiceClient
from buildkit.server.database import file_address
from buildkit.server.embedded import embedded
from buildkit.server.settings import ServeSettings


def settings(folder: Path) -> ServeSettings:
    return ServeSettings(database=file_address(folder / "a file?with=a&name %41.sqlite3"), port=0)


def test_what_one_run_kept_the_next_one_finds(tmp_path: Path) -> None:
    for attempt in (1, 2):
        with embedded(settings(tmp_path)) as url, closing(ServiceClient(ServiceAccess(url=url, tenant="acme"))) as client:
            assert client.tell("i", "register")["attempt"] == attempt
            client.tell("i", "checkpoint", {"checkpoint_id": f"c{attempt}", "state": "bmV3"})
            assert client.look("i")["checkpoints"] == attempt


def test_only_this_machine_can_ask(tmp_path: Path) -> None:
    with embedded(settings(tmp_path)) as url:
        assert host_of(url).name == "127.0.0.1"


def test_nothing_listens_afterwards_though_a_connection_stayed_open(tmp_path: Path) -> None:
    with embedded(settings(tmp_path)) as url:
        host = host_of(url)
        open_connection = socket.create_connection((host.name, host.port))
    with closing(open_connection), closing(socket.socket()) as another:
        assert another.connect_ex((host.name, host.port)) != 0

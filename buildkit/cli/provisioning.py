"""What the verbs of provisioning ask for, from a session and the targets that were named."""

from __future__ import annotations

from collections.abc import Sequence

from buildkit.cli.session import Session
from buildkit.process import Runner
from buildkit.toolchain.discover import discover, reading_toolchain
from buildkit.toolchain.model import StdNeed, ToolchainRequest
from buildkit.toolchain.rust_version import read_rust_version


def provisioning_request(session: Session, names: Sequence[str], need: StdNeed, *, processes: Runner) -> ToolchainRequest:
    """Return the request for some targets, those of the workspace where none is named; raises `UsageError` for an unknown name."""
    configuration = session.settings.configuration
    targets = tuple(session.targets.named(name) for name in dict.fromkeys(names or configuration.workspace.targets))
    store = session.store.absolute()
    reader = reading_toolchain(discover(environment=session.environment, store=store, processes=processes))
    root = session.settings.root
    return ToolchainRequest(
        targets=targets,
        need=need,
        store=store,
        workspace=root,
        rust_version=None if reader is None else read_rust_version(root, reader, processes=processes),
        offline=configuration.toolchain.offline,
    )

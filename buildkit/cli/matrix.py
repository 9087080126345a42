"""The workspace as cargo knows it, and the plan for what the command line selects."""

from __future__ import annotations

from buildkit.cargo.metadata import MetadataRequest, Workspace
from buildkit.cargo.recall import recall_workspace
from buildkit.cli.combining import Combining
from buildkit.cli.options import Selecting
from buildkit.cli.session import Session
from buildkit.cli.triples import verify_targets
from buildkit.config.validate import validate
from buildkit.errors import ToolchainError, UsageError
from buildkit.model import NO_FEATURES
from buildkit.plan.cells import Matrix
from buildkit.plan.model import Plan
from buildkit.plan.selection import Query, select
from buildkit.process import Runner
from buildkit.toolchain.discover import discover, reading_toolchain
from buildkit.toolchain.model import Toolchain
from buildkit.toolchain.release import OLDEST_SUPPORTED


def find_cargo(session: Session, *, processes: Runner) -> Toolchain:
    """Return the first toolchain of this machine: enough to read a workspace; what compiles it later may be another."""
    found = reading_toolchain(discover(environment=session.environment, store=session.store, processes=processes))
    if found is None:
        raise ToolchainError(f"there is no cargo from {OLDEST_SUPPORTED} on this machine", hint="buildkit toolchain ensure")
    return found


def open_matrix(session: Session, toolchain: Toolchain, *, processes: Runner) -> Matrix:
    """Read the workspace with cargo, and hold the configuration against it."""
    workspace = read_session_workspace(session, toolchain, processes=processes)
    settings = session.settings
    validate(settings, workspace, session.targets)
    verify_targets(session.targets, toolchain, processes=processes)
    return Matrix(workspace=workspace, configuration=settings.configuration, targets=session.targets, place=settings.place)


def read_session_workspace(session: Session, toolchain: Toolchain, *, processes: Runner) -> Workspace:
    """Return the workspace of a session, from memory where cargo would say the same."""
    return recall_workspace(metadata_request(session, toolchain), processes=processes, remembered=session.remembered)


def metadata_request(session: Session, toolchain: Toolchain) -> MetadataRequest:
    """Return what cargo is asked for a session's workspace."""
    options = session.cargo_options
    return MetadataRequest(
        directory=session.settings.root,
        locked=options.locked,
        offline=options.offline,
        cargo=toolchain.cargo,
        env={"RUSTC": str(toolchain.rustc), "RUSTUP_TOOLCHAIN": None},
    )


def plan_for(matrix: Matrix, selecting: Selecting, combining: Combining | None = None) -> Plan:
    """Return the plan for what the command line selects."""
    return select(matrix, query_for(selecting, combining))


def query_for(selecting: Selecting, combining: Combining | None = None) -> Query:
    """Return what the command line selects."""
    combining = combining or Combining()
    features = selected_features(selecting.features)
    if selecting.all_features and (features is not None or combining.combines):
        raise UsageError("--all-features stands alone", hint="--all-features, without --features, --powerset and --each-feature")
    return Query(
        patterns=tuple(selecting.cells or ()),
        targets=tuple(selecting.target or ()),
        tags=tuple(selecting.tag or ()),
        packages=tuple(selecting.package or ()),
        exclude=tuple(selecting.exclude or ()),
        ignores_private=selecting.ignore_private,
        features=features,
        selects_all=selecting.all_features,
        combining=combining.asked(),
        depth=combining.configured_depth(),
        keeps_development_out=combining.no_dev_deps,
        is_lenient=combining.ignore_unknown_features,
    )


def selected_features(text: str | None) -> tuple[str, ...] | None:
    """Return what `--features` selects, `None` where it is not given."""
    if text is None:
        return None
    return () if text == NO_FEATURES else tuple(part.strip() for part in text.split(",") if part.strip())

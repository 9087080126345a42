"""An edit is judged by what every cell builds afterwards."""

from __future__ import annotations

from linked import explainer_of, link_all, needs, resolved
from workspaces import package

from buildkit.cargo.metadata import Dependency
from buildkit.model import Finding, Rule
from buildkit.plan.model import Subject
from buildkit.remedies.compare import Comparison
from buildkit.remedies.survey import Judged, State
from targets.wasm32_wasip2 import buildkit_compilation_targets

LEAK = Finding(rule=Rule.DENIED_CRATE, subject="tempfile", message="denied")
OTHER = Finding(rule=Rule.DENIED_CRATE, subject="socket2", message="denied")
CELL, CLEAN = "app/wasm32-wasip2/-", "tool/wasm32-wasip2/-"


def state(app: list[Dependency], tool: list[Dependency], *findings: Finding, problem: str | None = None) -> State:
    """Return a workspace in which `app` has findings, and `tool` has none."""
    links = link_all(
        package("app", dependencies=app),
        package("tool", dependencies=tool),
        package("store", {"net": [], "io": []}),
        package("tempfile"),
    )
    target = next(iter(buildkit_compilation_targets()))
    found = {CELL: ("app", findings, None), CLEAN: ("tool", (), problem)}
    judged = {
        name: Judged(
            name=name,
            subject=Subject(package=links.workspace.members_by_name[member], target=target),
            resolution=resolved(links, member),
            findings=tuple(reached),
            problem=trouble,
        )
        for name, (member, reached, trouble) in found.items()
    }
    return State(workspace=links.workspace, explainer=explainer_of(links), host=None, judged=judged, selected=frozenset(judged))


BEFORE = state([needs("store", "net"), needs("tempfile")], [needs("store", "net")], LEAK)


def objection(after: State) -> str | None:
    return Comparison(before=BEFORE, after=after, subject="tempfile").objection()


def test_an_edit_that_takes_the_finding_and_nothing_else_stays() -> None:
    assert objection(state([needs("store", "net")], [needs("store", "net")])) is None


def test_what_had_the_finding_may_lose_more() -> None:
    assert objection(state([], [needs("store", "net")])) is None


def test_what_had_the_finding_may_not_gain() -> None:
    assert objection(state([needs("store", "io")], [needs("store", "net")])) == f"{CELL} would gain store/io"


def test_a_clean_cell_may_not_lose_a_feature() -> None:
    after = state([needs("store", "net")], [needs("store")])
    assert objection(after) == f"it would change {CLEAN}, where nothing is wrong: store/net goes"


def test_a_clean_cell_may_not_gain_a_package() -> None:
    after = state([], [needs("store", "net"), needs("tempfile")])
    assert objection(after) == f"it would change {CLEAN}, where nothing is wrong: tempfile comes"


def test_nothing_new_may_be_found() -> None:
    assert objection(state([needs("store", "net")], [needs("store", "net")], OTHER)) == f"{CELL} would reach socket2"


def test_a_cell_must_stay_judgeable() -> None:
    after = state([needs("store", "net")], [needs("store", "net")], problem="nothing to compile")
    assert objection(after) == f"{CLEAN} could no longer be judged: nothing to compile"


def test_a_clean_cell_may_not_vanish() -> None:
    after = state([needs("store", "net")], [needs("store", "net")])
    gone = State(workspace=after.workspace, explainer=after.explainer, host=None, judged={CELL: after.judged[CELL]}, selected=frozenset())
    assert objection(gone) == f"{CLEAN} would be no more"

"""Operations may be asked again, in whatever order a broken line leaves them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from buildkit.server.batch import Batch
from buildkit.server.operations import Change, Complete, Fail, Operation, Order, Register, Store, Suspend
from buildkit.server.records import Checkpoint, Instance, Name
from buildkit.server.refusals import RefusalError
from buildkit.server.statuses import ENDED, Signal, Status

NAME = Name(tenant="t", instance="i")
NOW = 1_000_000

ids = st.sampled_from(["a", "b", "c"])
states = st.binary(max_size=2)
operations: st.SearchStrategy[Operation] = st.one_of(
    st.builds(Register, name=st.just(NAME), checkpoint_id=st.none() | ids),
    st.builds(Store, name=st.just(NAME), checkpoint_id=ids, state=states, milliseconds=st.none() | st.integers(0, 5)),
    st.builds(Complete, name=st.just(NAME), result=states),
    st.builds(Fail, name=st.just(NAME), error=st.sampled_from(["x", "y"])),
    st.builds(Suspend, name=st.just(NAME)),
    st.builds(Order, name=st.just(NAME), signal=st.sampled_from(Signal)),
)


class World:
    """A batch of one operation after another, as the database would see them."""

    def __init__(self) -> None:
        self.instance: Instance | None = None
        self.checkpoints: dict[tuple[Name, str], Checkpoint] = {}
        self.now = NOW

    def perform(self, operation: Operation) -> Change | RefusalError:
        instances = {} if self.instance is None else {NAME: self.instance}
        batch = Batch(instances, dict(self.checkpoints), self.now)
        outcome = batch.perform(operation)
        for instance in (*batch.new, *batch.changed):
            self.instance = instance
        for added in batch.added:
            assert (NAME, added.checkpoint_id) not in self.checkpoints
            self.checkpoints[NAME, added.checkpoint_id] = added
        return outcome


def performed(sequence: list[Operation]) -> World:
    world = World()
    for operation in sequence:
        world.perform(operation)
        world.now += 1
    return world


@given(st.lists(operations, max_size=12))
def test_a_state_that_was_stored_never_changes(sequence: list[Operation]) -> None:
    world = World()
    stored: dict[str, bytes] = {}
    for operation in sequence:
        outcome = world.perform(operation)
        if isinstance(operation, Store) and isinstance(outcome, Change):
            kept = outcome.found or outcome.added
            assert kept is not None
            assert kept.state == stored.setdefault(operation.checkpoint_id, operation.state)
        world.now += 1
    assert {checkpoint_id: each.state for (_, checkpoint_id), each in world.checkpoints.items()} == stored


@given(st.lists(operations, max_size=10), operations)
def test_an_answer_that_was_lost_can_be_asked_for_again(sequence: list[Operation], last: Operation) -> None:
    world = performed(sequence)
    first = world.perform(last)
    before = world.instance
    second = world.perform(last)
    assert isinstance(first, Change) == isinstance(second, Change)
    if isinstance(last, Register) and before is not None and world.instance is not None:
        # Each registration is a run of its own; it counts, and changes nothing else.
        before = replace(before, attempt=world.instance.attempt)
    assert world.instance == before


@given(st.lists(operations, max_size=12))
def test_checkpoints_are_counted_and_the_last_one_is_known(sequence: list[Operation]) -> None:
    world = performed(sequence)
    if world.instance is None:
        assert not world.checkpoints
        return
    assert world.instance.checkpoints == len(world.checkpoints)
    positions = {each.position: each.checkpoint_id for each in world.checkpoints.values()}
    assert sorted(positions) == list(range(1, len(positions) + 1))
    assert world.instance.checkpoint_id == positions.get(len(positions))


@given(st.lists(operations, max_size=12))
def test_a_cancellation_is_never_lost_unless_the_workflow_ended_first(sequence: list[Operation]) -> None:
    world = World()
    cancelled = False
    for operation in sequence:
        outcome = world.perform(operation)
        cancelled |= isinstance(operation, Order) and operation.signal is Signal.CANCEL and isinstance(outcome, Change)
        world.now += 1
        if cancelled and world.instance is not None:
            told = world.instance.signal is Signal.CANCEL or world.instance.status is Status.CANCELLED
            assert told or world.instance.status is Status.COMPLETED


@given(st.lists(operations, max_size=12))
def test_what_has_completed_stays_as_it_is(sequence: list[Operation]) -> None:
    world = World()
    completed: Instance | None = None
    for operation in sequence:
        world.perform(operation)
        if completed is not None:
            assert world.instance == completed
        elif world.instance is not None and world.instance.status is Status.COMPLETED:
            completed = world.instance
        world.now += 1


@given(st.lists(operations, max_size=12))
def test_only_what_sleeps_has_a_time_to_wake(sequence: list[Operation]) -> None:
    instance = performed(sequence).instance
    if instance is not None:
        assert (instance.wake_at is not None) == (instance.status is Status.SLEEPING)
        assert instance.signal is None or instance.status not in ENDED

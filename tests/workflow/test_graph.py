"""The ways through a scenario: circles, steps that are not there, branches that do not come together."""

from __future__ import annotations

from scenarios import action, conditional, delay, faults, finish, scenario, split, told


def test_a_step_that_follows_itself_is_a_circle() -> None:
    found = faults(scenario(delay("a", "a"), finish()))
    assert [fault.message for fault in found] == ['the steps run in a circle: "a" → "a"', 'no way leads from the start to the step "end"']


def test_every_circle_is_told_by_the_edge_that_leads_back() -> None:
    tree = scenario(conditional("a", "b", "c"), delay("b", "a"), delay("c", "d"), conditional("d", "c", "end"), finish())
    assert told(tree) == [("cycle", "/steps/1/next"), ("cycle", "/steps/3/then")]


def test_a_long_circle_is_told_short() -> None:
    names = [f"s{number}" for number in range(1000)]
    steps = [delay(name, following) for name, following in zip(names, [*names[1:], "s0"], strict=True)]
    (fault,) = faults(scenario(*steps))
    assert fault.message == 'the steps run in a circle: "s0" → "s1" → "s2" → "s3" → "s4" → "s5" → "s6" → 992 more → "s999" → "s0"'


def test_a_thousand_steps_are_allowed_and_no_more() -> None:
    names = [f"s{number}" for number in range(1000)]
    steps = [delay(name, following) for name, following in zip(names, [*names[1:], "end"], strict=True)]
    assert told(scenario(*steps[1:], finish())) == []
    assert told(scenario(*steps, finish())) == [("wrong-type", "/steps")]


def test_an_unknown_step_is_told_with_the_nearest() -> None:
    (fault, _) = faults(scenario(delay("a", "endd"), finish()))
    assert fault.sentence == 'there is no step "endd"; did you mean "end"?'


def test_a_start_that_does_not_exist_is_the_only_fault() -> None:
    assert told(scenario(delay("a", "end"), finish(), start="b")) == [("unknown-step", "/start")]


def test_an_id_used_three_times_is_told_twice() -> None:
    tree = scenario(delay("a", "b"), delay("b", "end"), delay("b", "end"), delay("b", "end"), finish())
    assert told(tree) == [("duplicate-id", "/steps/2/id"), ("duplicate-id", "/steps/3/id")]


def test_a_branch_must_not_finish() -> None:
    tree = scenario(split("a", "d", "b", "c"), delay("b", "d"), delay("c", "stop"), delay("d", "end"), finish("stop"), finish())
    (fault,) = faults(tree)
    assert (fault.rule, fault.pointer) == ("split", "/steps/0/branches/c")
    assert fault.message == 'the branch "c" of the split "a" ends at "stop", and not at the step "d" that joins it'


def test_a_branch_must_not_go_past_its_join() -> None:
    tree = scenario(split("a", "d", "b", "c"), delay("b", "d"), delay("c", "e"), delay("d", "e"), delay("e", "end"), finish())
    found = faults(tree)
    assert [fault.pointer for fault in found] == ["/steps/0/branches/c", "/steps/3/next"]
    assert 'the step "d" leads into the branch "c" of the split "a"' in found[1].message


def test_a_branch_needs_a_step_of_its_own() -> None:
    tree = scenario(split("a", "d", "b") | {"branches": {"one": "b", "two": "d"}}, delay("b", "d"), delay("d", "end"), finish())
    (fault,) = faults(tree)
    assert fault.message == 'the branch "two" of the split "a" has no step of its own'


def test_branches_must_not_share_a_step_before_they_join() -> None:
    tree = scenario(split("a", "e", "b", "c"), delay("b", "d"), delay("c", "d"), delay("d", "e"), delay("e", "end"), finish())
    (fault,) = faults(tree)
    assert fault.message == 'the branches "b" and "c" of the split "a" share the step "d" before they join at "e"'


def test_two_branches_must_not_begin_with_one_step() -> None:
    tree = scenario(split("a", "c") | {"branches": {"one": "b", "two": "b"}}, delay("b", "c"), delay("c", "end"), finish())
    assert told(tree) == [("split", "/steps/0/branches/two")]


def test_only_its_split_may_begin_a_branch() -> None:
    tree = scenario(conditional("a", "s", "c"), split("s", "d", "b", "c"), delay("b", "d"), delay("c", "d"), delay("d", "end"), finish())
    (fault,) = faults(tree)
    assert (fault.rule, fault.pointer) == ("split", "/steps/0/else")
    assert 'the step "a" leads into the branch "c" of the split "s"' in fault.message


def test_a_branch_that_runs_in_a_circle_never_joins() -> None:
    tree = scenario(split("a", "d", "b", "c"), delay("b", "b"), delay("c", "d"), delay("d", "end"), finish())
    assert told(tree) == [("split", "/steps/0/branches/b"), ("cycle", "/steps/1/next")]


def test_each_split_needs_a_join_of_its_own() -> None:
    tree = scenario(
        *(split("a", "j", "b", "s"), split("s", "j", "c", "d")),
        *(delay(name, "j") for name in "bcd"),
        *(delay("j", "end"), finish()),
    )
    assert told(tree) == [("split", "/steps/1/join")]


def test_a_split_may_be_left_out_by_a_way_to_its_join() -> None:
    tree = scenario(conditional("a", "s", "d"), split("s", "d", "b", "c"), delay("b", "d"), delay("c", "d"), delay("d", "end"), finish())
    assert told(tree) == []


def test_a_join_may_be_the_finish() -> None:
    tree = scenario(split("s", "end", "b", "c"), action("b", "end"), action("c", "end"), finish(one="steps.b", two="steps.c"))
    assert told(tree) == []


def test_a_split_into_one_branch_or_sixty_five_is_refused() -> None:
    one = scenario(split("s", "end", "b"), delay("b", "end"), finish())
    assert told(one) == [("wrong-type", "/steps/0/branches")]
    names = [f"b{number}" for number in range(65)]
    many = scenario(split("s", "end", *names), *(delay(name, "end") for name in names), finish())
    assert told(many) == [("wrong-type", "/steps/0/branches")]


def test_there_are_no_more_branches_than_steps() -> None:
    names = [f"b{number}" for number in range(5)]
    tree = scenario(*(split(name, "end", *names) for name in names), finish())
    assert ("split", "/steps") in told(tree)

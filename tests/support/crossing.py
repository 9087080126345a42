"""Scenarios whose forks cross: conditionals that may go on with any later step, some of them inside of a branch."""

from __future__ import annotations

from hypothesis import strategies as st
from scenarios import Tree, action, conditional, finish, scenario, split


@st.composite
def crossing_steps(draw: st.DrawFn, name: str, last: str | None) -> list[Tree]:
    """Draw steps of which the first is `name`-0; they end with `last`, or with steps that finish the scenario where it is `None`."""
    count = draw(st.integers(2, 9))
    names = [f"{name}-{index}" for index in range(count)]
    steps: list[Tree] = []
    for index, own in enumerate(names):
        later = [*names[index + 1 :], *([] if last is None else [last])]
        if not later or (last is None and draw(st.integers(0, 5)) == 0):
            steps.append(finish(own))
        elif draw(st.booleans()):
            steps.append(action(own, draw(st.sampled_from(later))))
        else:
            steps.append(conditional(own, draw(st.sampled_from(later)), draw(st.sampled_from(later))))
    return _reachable(steps)


def _reachable(steps: list[Tree]) -> list[Tree]:
    reached = {steps[0]["id"]}
    for step in steps:
        if step["id"] in reached:
            reached |= {step[key] for key in ("next", "then", "else") if key in step}
    return [step for step in steps if step["id"] in reached]


@st.composite
def crossing_scenarios(draw: st.DrawFn) -> Tree:
    """Draw scenarios without a fault whose ways cross, outside of branches or inside of them."""
    if draw(st.booleans()):
        return scenario(*draw(crossing_steps("main", None)))
    left, right = draw(crossing_steps("left", "join")), draw(crossing_steps("right", "join"))
    return scenario(split("both", "join", "left-0", "right-0"), *left, *right, action("join", "end"), finish())

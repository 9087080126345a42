"""Changes that break a valid scenario in one place, and what must be told of each."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from scenarios import Tree, delay, steps_of

Mutation = Callable[[Tree, st.DataObject], tuple[str, str] | None]
"""Breaks a scenario in place, and returns the rule and the value that must be told; `None` where there is nothing to break."""


def pick(data: st.DataObject, choices: list[Any]) -> Any:
    return data.draw(st.sampled_from(choices)) if choices else None


def drop_a_step(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, [step for step in tree["steps"] if step["id"] != tree["start"]])
    if step is None:
        return None
    tree["steps"].remove(step)
    return "unknown-step", step["id"]


def drop_the_first_step(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    tree["steps"] = [step for step in tree["steps"] if step["id"] != tree["start"]]
    return "unknown-step", tree["start"]


def repeat_a_step(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, tree["steps"])
    if step is None:
        return None
    tree["steps"].insert(data.draw(st.integers(0, len(tree["steps"]))), copy.deepcopy(step))
    return "duplicate-id", step["id"]


def lead_back_to_the_start(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, steps_of(tree, "action", "delay"))
    if step is None:
        return None
    step["next"] = tree["start"]
    return "cycle", tree["start"]


def add_a_step_that_nothing_leads_to(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    tree["steps"].insert(data.draw(st.integers(0, len(tree["steps"]))), delay("lonely", "end"))
    return "unreachable-step", "lonely"


def misspell_a_target(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, steps_of(tree, "action", "delay"))
    if step is None:
        return None
    step["next"] += "x"
    return "unknown-step", step["next"]


def leave_a_branch(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    joins = {step["join"] for step in steps_of(tree, "split")}
    inside = [step for step in steps_of(tree, "action", "delay") if step["next"] in joins]
    step = pick(data, inside)
    if step is None:
        return None
    step["next"] = "end"
    return "split", "end"


def swap_a_branch_for_its_join(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, steps_of(tree, "split"))
    if step is None:
        return None
    branch = next(iter(step["branches"]))
    step["branches"][branch] = step["join"]
    return "split", branch


def forget_the_else(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, steps_of(tree, "conditional"))
    if step is None:
        return None
    step.pop("else", None)
    return "no-else", step["id"]


def refer_to_a_later_step(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    actions = steps_of(tree, "action")
    step = pick(data, actions)
    if step is None:
        return None
    step["input"]["text"] = {"reference": f"steps.{step['id']}"}
    return "reference", f"steps.{step['id']}"


def refer_to_an_unknown_input(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, steps_of(tree, "action"))
    if step is None:
        return None
    step["input"]["text"] = {"reference": "data.texts"}
    return "reference", "data.texts"


def misspelled(tree: Tree, data: st.DataObject, key: str, value: str) -> tuple[str, str] | None:
    """Name in an action what does not exist."""
    step = pick(data, steps_of(tree, "action"))
    if step is None:
        return None
    step[key] = value
    return f"unknown-{key}", value


def misspell_an_agent(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    return misspelled(tree, data, "agent", "txet")


def misspell_a_capability(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    return misspelled(tree, data, "capability", "trimm")


def wait_for_less_than_nothing(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, steps_of(tree, "delay"))
    if step is None:
        return None
    step["milliseconds"] = data.draw(st.integers(max_value=-1, min_value=-(2**63)))
    return "out-of-range", str(step["milliseconds"])


def add_an_unknown_key(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, tree["steps"])
    if step is None:
        return None
    step["nxet"] = "end"
    return "unknown-key", "nxet"


def give_a_wrong_type(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, steps_of(tree, "action"))
    if step is None:
        return None
    step["input"]["text"] = {"immediate": 17}
    return "wrong-type", "17"


def hide_a_control_character(tree: Tree, data: st.DataObject) -> tuple[str, str] | None:
    step = pick(data, tree["steps"])
    if step is None:
        return None
    step["title"] = data.draw(st.sampled_from(["\x1b[31m", "a\nb", "\u202ea", "x" * 10_000]))
    return "bad-name", ""


MUTATIONS: tuple[Mutation, ...] = (
    drop_a_step,
    drop_the_first_step,
    repeat_a_step,
    lead_back_to_the_start,
    add_a_step_that_nothing_leads_to,
    misspell_a_target,
    leave_a_branch,
    swap_a_branch_for_its_join,
    forget_the_else,
    refer_to_a_later_step,
    refer_to_an_unknown_input,
    misspell_an_agent,
    misspell_a_capability,
    wait_for_less_than_nothing,
    add_an_unknown_key,
    give_a_wrong_type,
    hide_a_control_character,
)

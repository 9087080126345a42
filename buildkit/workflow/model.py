"""The declaration of a scenario: its checks, its JSON schema and what code is generated from derive from it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from buildkit.workflow.value_types import ValueType

MOST_STEPS: Final = 1000
MOST_BRANCHES: Final = 64
MOST_VALUES: Final = 1000
LONGEST_NAME: Final = 64
LONGEST_TITLE: Final = 200
LONGEST_PATH: Final = 1000
LONGEST_DELAY: Final = 366 * 24 * 60 * 60 * 1000
"""A year, in milliseconds."""

# Spaces, controls and marks of direction look like nothing, or like something else, in a message.
_HIDDEN: Final = r"\u0000-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2069\u3000\ufeff\ufff0-\uffff"

Id = Annotated[
    str,
    Meta(
        title="an id: letters, digits, - and _, a letter first, at most 64 characters",
        pattern=r"^[A-Za-z][A-Za-z0-9_-]*$",
        min_length=1,
        max_length=LONGEST_NAME,
    ),
]
Name = Annotated[
    str,
    Meta(
        title="a name of 1 to 64 visible characters without a dot",
        pattern=rf"^[^.{_HIDDEN}]*$",
        min_length=1,
        max_length=LONGEST_NAME,
    ),
]
Title = Annotated[
    str,
    Meta(
        title="a line of 1 to 200 visible characters",
        pattern=rf"^[^{_HIDDEN.replace('0020', '001f')}]*$",
        min_length=1,
        max_length=LONGEST_TITLE,
    ),
]
Path = Annotated[str, Meta(title="`data`, `data.NAME…`, `steps.ID…` or `result…`", min_length=1, max_length=LONGEST_PATH)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A JSON object with kebab-case keys, in which an unknown key is a fault."""


class Value(Part, frozen=True, kw_only=True):
    """Where a value comes from: a `reference`, or the `immediate` value itself."""

    reference: Annotated[
        Path | UnsetType,
        Meta(
            description="A path: `data.NAME` is an input of the scenario, `steps.ID` what an earlier action gave; further parts go into it, and numbers into lists."
        ),
    ] = UNSET
    immediate: Annotated[Any, Meta(description="The value itself: any JSON.")] = UNSET
    default: Annotated[Any, Meta(description="Taken where the reference leads nowhere; lets it name a step that may not have run.")] = UNSET


Values = Annotated[
    Mapping[Name, Value],
    Meta(title=f"an object of at most {MOST_VALUES} values", description="Values by name.", max_length=MOST_VALUES),
]


class Operator(StrEnum):
    """How a condition compares."""

    EQUALS = "equals"
    NOT_EQUALS = "not-equals"
    LESS_THAN = "less-than"
    AT_MOST = "at-most"
    GREATER_THAN = "greater-than"
    AT_LEAST = "at-least"
    CONTAINS = "contains"
    EXISTS = "exists"


class Condition(Part, frozen=True, kw_only=True):
    """A comparison of two values; `exists` looks at the left one alone."""

    left: Annotated[Value, Meta(description="What is looked at.")]
    operator: Annotated[Operator, Meta(description="How it is compared.")]
    right: Annotated[Value | UnsetType, Meta(description="What it is compared with.")] = UNSET


class Step(Part, frozen=True, kw_only=True, tag_field="type"):
    """What every step has."""

    id: Annotated[Id, Meta(description="Unique in the scenario; also the name of the step's checkpoint.")]
    title: Annotated[Title | UnsetType, Meta(description="One line for people.")] = UNSET


class Action(Step, frozen=True, kw_only=True, tag="action"):
    """Call one capability of an agent; what it gives is at `steps.ID`."""

    agent: Annotated[Id, Meta(description="The agent.")]
    capability: Annotated[Id, Meta(description="The capability of the agent.")]
    next: Annotated[Id, Meta(description="The step that follows.")]
    input: Annotated[Values, Meta(description="The capability's inputs.")] = {}
    output: Annotated[
        Values | UnsetType,
        Meta(description="What is at `steps.ID` instead of the capability's own answer, which is `result` here."),
    ] = UNSET


class Split(Step, frozen=True, kw_only=True, tag="split"):
    """Run several branches, side by side where the platform can, and go on when all have come to the step that joins them."""

    branches: Annotated[
        Mapping[Name, Id],
        Meta(
            title="an object of 2 to 64 branches",
            description="The first step of each branch, by the branch's name.",
            min_length=2,
            max_length=MOST_BRANCHES,
        ),
    ]
    join: Annotated[Id, Meta(description="The step at which every branch ends; it runs once, after all of them.")]


class Conditional(Step, frozen=True, kw_only=True, tag="conditional"):
    """Go one of two ways."""

    condition: Annotated[Condition, Meta(description="What decides.")]
    then: Annotated[Id, Meta(description="The step that follows where the condition holds.")]
    otherwise: Annotated[Id, Meta(description="The step that follows where it does not.")] = msgspec.field(name="else")


class Delay(Step, frozen=True, kw_only=True, tag="delay"):
    """Wait; a workflow that is ended meanwhile goes on waiting when it is resumed."""

    milliseconds: Annotated[
        int, Meta(title=f"a whole number from 0 to {LONGEST_DELAY} (a year)", ge=0, le=LONGEST_DELAY, description="How long.")
    ]
    next: Annotated[Id, Meta(description="The step that follows.")]


class Finish(Step, frozen=True, kw_only=True, tag="finish"):
    """End the scenario with its result."""

    output: Annotated[Values, Meta(description="The result.")] = {}


AnyStep = Action | Split | Conditional | Delay | Finish


class Scenario(Part, frozen=True, kw_only=True):
    """A workflow: its inputs, and the steps from the first one on."""

    version: Annotated[Literal[1], Meta(description="The version of this format.")]
    name: Annotated[Title, Meta(description="One line for people.")]
    start: Annotated[Id, Meta(description="The step that runs first.")]
    steps: Annotated[
        tuple[AnyStep, ...],
        Meta(title=f"a list of 1 to {MOST_STEPS} steps", description="The steps, in any order.", min_length=1, max_length=MOST_STEPS),
    ]
    schema: Annotated[str | UnsetType, Meta(description="The schema that an editor uses; nothing else reads it.")] = msgspec.field(
        default=UNSET, name="$schema"
    )
    input: Annotated[
        Mapping[Name, ValueType],
        Meta(
            title=f"an object of at most {MOST_VALUES} types",
            description="The type of each input, by the names that `data.NAME` refers to.",
            max_length=MOST_VALUES,
        ),
    ] = {}

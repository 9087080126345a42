"""What each rule is about, for services that explain findings beside the code: in one sentence, why it matters, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from buildkit.model import Rule, Verdict

UNEXPECTED: Final = str(Verdict.UNEXPECTED_PASS)


class Description(NamedTuple):
    """A rule: `what` it finds, `why` that is a defect, and what to do about it."""

    what: str
    why: str
    help: str


_WHY: Final = "`buildkit why TARGET SUBJECT` draws the path with its manifest lines, and `buildkit fix` mends what has a mechanical remedy."

DESCRIPTIONS: Final[Mapping[Rule | str, Description]] = {
    Rule.DENIED_CRATE: Description(
        "A crate that is denied on a target is reached by a selection of features.",
        "What cargo builds for the target has a crate that cannot work there, or that should not be shipped there, whether or not it compiles.",
        _WHY,
    ),
    Rule.DENIED_FEATURE: Description(
        "A feature that is denied on a target is reached by a selection of features.",
        "What cargo builds for the target has a crate with a feature that cannot work there, or that should not be shipped there.",
        _WHY,
    ),
    Rule.EXCLUSIVE_FEATURES: Description(
        "Features that exclude each other are enabled together.",
        "`exclusive` in buildkit.toml names features of which at most one may be on; others, or a default, enable more of them.",
        _WHY,
    ),
    Rule.MISSING_FEATURE: Description(
        "Of features of which one is needed, none is enabled.",
        "`at-least-one-of` in buildkit.toml names features without any of which the package does not work.",
        "Enable one of them in the selection, or leave the selection out in buildkit.toml.",
    ),
    Rule.UNKNOWN_FEATURE: Description(
        "A feature is selected that the package does not have.",
        "Cargo refuses to build the selection.",
        "Correct its name in buildkit.toml, or remove it there.",
    ),
    Rule.COMPILE_ERROR: Description(
        "A selection of features does not compile for a target.",
        "Whoever selects these features for the target cannot build the package.",
        "The finding has rustc's first error; `buildkit check` with the cell's id shows all of them.",
    ),
    Rule.TOOLCHAIN: Description(
        "A cell could not be judged.",
        "A compiler, a standard library or the machine failed, so that nothing is known of the code.",
        "`buildkit doctor` says what is missing, and the command that mends it.",
    ),
    Rule.IMPORT: Description(
        "An artifact imports what its host does not have.",
        "The host refuses to load it, or it fails once it calls that.",
        "Find what brings the import with `buildkit why`, and deny it on the target.",
    ),
    Rule.SIZE: Description(
        "An artifact is larger than its budget.",
        "`budget` in buildkit.toml says how large the artifact may be on its target.",
        "`buildkit graph` shows what is compiled into it; where the size is as it should be, raise the budget.",
    ),
    Rule.LINKAGE: Description(
        "An artifact is linked otherwise than its target needs.",
        "It would not start where it is shipped to, or does not link at all.",
        "The finding says what is wrong and which setting mends it.",
    ),
    Rule.WORLD: Description(
        "A component does not fit the world that it is for.",
        "A host of that world cannot instantiate it.",
        "Compare its imports and exports with the world that buildkit.toml names.",
    ),
    Rule.RUN: Description(
        "An artifact fails in its runtime.",
        "It compiles, and does not do what it should.",
        "`buildkit run` runs it again, with all that it prints.",
    ),
    UNEXPECTED: Description(
        "A failure was foretold and did not come.",
        "An expectation that no longer holds would hide the next failure.",
        "Remove the `[[expect]]` entry from buildkit.toml.",
    ),
}

"""What goes to cargo as it was typed: the subcommand of the check stage, and the arguments after `--`."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from buildkit.cargo.calls import CargoCommand
from buildkit.cli.spelling import CARGO_ARGUMENT
from buildkit.errors import UsageError
from buildkit.records import dataclass

OURS: Final = frozenset(
    {
        *("--features", "-F", "--all-features", "--no-default-features", "--package", "-p", "--workspace", "--all", "--exclude"),
        *("--target", "--target-dir", "--message-format", "--manifest-path", "--jobs", "-j", "--locked", "--offline"),
    }
)
"""What buildkit itself tells cargo."""

CommandOption = Annotated[
    CargoCommand,
    typer.Option("--command", help="What cargo does with each cell; tests are run and documentation is made each time."),
]


@dataclass(frozen=True, kw_only=True)
class Forwarding:
    """What follows `--`."""

    cargo_argument: Annotated[list[str] | None, typer.Option(CARGO_ARGUMENT, hidden=True)] = None

    def arguments(self) -> tuple[str, ...]:
        """Return the arguments for cargo; raises `UsageError` for one that buildkit must know of. A second `--` ends cargo's own."""
        given = tuple(self.cargo_argument or ())
        own = given[: given.index("--")] if "--" in given else given
        for word in own:
            name = word.partition("=")[0]
            short = word[:2] if word[:1] == "-" and word[1:2] != "-" else ""
            if name in OURS or short in OURS:
                known = name if name in OURS else short
                raise UsageError(f"{known} after -- would change what a cell is", hint=f"{known} before --, as far as buildkit has it")
        return given

    def variant(self, command: CargoCommand = CargoCommand.CHECK) -> tuple[str, ...]:
        """Return what makes a run another thing to remember."""
        told = () if command is CargoCommand.CHECK else ("--command", command.value)
        return (*told, "--", *self.cargo_argument) if self.cargo_argument else told

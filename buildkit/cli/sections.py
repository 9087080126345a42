"""The help of a verb, with a heading over each family of options that has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperCommand

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

FIRST = ("Arguments", "Options")


class Sectioned(TyperCommand):
    """A command whose plain help keeps the headings that typer shows in its rich help alone."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, the options, and then the families of options, in the order of their first option."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                kind = FIRST[parameter.param_type_name != "argument"]
                heading = getattr(parameter, "rich_help_panel", None) or kind
                sections.setdefault(heading, []).append(record)
        for heading in sorted(sections, key=[*FIRST, *sections].index):
            with formatter.section(heading):
                formatter.write_dl(sections[heading])

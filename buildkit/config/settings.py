"""The effective configuration, and where each value of it came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from enum import StrEnum
from pathlib import Path

from buildkit.config.check import nearest
from buildkit.config.declaration import built_in_values, fields_of, find_key
from buildkit.config.document import Document
from buildkit.config.schema import Configuration
from buildkit.errors import UsageError
from buildkit.model import CompilationTarget, Denial
from buildkit.records import dataclass
from buildkit.toml_lines import split_key


class Origin(StrEnum):
    """Who can give a value, the strongest first."""

    COMMAND_LINE = "command-line"
    ENVIRONMENT = "environment"
    FILE = "file"
    PLUGIN = "plugin"
    BUILT_IN = "built-in"


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """A value and who gave it. `place` is what to look at: an option, a variable, `file:line`, a plugin's target.

    The value is as TOML would write it; `None` stands for a key without a value.
    """

    value: object
    origin: Origin
    place: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What holds for a command in a workspace. `file` is `None` where there is no configuration file.

    `layers` gives, for each origin, the values by the dotted texts of their keys; `declarations` what plugins say of their targets that
    no file can say.
    """

    configuration: Configuration
    root: Path
    document: Document | None
    layers: Mapping[Origin, Mapping[str, Provenance]]
    declarations: Mapping[str, Provenance] = field(default_factory=dict)

    @property
    def file(self) -> Path | None:
        """Return the configuration file, `None` where there is none."""
        return None if self.document is None else self.document.file

    def place(self, key: str) -> str:
        """Return where a key of the file stands, such as `buildkit.toml:12`; elements of lists are keys as well (`deny.0`)."""
        return "built-in" if self.document is None else self.document.place(key)

    def explain(self, key: str) -> tuple[Provenance, ...]:
        """Return who gives a value to a key, the effective one first.

        Raises `UsageError` for a key that the declaration does not have, for a table, and for a target that does not exist (once targets
        are known).
        """
        text = plain_key(key)
        table, dot, name = text.rpartition(".")
        declared, told = find_key(text), self.declarations.get(f"{table}{dot}{name.replace('_', '-')}")
        if declared is None or declared.is_table:
            if told is not None:
                return (told,)
            raise self._unknown(key)
        self._check_target(text)
        ordered = (*(self.layers.get(origin, {}).get(text) for origin in Origin), told)
        given = tuple(provenance for provenance in ordered if provenance is not None)
        if given and declared.default in (None, []) and given[-1].origin is not Origin.PLUGIN:
            return given
        return (*given, Provenance(value=declared.default, origin=Origin.BUILT_IN, place=Origin.BUILT_IN.value))

    def keys(self, table: str = "") -> tuple[str, ...]:
        """Return the keys that have a value, or those of them below a table, in alphabetical order."""
        given = {key for layer in self.layers.values() for key in layer} | built_in_values().keys()
        below = f"{plain_key(table)}." if table else ""
        given |= self.declarations.keys() if below.startswith("target.") else set()
        return tuple(sorted(key for key in given if key.startswith(below)))

    def with_targets(self, targets: Mapping[str, CompilationTarget], providers: Mapping[str, str]) -> Settings:
        """Return the settings that explain what plugins say of their targets as well; `providers` gives the plugin of each target."""

        def told(values: Callable[[CompilationTarget], Mapping[str, object]]) -> Mapping[str, Provenance]:
            return {
                f"target.{name}.{key}": Provenance(value=value, origin=Origin.PLUGIN, place=providers[name])
                for name, target in targets.items()
                for key, value in values(target).items()
            }

        return replace(self, layers={**self.layers, Origin.PLUGIN: told(target_values)}, declarations=told(declared_values))

    def _unknown(self, key: str) -> UsageError:
        tables = {known.rpartition(".")[0] for known in self.keys()}
        candidates = (f"{table}.{name}" for table in tables if table for name in fields_of(table))
        near = nearest(plain_key(key), (*candidates, *self.declarations, *self.keys()))
        return UsageError(f"unknown key {key!r}", hint=f"did you mean {near!r}?" if near else "buildkit config lists all keys")

    def _check_target(self, key: str) -> None:
        plugged = self.layers.get(Origin.PLUGIN)
        if plugged is None or not key.startswith("target."):
            return
        known = {known.rpartition(".summary")[0] for known in plugged if known.endswith(".summary")}
        known |= {f"target.{name}" for name in self.configuration.target}
        if not any(key.startswith(f"{table}.") for table in known):
            name = key.removeprefix("target.").rpartition(".")[0]
            near = nearest(name, (table.removeprefix("target.") for table in known))
            raise UsageError(f"unknown target {name!r}", hint=f"did you mean {near!r}?" if near else "buildkit targets")


def plain_key(key: str) -> str:
    """Return a dotted key without the quotes that TOML allows; a text that is no key stays as it is."""
    try:
        return ".".join(split_key(key))
    except ValueError:
        return key


def target_values(target: CompilationTarget) -> Mapping[str, object]:
    """Return what a target's declaration says of the keys that `[target.NAME]` has. A triple that depends on the host is left out."""
    values: dict[str, object] = {"summary": target.summary}
    if isinstance(target.triple, str):
        values["triple"] = target.triple
    if target.target_spec is not None:
        values["target-spec"] = str(target.target_spec)
    lists = {"tags": sorted(target.tags), "rustflags": list(target.rustflags), "deny": [denied_value(denial) for denial in target.denies]}
    values |= {name: value for name, value in lists.items() if value}
    return values | {f"env.{name}": value for name, value in target.env.items()}


def declared_values(target: CompilationTarget) -> Mapping[str, object]:
    """Return what only a plugin can say of a target, in the words of a configuration file."""
    values: dict[str, object] = {
        "stdlib-feature": target.stdlib_feature,
        "std": target.std.value,
        "runner": target.runner,
        "file-extension": target.file_extension,
        "required-tools": list(target.required_tools),
        "cargo-profile": dict(target.cargo_profile),
        "extra-steps": [step.name for step in target.extra_steps],
    }
    if not isinstance(target.triple, str):
        values["triple"] = "what a function makes of this machine's own triple"
    return {name: value for name, value in values.items() if value not in ("", [], {})}


def denied_value(denial: Denial) -> object:
    """Return a denial as a `deny` list has it."""
    if denial.reason is None and len(denial.features) < 2:
        return denial.subjects[0]
    features = {"features": list(denial.features)} if denial.features else {}
    reason = {"reason": denial.reason} if denial.reason is not None else {}
    return {"crate": denial.crate, **features, **reason}

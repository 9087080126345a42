"""What is left to do before a request can be served, as steps that can be printed before any is done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from buildkit.model import CompilationTarget, StdKind
from buildkit.records import dataclass
from buildkit.toolchain.c_compiler import C_PACKAGES
from buildkit.toolchain.choose import Choice
from buildkit.toolchain.model import StdNeed, StdProvider, Toolchain
from buildkit.toolchain.situation import MUSL_SUFFIX, Situation
from buildkit.toolchain.wasi_files import TRIPLE as WASI


@dataclass(frozen=True, kw_only=True)
class AddRustupTargets:
    """Let rustup download the standard library for some triples."""

    toolchain: Toolchain
    triples: tuple[str, ...]

    @property
    def argv(self) -> tuple[str, ...]:
        """Return the command."""
        return ("rustup", "target", "add", "--toolchain", self.toolchain.name, *self.triples)

    @property
    def title(self) -> str:
        """Say what is about to be done."""
        return f"download std for {', '.join(self.triples)}: {' '.join(self.argv)}"


@dataclass(frozen=True, kw_only=True)
class InstallPackages:
    """Install packages of the distribution on the system."""

    packages: tuple[str, ...]

    @property
    def argv(self) -> tuple[str, ...]:
        """Return the command."""
        return ("apt-get", "install", "--yes", "--no-install-recommends", *self.packages)

    @property
    def title(self) -> str:
        """Say what is about to be done."""
        return f"install on the system: {' '.join(self.argv)}"


@dataclass(frozen=True, kw_only=True)
class UnpackCompiler:
    """Unpack a Rust compiler of the distribution with its source into the store."""

    @property
    def title(self) -> str:
        """Say what is about to be done."""
        return "unpack the distribution's newest Rust compiler with its source into the store (nothing is installed)"


@dataclass(frozen=True, kw_only=True)
class UnpackCCompiler:
    """Unpack a C compiler of the distribution into the store."""

    @property
    def title(self) -> str:
        """Say what is about to be done."""
        return f"unpack {' and '.join(C_PACKAGES)} into the store (nothing is installed)"


@dataclass(frozen=True, kw_only=True)
class FetchWasiFiles:
    """Fetch the start files and the C library of WASI."""

    @property
    def title(self) -> str:
        """Say what is about to be done."""
        return "unpack a recent wasi-libc into the store (nothing is installed)"


@dataclass(frozen=True, kw_only=True)
class AssembleMuslFiles:
    """Put musl's and gcc's start files together with an unwinder."""

    required: bool

    @property
    def title(self) -> str:
        """Say what is about to be done."""
        return "put musl, gcc's start files and an unwinder together in the store (nothing is installed)"


@dataclass(frozen=True, kw_only=True)
class BuildStd:
    """Build the standard library for one target from source."""

    target: CompilationTarget
    triple: str
    need: StdNeed

    @property
    def title(self) -> str:
        """Say what is about to be done."""
        purpose = "for checks only, " if self.need is StdNeed.CHECK else ""
        return f"build std for {self.triple} from source into the store ({purpose}about a minute)"


ProvisionStep = AddRustupTargets | InstallPackages | UnpackCompiler | UnpackCCompiler | FetchWasiFiles | AssembleMuslFiles | BuildStd


def plan(situation: Situation, choice: Choice) -> tuple[ProvisionStep, ...]:
    """Return the steps of a choice in the order in which they are done; empty where everything is here."""
    if situation.request.need is StdNeed.NONE:
        return (UnpackCompiler(),) if choice.toolchain is None else ()
    return (*_compilers(situation, choice), *_start_files(situation, choice), *_libraries(situation, choice))


def _compilers(situation: Situation, choice: Choice) -> Iterator[ProvisionStep]:
    if choice.toolchain is None:
        # Its packages bring a C compiler along where the machine has none.
        yield UnpackCompiler()
    elif situation.cc(choice.toolchain) is None:
        yield InstallPackages(packages=C_PACKAGES) if situation.request.install else UnpackCCompiler()
    elif situation.request.install and situation.unfit_cc(choice.toolchain) is not None:
        yield InstallPackages(packages=C_PACKAGES)


def _start_files(situation: Situation, choice: Choice) -> Iterator[ProvisionStep]:
    from_source = {name for name, route in choice.routes.items() if route.provider is StdProvider.SOURCE and not route.ready}
    targets = situation.request.targets
    if any(triple_of(target, choice) == WASI and target.name in from_source for target in targets) and situation.wasi_files is None:
        yield FetchWasiFiles()
    if any(triple_of(target, choice).endswith(MUSL_SUFFIX) for target in targets) and situation.musl_files is None:
        required = any(triple_of(target, choice).endswith(MUSL_SUFFIX) and target.name in from_source for target in targets)
        if required or (situation.may_fetch and shutil.which("musl-gcc", path=situation.environment.get("PATH", "")) is None):
            yield AssembleMuslFiles(required=required)


def _libraries(situation: Situation, choice: Choice) -> Iterator[ProvisionStep]:
    missing = [target for target in situation.request.targets if not choice.routes[target.name].ready]
    by_provider = {provider: [target for target in missing if choice.routes[target.name].provider is provider] for provider in StdProvider}
    if choice.toolchain is not None and by_provider[StdProvider.RUSTUP]:
        triples = dict.fromkeys(triple_of(target, choice) for target in by_provider[StdProvider.RUSTUP])
        yield AddRustupTargets(toolchain=choice.toolchain, triples=tuple(triples))
    if by_provider[StdProvider.DISTRIBUTION]:
        yield InstallPackages(packages=("libstd-rust-dev-wasm32", "rust-llvm"))
    for target in sorted(by_provider[StdProvider.SOURCE], key=lambda target: longest_first(target, choice)):
        yield BuildStd(target=target, triple=triple_of(target, choice), need=situation.request.need)


def longest_first(target: CompilationTarget, choice: Choice) -> tuple[bool, bool]:
    """Order builds so that two at a time end together: musl takes twice as long as wasm, and wasm as bare metal."""
    return target.std is not StdKind.FULL, not triple_of(target, choice).endswith(MUSL_SUFFIX)


def triple_of(target: CompilationTarget, choice: Choice) -> str:
    """Return a target's triple on this machine."""
    return target.triple_for(choice.host)

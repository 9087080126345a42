"""Metadata of compiled scenarios for tests."""

from __future__ import annotations

from buildkit.workflow.agents import Platform
from buildkit.workflow.compiling.metadata import Compiler, Metadata, Origin, PrebuiltLibrary
from buildkit.workflow.needs import Need
from buildkit.workflow.value_types import ValueType


def metadata(file: str) -> Metadata:
    """Return the metadata of an artifact that calls one agent."""
    return Metadata(
        tool="0.1.0",
        key="0" * 64,
        scenario=Origin(name="Grüße", sha256="1" * 64),
        target="wasm32-wasip2",
        triple="wasm32-wasip2",
        platform=Platform.WASI,
        transport="http",
        artifact=file,
        size=3,
        gzip_size=23,
        sha256="2" * 64,
        compiler=Compiler(release="1.95.0", commit="3" * 40),
        library=PrebuiltLibrary(package="runtara-workflow-stdlib", key="runtara-workflow-stdlib-wasm32-wasip2-0123456789abcdef"),
        flags=("-Copt-level=s",),
        agents={"text": ("trim",)},
        input={"name": ValueType.STRING},
        needs={"name": Need(required=True, types=(ValueType.STRING,))},
    )

"""The entry of a program on each platform: the only part of a source that differs from one to another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from buildkit.errors import UsageError
from buildkit.workflow.agents import Platform
from buildkit.workflow.code.model import Transport

_MAIN: Final = """\
fn main() -> std::process::ExitCode {{
    use runtara_workflow_stdlib::{{program, runtime::{runtime}}};

    program::main({runtime}::from_env, execute_workflow)
}}
"""
_WASM_JS: Final = """\
use runtara_workflow_stdlib::wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Run the scenario on an input, and give its result at once: nothing is stored or waited for.
#[wasm_bindgen(wasm_bindgen = runtara_workflow_stdlib::wasm_bindgen)]
pub fn run(input: JsValue) -> Result<JsValue, JsValue> {
    runtara_workflow_stdlib::web::run(input, execute_workflow)
}

/// Run the scenario as an instance of the checkpoint service that `settings` name.
#[wasm_bindgen(
    wasm_bindgen = runtara_workflow_stdlib::wasm_bindgen,
    wasm_bindgen_futures = runtara_workflow_stdlib::wasm_bindgen_futures
)]
pub async fn run_reported(input: JsValue, settings: JsValue) -> Result<JsValue, JsValue> {
    runtara_workflow_stdlib::web::run_reported(input, settings, execute_workflow).await
}
"""
_EMBEDDED: Final = """\
use runtara_workflow_stdlib::firmware::{self, Board};

/// Run the scenario on JSON of some length; the answer, or why there is none, goes to the board.
///
/// # Safety
///
/// What `runtara_workflow_stdlib::firmware::run` asks for.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn runtara_run(board: *const Board, input: *const u8, length: usize) -> i32 {
    // SAFETY: the caller promises what is asked for.
    unsafe { firmware::run(board, input, length, execute_workflow) }
}
"""
_FRAMES: Final[Mapping[tuple[Platform, Transport], str]] = {
    (Platform.NATIVE, Transport.HTTP): _MAIN.format(runtime="TokioRuntime"),
    (Platform.WASI, Transport.HTTP): _MAIN.format(runtime="BlockingRuntime"),
    (Platform.WASI, Transport.HOST): _MAIN.format(runtime="HostRuntime"),
    (Platform.WASM_JS, Transport.HTTP): _WASM_JS,
    (Platform.EMBEDDED, Transport.HTTP): _EMBEDDED,
}
_ATTRIBUTES: Final[Mapping[Platform, tuple[str, ...]]] = {Platform.EMBEDDED: ("#![no_std]",)}


def frame(platform: Platform, transport: Transport) -> str:
    """Return the entry of a program; raises `UsageError` for a transport that the platform does not have."""
    found = _FRAMES.get((platform, transport))
    if found is None:
        raise UsageError(f"the transport {transport} is for WASI alone, not for {platform}", hint=f"--transport {Transport.HTTP}")
    return found


def attributes(platform: Platform) -> tuple[str, ...]:
    """Return what the crate begins with."""
    return _ATTRIBUTES.get(platform, ())

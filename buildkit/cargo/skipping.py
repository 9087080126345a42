"""Leave rustc out for the wrappers of a scratch workspace: they are empty and nothing links them, so that cargo needs no more than their files.

The wrappers are the only members of that workspace, and cargo calls another program than rustc for members where it is told to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from buildkit.cargo.wrappers import PREFIX

VARIABLE: Final = "RUSTC_WORKSPACE_WRAPPER"

COMPILER_WRAPPERS: Final = ("RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER")

_CRATE_PREFIX: Final = PREFIX.replace("-", "_")

_SKIPPING: Final = """\
    for word do
        case $word in
            extra-filename=*) suffix=${word#*=} ;;
            --emit=*link*) exec "$@" ;;
        esac
        [ "$before" = --out-dir ] && folder=$word
        before=$word
    done
    [ -n "$folder" ] && printf '' > "$folder/lib$crate$suffix.rmeta" && printf '' > "$folder/$crate$suffix.d" && exit 0
"""

SCRIPT: Final = f"""\
#!/bin/sh
# Called by cargo in the place of rustc, which is the first argument, for members of a scratch workspace.
before= folder= suffix=
if [ "$2" = --crate-name ] && [ "${{3#{_CRATE_PREFIX}}}" != "$3" ]; then
    crate=$3
{_SKIPPING}fi
exec "$@"
"""
"""What cargo calls for members. An empty `.d` file says that nothing was read; cargo looks for both files the next time."""

LINTING_VARIABLE: Final = "RUSTC_WRAPPER"
DRIVER_VARIABLE: Final = "BUILDKIT_CLIPPY_DRIVER"
FOLDERS_VARIABLE: Final = "BUILDKIT_CLIPPY_FOLDERS"

LINTING: Final = f"""\
#!/bin/sh
# Called by cargo where a scratch workspace is linted. The arguments are a call of rustc, for members of that workspace one by way of clippy-driver.
before= folder= suffix=
if [ "$3" = --crate-name ] && [ "${{4#{_CRATE_PREFIX}}}" != "$4" ]; then
    crate=$4
{_SKIPPING}elif [ "$2" = --crate-name ] && [ -n "$CARGO_CRATE_NAME" ]; then
    # A build script that asks what rustc can do has no such variable.
    case "
${FOLDERS_VARIABLE}
" in *"
$CARGO_MANIFEST_DIR
"*) exec "${DRIVER_VARIABLE}" "$@" ;;
    esac
fi
exec "$@"
"""
"""What cargo calls in the place of rustc: for members of the real workspace, whose folders stand in a variable, clippy-driver is called."""


def can_skip(configured: Mapping[str, Any], environment: Mapping[str, str]) -> bool:
    """Say whether nothing of the user's stands between cargo and rustc: a compiler cache would take the script for a compiler."""
    return not any(environment.get(name) for name in COMPILER_WRAPPERS) and "rustc-wrapper" not in configured.get("build", {})

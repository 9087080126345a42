"""The real service answers what its OpenAPI document allows, and much that it does not, as the document says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.served import Serving, serving

pytestmark = pytest.mark.integration

EXAMPLES = "20"
TOKEN = "a-secret-of-the-test"  # one that opens nothing else
ASK = "import sys; from schemathesis.cli import schemathesis; sys.exit(schemathesis())"


@pytest.mark.parametrize("token", [pytest.param(TOKEN, id="tokens"), pytest.param(None, id="open")])
def test_schemathesis_finds_no_answer_that_the_document_does_not_name(token: str | None, tmp_path: Path) -> None:
    environment = {"BUILDKIT_SERVE_TOKENS": f"acme={token}"} if token else {}
    how = Serving(folder=tmp_path, database=f"sqlite:///{tmp_path / 'a.sqlite3'}", environment=environment)
    headers = ("X-Runtara-Tenant-Id: acme", *((f"Authorization: Bearer {token}",) if token else ()))
    options = ("--max-examples", EXAMPLES, "--seed", "1", "--no-color", *(part for header in headers for part in ("-H", header)))
    with serving(how) as served:
        asked = subprocess.run(
            (sys.executable, "-c", ASK, "run", f"{served.url}/openapi.json", *options),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        log = served.log.read_text(encoding="utf-8")
    assert asked.returncode == 0, asked.stdout[-5000:]
    assert "Tested: 14\n" in asked.stdout
    assert '"level": "error"' not in log

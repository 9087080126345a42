"""A page with a compiled scenario, and what Chromium makes of it."""

from __future__ import annotations

import functools
import http.client
import json
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from debian import program_of

PACKAGE = "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
MINUTES = 60
PATIENCE_SECONDS = 30
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # Until then of the page's own time; it stands still while a request is under way.
    "--virtual-time-budget=60000",
)
HANDED_ON = ("X-Runtara-Tenant-Id", "Authorization", "Content-Type")
PAGE = """\
<!doctype html>
<meta charset="utf-8">
<pre id="told">nothing</pre>
<script type="module">
const told = document.getElementById('told');
try {
  const { default: init, run, run_reported } = await import('./SCRIPT');
  await init();
  const { input, settings } = await (await fetch('./request.json')).json();
  const alone = run(input);
  const reported = await run_reported(input, { ...settings, RUNTARA_HTTP_URL: location.origin });
  told.textContent = JSON.stringify({ alone, reported });
} catch (error) {
  told.textContent = JSON.stringify({ error: String(error) });
}
</script>
"""


def write_page(script: Path, data: object, settings: Mapping[str, str]) -> None:
    """Write a page beside a script that calls both functions of it, the second with its own origin for the service."""
    (script.parent / "index.html").write_text(PAGE.replace("SCRIPT", script.name), encoding="utf-8")
    request = {"input": data, "settings": dict(settings)}
    (script.parent / "request.json").write_text(json.dumps(request, ensure_ascii=False), encoding="utf-8")


def rendered(url: str, profile: Path) -> Any:
    """Return what the page told in the end."""
    browser = str(program_of(PACKAGE, *NAMES))
    command = (browser, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", url)
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=2 * MINUTES, check=False)
    found = re.search(r'<pre id="told">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found is not None, f"{done.returncode} {done.stdout} {done.stderr}"
    return json.loads(unescape(found[1]))


@contextmanager
def site(folder: Path, service: str) -> Iterator[str]:
    """Serve a folder and, below `/api/`, a service that pages of another origin may not ask; give the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_bound(service), directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(SimpleHTTPRequestHandler):
    service = ""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that the library gives it
        """Say nothing."""

    def do_GET(self) -> None:  # the name that the library asks for
        """Answer with a file, or as the service."""
        if self.path.startswith("/api/"):
            self._hand_on()
        else:
            super().do_GET()

    def do_POST(self) -> None:  # the name that the library asks for
        """Answer as the service."""
        self._hand_on()

    def _hand_on(self) -> None:
        place = urlsplit(self.service)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=PATIENCE_SECONDS)
        try:
            headers = {name: self.headers[name] for name in HANDED_ON if name in self.headers}
            connection.request(self.command, self.path, body=content or None, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _bound(service: str) -> type[_Handler]:
    return type("Bound", (_Handler,), {"service": service})

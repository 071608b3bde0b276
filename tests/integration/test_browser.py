"""CORS in a real browser: a page that another origin serves calls the API in headless Chromium."""

import json
import os
import queue
import shutil
import signal
import subprocess
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt-get install chromium)")

PAGE = """<!doctype html><meta charset="utf-8"><title>Items</title><h1>waiting</h1>
<script>
  const tell = said => {
    document.querySelector("h1").textContent = said.error || said.message;
    return fetch("/said", {method: "POST", body: JSON.stringify(said)});
  };
  fetch(API, {headers: HEADERS})
    .then(answer => answer.json().then(body => tell({status: answer.status, origin: location.origin, ...body})))
    .catch(error => tell({error: String(error)}));
</script>
"""

FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class Site(BaseHTTPRequestHandler):
    """Serves one page and takes what its script says."""

    def do_GET(self):
        page = self.server.page.encode() if self.path == "/" else b""
        self.send_response(200 if page else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def do_POST(self):
        said = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()
        self.server.said.put(json.loads(said))

    def log_message(self, *args):
        """Quiet."""


@contextmanager
def site(page):
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.page, server.said, server.daemon_threads = page, queue.Queue(), True
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def visit(url, said, profile, *flags):
    """What the page's script says in a browser that has it open."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    with (profile / "browser.log").open("wb") as log:
        browser = subprocess.Popen(
            [BROWSER, *FLAGS, *flags, *root, f"--user-data-dir={profile}", "--remote-debugging-port=0", url],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        return said.get(timeout=60)
    except queue.Empty:
        pytest.fail(f"the page said nothing:\n{(profile / 'browser.log').read_text()[-2000:]}")
    finally:
        os.killpg(browser.pid, signal.SIGKILL)
        browser.wait()


def call(application, profile, headers):
    """What a page says that calls GET /item with some headers; its origin is not the API's."""
    address = application.cloud.address(application.outputs()) + "/item"
    page = PAGE.replace("API", json.dumps(address)).replace("HEADERS", json.dumps(headers))
    with site(page) as server:
        return visit(f"http://127.0.0.1:{server.server_address[1]}/", server.said, profile)


@pytest.fixture(scope="module")
def open_to_all(application):
    made = application()
    made.deploy()
    return made


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "any"}], ids=["simple", "with a preflight"])
def test_a_page_of_another_origin_gets_the_item(open_to_all, tmp_path, headers):
    said = call(open_to_all, tmp_path, headers)
    assert said.get("error") is None
    assert said["status"] == 200
    assert said["itemId"] in {item["itemId"]["S"] for item in open_to_all.items()}
    assert said["origin"] not in open_to_all.cloud.address(open_to_all.outputs())


def test_a_header_that_is_not_allowed_is_stopped_by_the_preflight(open_to_all, tmp_path):
    assert "TypeError" in call(open_to_all, tmp_path, {"X-Not-Allowed": "any"})["error"]


def test_a_page_of_an_origin_that_is_not_allowed_is_refused_by_the_browser(application, tmp_path):
    closed = application()
    closed.set('api.cors.origins = ["https://elsewhere.example"]')
    closed.deploy()
    assert "TypeError" in call(closed, tmp_path, {})["error"]

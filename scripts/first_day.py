"""The whole first day with an installed tapgen, from an empty folder: each step's time, as rows of docs/figures.md.

python scripts/first_day.py TAPGEN [FOLDER]: TAPGEN is the program; the Python beside it has pytest. git is needed; a
page is opened in Chromium where it is installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PAGE = """<!doctype html><meta charset="utf-8"><h1>waiting</h1><script>
const show = said => document.querySelector("h1").textContent = said;
fetch("ADDRESS/items/1", {method: "PUT", headers: {"Content-Type": "application/json"}, body: '{"name": "tea"}'})
  .then(() => fetch("ADDRESS/items/1")).then(answer => answer.text()).then(show).catch(show);
</script>"""


class Day:
    """A folder and the program; every step is timed, and one that fails ends the day."""

    def __init__(self, tapgen: str, folder: Path) -> None:
        self.tapgen = str(Path(tapgen).absolute())
        self.python = str(Path(self.tapgen).parent / "python")
        self.shop = folder / "shop"
        self.rows: list[tuple[str, float]] = []
        who = {f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAPGEN_", "COV_"))}
        self.environ = {**kept, **who}

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """What a command prints; it must end well."""
        done = subprocess.run(
            command, cwd=cwd or self.shop, env=self.environ, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def timed(self, what: str, step: Callable[[], str], expected: str) -> str:
        """A step, timed; it must say what is expected."""
        start = time.perf_counter()
        said = step()
        self.rows.append((what, time.perf_counter() - start))
        if expected not in said:
            raise SystemExit(f"{what}: it does not say {expected!r}:\n{said}")
        return said

    def step(self, what: str, expected: str, *arguments: str, cwd: Path | None = None) -> None:
        """One command of tapgen, timed."""
        self.timed(what, lambda: self.run(self.tapgen, *arguments, cwd=cwd), expected)


def main(tapgen: str, folder: Path) -> None:
    """The day's steps in their order."""
    day = Day(tapgen, folder)
    day.step("tapgen init shop", "tapgen.toml", "init", "shop", "--example", "api", cwd=folder)
    day.step("tapgen render --all", "prod.yaml", "render", "--all")
    day.step("tapgen check --all --no-lint", "dev:", "check", "--all", "--no-lint", "--fail-on", "warning")
    _look_at_it(day)
    day.step(
        "tapgen local -- pytest", " passed", "local", "--", day.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"
    )
    day.run("git", "init", "--quiet")
    day.run("git", "add", "--all")
    day.run("git", "commit", "--quiet", "--message", "Begin")
    day.step("tapgen diff --all, nothing changed", "no differences", "diff", "--all")
    settings = day.shop / "tapgen.toml"
    settings.write_text(settings.read_text().replace("[functions.Items]\n", "[functions.Items]\nmemory = 512\n"))
    day.step("tapgen diff --all, a change", "MemorySize: 256 → 512", "diff", "--all")
    day.step("the review of a pull request", "MemorySize", "diff", "--all", "--format", "markdown")
    day.step("tapgen package", "items.py", "package", "--env", "dev")
    plan = (day.tapgen, "deploy", "--env", "prod", "--plan-only", "--no-check", "--yes")
    day.step("a plan for prod, on the embedded AWS", "waits; nothing was executed", "local", "--", *plan)
    for what, seconds in day.rows:
        print(f"| {what} | {seconds:.1f} s |")


def _look_at_it(day: Day) -> None:
    """`tapgen local` until its first answer, and a page of another origin in a browser; then it is stopped."""
    start = time.perf_counter()
    log = day.shop.parent / "local.log"
    with log.open("w") as file:
        local = subprocess.Popen(
            [day.tapgen, "local"], cwd=day.shop, env=day.environ, stdout=file, stderr=subprocess.STDOUT, text=True
        )
    try:
        address = _address(log, local)
        status = day.run(day.python, "-c", _ASK.format(url=f"{address}/items/none"))
        day.rows.append(("tapgen local, until its first answer", time.perf_counter() - start))
        if "404" not in status:
            raise SystemExit(f"the first answer is {status}")
        if BROWSER:
            with _page(PAGE.replace("ADDRESS", address)) as url:
                day.timed(
                    "a page in the browser stores and reads", lambda: _opened(day, url), '{"name": "tea", "id": "1"}'
                )
    finally:
        local.terminate()
        local.wait(timeout=30)


_ASK = """
import urllib.error, urllib.request
try:
    print(urllib.request.urlopen("{url}", timeout=30).status)
except urllib.error.HTTPError as error:
    print(error.code)
"""


def _address(log: Path, local: subprocess.Popen[str]) -> str:
    """The API's address, once it is said."""
    for _ in range(600):
        found = re.search(r"^API\s+(http://\S+?)/?$", log.read_text(), re.MULTILINE)
        if found:
            return found[1]
        if local.poll() is not None:
            break
        time.sleep(0.1)
    raise SystemExit(f"tapgen local did not say where the API is:\n{log.read_text()}")


@contextmanager
def _page(text: str) -> Iterator[str]:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def _opened(day: Day, url: str) -> str:
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    flags = ["--headless", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage", *root]
    with tempfile.TemporaryDirectory() as profile:
        return day.run(
            str(BROWSER), *flags, f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom", url
        ).replace("&quot;", '"')


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main(sys.argv[1], Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as empty:
            main(sys.argv[1], Path(empty))

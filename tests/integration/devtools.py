"""A real browser, led by the DevTools protocol over two pipes: what a page shows and does, and how it looks."""

import base64
import fcntl
import json
import os
import signal
import subprocess
import time
from contextlib import contextmanager

from tests.integration.test_browser import BROWSER, FLAGS


class Page:
    """One tab."""

    def __init__(self, to, back):
        self._to, self._back = to, back
        self._number = 0
        self._unread = b""
        self.requested = []
        """The URLs that it has asked for."""
        self.complaints = []
        """What its console says is wrong: errors of scripts, refusals by a policy."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")

    _session = None

    def _call(self, method, **parameters):
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while True:
            message = self._read()
            if message.get("id") == self._number:
                assert "error" not in message, message["error"]
                return message["result"]
            self._note(message)

    def _read(self):
        while b"\0" not in self._unread:
            chunk = os.read(self._back, 1 << 20)
            assert chunk, "the browser has ended"
            self._unread += chunk
        message, _, self._unread = self._unread.partition(b"\0")
        return json.loads(message)

    def _note(self, message):
        parameters = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            self.requested.append(parameters["request"]["url"])
        if message.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(
                parameters["exceptionDetails"].get("exception", {}).get("description", "an exception")
            )
        if message.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"]["text"])

    def open(self, url):
        self._call("Page.navigate", url=url)

    def run(self, script):
        """The value of an expression in the page."""
        answer = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, script, seconds=20):
        """Wait until an expression is true."""
        end = time.monotonic() + seconds
        while not self.run(f"Boolean({script})"):
            assert time.monotonic() < end, f"{script}\n{self.run('document.body.innerText')}\n{self.complaints}"
            time.sleep(0.1)

    def size(self, width, height, *, dark=False):
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self):
        """A PNG of what one sees."""
        return base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])


def _pipe():
    """A pipe whose ends are neither 3 nor 4, which the browser takes for its own."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved


@contextmanager
def browser(profile, *flags):
    """A page in headless Chromium."""
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium has no sandbox for root
    (theirs, to), (back, ours) = _pipe(), _pipe()

    def as_three_and_four():
        os.dup2(theirs, 3)
        os.dup2(ours, 4)

    with (profile / "browser.log").open("wb") as log:
        process = subprocess.Popen(
            [BROWSER, *FLAGS, *flags, *root, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"],
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=False,
            preexec_fn=as_three_and_four,  # noqa: PLW1509 - the browser reads from 3 and writes to 4
        )
    os.close(theirs)
    os.close(ours)
    try:
        yield Page(to, back)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(to)
        os.close(back)

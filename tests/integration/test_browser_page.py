"""The page of `tapgen local` in a real browser: what one sees and does there, and what other pages cannot."""

import json
import re

import pytest

from tests.integration.conftest import REAL
from tests.integration.devtools import browser
from tests.integration.test_browser import BROWSER, site, visit
from tests.integration.test_local_command import environ, local, staying  # noqa: F401 - fixtures

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
    pytest.mark.skipif(bool(REAL), reason="of the embedded AWS alone"),
]

FOREIGN = """<!doctype html><meta charset="utf-8"><title>Foreign</title>
<script>
  const PAGE = "URL";
  const ended = promise => promise.then(answer => answer.type === "opaque" ? "opaque" : answer.status, () => "blocked");
  const loaded = (name, attributes) => new Promise(done => {
    const one = Object.assign(document.createElement(name), attributes);
    one.onload = () => done("loaded");
    one.onerror = () => done("error");
    document.head.append(one);
  });
  const send = {method: "POST", body: JSON.stringify({method: "GET", path: "/item"})};
  (async () => {
    const said = {
      read: await ended(fetch(PAGE + "state")),
      send: await ended(fetch(PAGE + "send", {...send, headers: {"Content-Type": "application/json"}})),
      simple: await ended(fetch(PAGE + "send", {...send, mode: "no-cors"})),
      script: await loaded("script", {src: PAGE + "page.js", type: "module"}),
      style: await loaded("link", {href: PAGE + "page.css", rel: "stylesheet"}),
    };
    await fetch("/said", {method: "POST", body: JSON.stringify(said)});
  })();
</script>
"""


@pytest.fixture
def page(local, environ):  # noqa: F811 - the fixtures
    """The address of the page of a running application, and what the terminal says."""
    with staying(local, environ, "--env", "dev") as talk:
        yield talk.until(r"Page (?P<url>\S+)\n")["url"], talk


def test_a_route_is_tried_and_its_item_and_its_lines_are_seen(page, tmp_path):
    url, talk = page
    with browser(tmp_path) as tab:
        tab.size(1280, 800)
        tab.open(url)
        tab.until("document.querySelector('ul.routes button')")
        assert tab.run("document.title") == "tap dev: tapgen local"
        tab.run("document.querySelector('ul.routes button').click()")
        tab.run("document.getElementById('send').click()")
        tab.until("document.getElementById('status')")
        assert tab.run("document.getElementById('status').textContent") == "200 OK"
        item = json.loads(tab.run("document.getElementById('answer').textContent"))["itemId"]
        tab.until("document.getElementById('lines').textContent.includes('GET /item  200')")
        tab.run("document.getElementById('tab-tables').click()")
        tab.until(f"document.getElementById('panel').textContent.includes('{item}')")
        tab.run("document.getElementById('tab-functions').click()")
        tab.until("document.getElementById('kind')")
        choose = "k => { k.value = 'api GET /item'; k.dispatchEvent(new Event('input')); }"
        tab.run(f"({choose})(document.getElementById('kind'))")
        tab.until("document.getElementById('event').value.includes('requestContext')")
        tab.run("document.getElementById('start').click()")
        tab.until("document.getElementById('ended')")
        assert tab.run("document.getElementById('ended').textContent") == "ended"
        assert json.loads(tab.run("document.getElementById('returned').textContent"))["statusCode"] == 200
        tab.run("document.getElementById('tab-picture').click()")
        tab.until("document.querySelector('iframe')")
        for dark in (False, True):
            for width in (1280, 800):
                tab.size(width, 800, dark=dark)
                assert tab.run("document.documentElement.scrollWidth <= innerWidth")
                assert tab.picture().startswith(b"\x89PNG")
        assert tab.complaints == []
        origin = re.match(r"http://127\.0\.0\.1:\d+/", url)[0]
        assert {one for one in tab.requested if not one.startswith(("about:", "data:", origin))} == set()
    talk.until(r"GET /item  200  \d+ ms")


def test_a_page_of_another_origin_reaches_nothing_even_with_the_address(page, tmp_path):
    url, talk = page
    with site(FOREIGN.replace("URL", url)) as server:
        said = visit(f"http://127.0.0.1:{server.server_address[1]}/", server.said, tmp_path)
    assert said == {"read": "blocked", "send": "blocked", "simple": "blocked", "script": "error", "style": "error"}
    talk.process.terminate()
    talk.process.wait(30)
    assert "GET /item" not in talk.text + (talk.process.stdout.read() or b"").decode()

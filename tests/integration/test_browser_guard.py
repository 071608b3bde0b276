"""What a page in a real browser cannot do to the embedded AWS that runs beside it."""

import pytest

from tests.integration.conftest import REAL
from tests.integration.test_browser import BROWSER, site, visit

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
    pytest.mark.skipif(bool(REAL), reason="of the embedded AWS alone"),
]

PAGE = """<!doctype html><meta charset="utf-8"><title>Foreign</title>
<script>
  const AWS = "http://127.0.0.1:PORT", REBOUND = "http://rebound.example:PORT", API = "/restapis/abc/dev/_user_request_/";
  const form = {"Content-Type": "application/x-www-form-urlencoded"};
  const trust = JSON.stringify({Statement: [{Effect: "Allow", Principal: {AWS: "*"}, Action: "sts:AssumeRole"}]});
  const create = name => "Action=CreateRole&Version=2010-05-08&RoleName=" + name
    + "&AssumeRolePolicyDocument=" + encodeURIComponent(trust);
  const role = name => ({method: "POST", headers: form, body: create(name)});
  const ended = promise => promise.then(answer => answer.type === "opaque" ? "opaque" : answer.status, () => "blocked");
  const socket = url => new Promise(done => {
    const one = new WebSocket(url);
    one.onopen = () => done("open");
    one.onclose = () => done("closed");
  });
  (async () => {
    const said = {
      simple: await ended(fetch(AWS + "/", role("simple"))),
      no_cors: await ended(fetch(AWS + "/", {mode: "no-cors", ...role("no-cors")})),
      reset: await ended(fetch(AWS + "/_ministack/reset", {mode: "no-cors", method: "POST"})),
      preflight: await ended(fetch(AWS + "/", {method: "POST", headers: {"X-Amz-Target": "DynamoDB_20120810.ListTables"}})),
      image: await new Promise(done => {
        const one = new Image();
        one.onload = one.onerror = event => done(event.type);
        one.src = AWS + "/?" + create("image");
      }),
      socket: await socket(AWS.replace("http", "ws") + "/"),
      rebound: await ended(fetch(REBOUND + "/", {mode: "no-cors", ...role("rebound")})),
      rebound_api: await ended(fetch(REBOUND + API, {mode: "no-cors"})),
      api: await ended(fetch(AWS + API, {mode: "no-cors"})),
    };
    await fetch("/said", {method: "POST", body: JSON.stringify(said)});
  })();
</script>
"""


@pytest.mark.parametrize("name", ["127.0.0.1", "rebound.example"])
def test_a_page_of_another_origin_changes_nothing_and_reads_nothing(embedded, tmp_path, name):
    """The second page's own name leads to the listener: what DNS rebinding does."""
    from botocore.session import Session

    embedded.reset()
    _, before = embedded.requests()
    session = Session()
    session.set_credentials(*embedded.credentials)
    with site(PAGE.replace("PORT", str(embedded.port))) as server:
        said = visit(
            f"http://{name}:{server.server_address[1]}/",
            server.said,
            tmp_path,
            "--host-resolver-rules=MAP rebound.example 127.0.0.1",
        )
    assert said == {
        "simple": "blocked",
        "no_cors": "opaque",
        "reset": "opaque",
        "preflight": "blocked",
        "image": "error",
        "socket": "closed",
        "rebound": "opaque",
        "rebound_api": "opaque",
        "api": "opaque",
    }
    iam = session.create_client("iam", region_name="us-east-1", endpoint_url=embedded.endpoint)
    assert iam.list_roles()["Roles"] == []
    statuses = {(request.host.partition(":")[0], request.status) for request in embedded.requests(before)[0]}
    assert ("127.0.0.1", 404) in statuses  # there is no such API, but it was asked
    assert {status for host, status in statuses if host == "rebound.example"} == {403}

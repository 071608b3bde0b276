"""The embedded AWS as a process: it starts, answers, forgets and leaves nothing behind."""

import json
import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tapgen.deploy.aws.session import connect
from tapgen.errors import TapgenError, UsageError
from tapgen.installing import with_extra
from tapgen.local import emulator
from tapgen.local.address import HOST
from tapgen.local.guard import KEY_HEADER
from tapgen.local.server import Request
from tests.sockets import listeners


def ask(running, path, host="localhost"):
    connection = HTTPConnection(HOST, running.port, timeout=30)
    connection.request("GET", path, headers={"Host": host, KEY_HEADER: running.credentials[1]})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def test_it_enforces_iam_and_answers_for_its_account(embedded):
    status, body = ask(embedded, "/_ministack/health")
    assert status == 200
    assert json.loads(body)["auth"] == "enabled"
    assert embedded.running
    assert embedded.endpoint == f"http://127.0.0.1:{embedded.port}"
    client = connect(region="eu-west-1", endpoint=embedded.endpoint, credentials=embedded.credentials)
    assert client.identity().account == embedded.account == "123456789012"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="needs /proc")
def test_it_listens_on_loopback_and_nowhere_else(embedded):
    assert listeners(embedded.process.pid) == [("0100007F", embedded.port)]


def test_what_it_stores_is_its_users_alone(embedded):
    from botocore.session import Session

    session = Session()
    session.set_credentials(*embedded.credentials)
    s3 = session.create_client("s3", region_name="us-east-1", endpoint_url=embedded.endpoint)
    s3.create_bucket(Bucket="private")
    s3.put_object(Bucket="private", Key="key", Body=b"stored")
    assert embedded.folder.stat().st_mode & 0o077 == 0
    stored = [path for path in embedded.folder.rglob("*") if path.name in {"requests.jsonl", "private"}]
    assert stored
    assert all(path.stat().st_mode & 0o077 == 0 for path in stored)


def test_one_beside_another_is_its_own_and_ends_with_its_files(embedded, monkeypatch):
    """On a port of one's own, without any key of the person's."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREALREALREALREAL")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://elsewhere.example")
    with socket.create_server((HOST, 0)) as server:
        free = server.getsockname()[1]
    with emulator.running("210987654321", "eu-west-1", free) as running:
        assert running.folder.is_dir()
        assert (running.account, running.region, running.port) == ("210987654321", "eu-west-1", free)
        assert ask(running, "/_ministack/health")[0] == ask(embedded, "/_ministack/health")[0] == 200
        environ = Path(f"/proc/{running.process.pid}/environ")
        told = environ.read_bytes().decode().split("\0") if environ.exists() else None
    assert not running.running
    assert not running.folder.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, running.port), timeout=5)
    running.stop()  # a second time is no error
    if told is not None:
        assert not {"AWS_ENDPOINT_URL", "AWS_PROFILE"} & {entry.partition("=")[0] for entry in told}
        assert f"AWS_ACCESS_KEY_ID={running.credentials[0]}" in told
        assert "BIND_HOST=127.0.0.1" in told


def test_it_ends_when_the_process_that_started_it_is_killed():
    code = (
        "import time\nfrom tapgen.local import emulator\n"
        "running = emulator.start()\nprint(running.process.pid, running.port, running.folder, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        pid, port, folder = parent.stdout.readline().split()
        parent.kill()
    for _ in range(300):
        if not Path(folder).exists() and not alive(int(pid)):
            break
        time.sleep(0.1)
    assert not alive(int(pid))
    assert not Path(folder).exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, int(port)), timeout=5)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_journal_has_the_requests_to_apis_alone(embedded):
    _, position = embedded.requests()
    ask(embedded, "/_ministack/health")
    ask(embedded, "/restapis/abc/dev/_user_request_/item?x=1")
    ask(embedded, "/dev/item", host=f"abc.execute-api.localhost:{embedded.port}")
    ask(embedded, "/restapis/abc/dev/_user_request_")
    for _ in range(100):  # a line is written when its answer is complete, which may be after it has arrived
        served, end = embedded.requests(position)
        if len(served) == 3:
            break
        time.sleep(0.05)
    assert [(request.method, request.path) for request in served] == [
        ("GET", "/item?x=1"),
        ("GET", "/item"),
        ("GET", "/"),
    ]
    assert served[0].status == 404
    assert embedded.requests(end) == ([], end)


def test_a_half_written_line_of_the_journal_waits(tmp_path):
    quiet = emulator.Emulator(1, "", "", ("", ""), tmp_path, None)
    assert quiet.requests() == ([], 0)
    line = json.dumps(
        {"method": "GET", "host": "h", "path": "/restapis/a/b/_user_request_/x", "status": 200, "milliseconds": 3}
    )
    (tmp_path / "requests.jsonl").write_text(line + "\n" + line[:20])
    served, position = quiet.requests()
    assert served == [Request("GET", "h", "/x", 200, 3)]
    (tmp_path / "requests.jsonl").write_text(line + "\n" + line + "\n")
    assert quiet.requests(position)[0] == [Request("GET", "h", "/x", 200, 3)]


def test_a_scan_reads_the_items_of_one_region_and_a_reset_forgets_them(embedded):
    from botocore.session import Session

    def dynamodb(region):
        session = Session()
        session.set_credentials(*embedded.credentials)
        return session.create_client("dynamodb", region_name=region, endpoint_url=embedded.endpoint)

    client = dynamodb("us-west-2")
    key = [{"AttributeName": "itemId", "KeyType": "HASH"}]
    attributes = [{"AttributeName": "itemId", "AttributeType": "S"}]
    client.create_table(
        TableName="items", KeySchema=key, AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST"
    )
    client.put_item(TableName="items", Item={"itemId": {"S": "one"}})
    assert embedded.scan("items", "us-west-2") == [{"itemId": {"S": "one"}}]
    with pytest.raises(TapgenError, match=r"HTTP 400: .*not found"):
        embedded.scan("items", "us-east-1")
    embedded.reset()
    assert client.list_tables()["TableNames"] == []
    client.close()


ANSWER_ONCE = (
    "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); c, _ = s.accept(); c.recv(999); c.sendall({!r})"
)
HEALTHY = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"services": 1}\n'


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit('no memory left')", "no memory left"),
        (ANSWER_ONCE.format(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), "it answered HTTP 503"),
        (ANSWER_ONCE.format(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"), "it answered HTTP 200"),
        (ANSWER_ONCE.format(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n??"), "Expecting value"),
    ],
)
def test_a_start_that_fails_says_why_and_leaves_nothing(code, said, monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(TapgenError) as failed:
        emulator.start(command=(sys.executable, "-c", code))
    assert "the embedded AWS did not start" in failed.value.message
    assert said in failed.value.message
    assert list(tmp_path.iterdir()) == []


def test_a_start_that_hangs_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(TapgenError, match="timed out after"):
        emulator.start(command=(sys.executable, "-c", "import sys; sys.stdin.read()"), patience=0.3)
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_end_by_itself_is_killed_with_what_it_started(tmp_path):
    code = (
        "import subprocess, sys, time; from pathlib import Path; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        f"Path({str(tmp_path / 'child')!r}).write_text(str(child.pid)); "
        + ANSWER_ONCE.format(HEALTHY)
        + "; time.sleep(60)"
    )
    running = emulator.start(command=(sys.executable, "-c", code))
    child = int((tmp_path / "child").read_text())
    assert alive(child)
    running.stop(grace=0.2)
    assert not running.running
    for _ in range(100):
        if not alive(child):
            break
        time.sleep(0.05)
    assert not alive(child)


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("ministack", "the embedded AWS is not installed"),
        ("cryptography", "the embedded AWS needs cryptography, which is not installed: it would accept no token"),
    ],
)
def test_without_the_extra_it_says_what_to_install(missing, said):
    with pytest.raises(TapgenError) as failed:
        emulator.server_command(find=lambda name: None if name == missing else name)
    assert str(failed.value) == said
    assert failed.value.hint == f"Install it: {with_extra('local')}."


def test_a_server_that_has_gone_is_an_error_with_its_log():
    running = emulator.start(command=(sys.executable, "-c", ANSWER_ONCE.format(HEALTHY)))
    running.process.wait()
    try:
        with pytest.raises(TapgenError, match="does not answer") as failed:
            running.reset()
        assert str(running.log) in failed.value.hint
    finally:
        running.stop()


def test_a_port_that_is_in_use_is_refused(embedded):
    with pytest.raises(UsageError, match=f"port {embedded.port}: Address already in use") as refused:
        emulator.start(port=embedded.port)
    assert "--port" in refused.value.hint


def test_a_large_table_is_read_page_by_page():
    asked = []

    class Paged(emulator.Emulator):
        def _exchange(self, method, path, headers=None, body=None):
            asked.append((headers["X-Amz-Target"], json.loads(body)))
            last = {"LastEvaluatedKey": {"id": {"S": "1"}}} if len(asked) == 1 else {}
            return json.dumps({"Items": [{"id": {"S": str(len(asked))}}], **last}).encode()

    found = Paged(1, "", "", ("", ""), Path(), None).scan("items", "us-east-1")
    assert found == [{"id": {"S": "1"}}, {"id": {"S": "2"}}]
    assert asked == [
        ("DynamoDB_20120810.Scan", {"TableName": "items"}),
        ("DynamoDB_20120810.Scan", {"TableName": "items", "ExclusiveStartKey": {"id": {"S": "1"}}}),
    ]


def test_without_a_place_for_temporary_files_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(TapgenError, match="No such file or directory") as failed:
        emulator.start()
    assert str(tmp_path / "none") in failed.value.message
    assert "TMPDIR" in failed.value.hint

"""What handlers send while they run, recorded by botocore's own client-side monitoring, is part of what is found in them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from tapgen.proof.calls import analyse
from tests.integration.conftest import REAL, ROOT
from tests.unit.proof.call_cases import CASES

pytestmark = pytest.mark.skipif(bool(REAL), reason="the sources call whatever they like")

# Every documented source, and of the others every third: each costs a process and the making of its clients.
SOURCES = [case for number, case in enumerate(CASES) if case.name.startswith("documented") or number % 3 == 0]

# botocore asks for a bucket's region where S3 answers an error that another region might explain (S3RegionRedirector).
REDIRECTION = ("S3", "HeadBucket")

Recorded = dict[str, set[tuple[str, str]]]


@pytest.fixture
def recorder() -> Iterator[tuple[int, Recorded]]:
    """(UDP port on loopback, what arrives there): (service id, operation) by client id."""
    found: Recorded = defaultdict(set)
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    listener.settimeout(0.2)
    done = threading.Event()

    def listen() -> None:
        while True:
            try:
                event = json.loads(listener.recv(65536))
            except TimeoutError:
                if done.is_set():
                    return
                continue
            if event["Type"] == "ApiCall":
                found[event["ClientId"]].add((event["Service"], event["Api"]))

    thread = threading.Thread(target=listen)
    thread.start()
    yield listener.getsockname()[1], found
    done.set()
    thread.join()
    listener.close()


def run(cloud: Any, port: int, sources: list[tuple[str, str, str]], folder: Path) -> None:
    (folder / "sources.json").write_text(json.dumps(sources))
    environ = {
        **cloud.environ,
        "PATH": str(folder),  # no program of this machine is run by a source, least of all its `aws`
        "AWS_CSM_ENABLED": "true",
        "AWS_CSM_HOST": "127.0.0.1",
        "AWS_CSM_PORT": str(port),
        "AWS_MAX_ATTEMPTS": "1",
        "TABLE_NAME": "items",
        **dict.fromkeys(("T", "Q", "B", "TABLE", "BUCKET", "QUEUE_URL", "TOPIC_ARN", "NAME"), "x"),
    }
    program = Path(__file__).with_name("run_sources.py")
    subprocess.run([sys.executable, program, folder / "sources.json"], env=environ, cwd=folder, check=True, timeout=300)


def found_in(folder: Path, entry_point: str) -> tuple[set[tuple[str, str]], bool]:
    """What the analysis finds, with the service ids that the monitoring uses, and whether that is everything."""
    analysis = analyse(folder, entry_point)
    said = (*analysis.calls, *analysis.possible)  # possible: to an address that is nobody's but the developer's
    called = [call for call in said if call.service in services()]  # others are asked without botocore
    ids = {call.service: service_id(call.service) for call in called}
    return {(ids[call.service], call.operation) for call in called}, not analysis.unresolved


@cache
def services() -> frozenset[str]:
    return frozenset(Session().get_available_services())


@cache
def service_id(service: str) -> str:
    return str(Session().get_service_model(service).service_id)


def test_the_shipped_handler(cloud: Any, recorder: tuple[int, Recorded], tmp_path: Path) -> None:
    port, recorded = recorder
    run(cloud, port, [("shipped", str(ROOT / "handler"), "index.handler")], tmp_path)
    settle(recorded, "shipped")
    assert recorded["shipped"] == found_in(ROOT / "handler", "index.handler")[0] == {("DynamoDB", "PutItem")}


def settle(recorded: Recorded, name: str) -> None:
    """Datagrams on loopback are there at once; the listening thread needs a moment to read them."""
    for _ in range(100):
        if recorded[name]:
            return
        threading.Event().wait(0.02)


def test_sources_of_the_case_table(cloud: Any, recorder: tuple[int, Recorded], tmp_path: Path) -> None:
    port, recorded = recorder
    sources = []
    for case in SOURCES:
        for file, text in case.files.items():
            (tmp_path / case.name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / case.name / file).write_text(text)
        sources.append((case.name, str(tmp_path / case.name), case.entry_point))
    run(cloud, port, sources, tmp_path)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as after_all:
        event = {"Type": "ApiCall", "ClientId": "last", "Service": "none", "Api": "none"}
        after_all.sendto(json.dumps(event).encode(), ("127.0.0.1", port))
    settle(recorded, "last")
    unexpected = {}
    for name, folder, entry_point in sources:
        found, complete = found_in(Path(folder), entry_point)
        surplus = recorded[name] - found - {REDIRECTION}
        if complete and surplus:
            unexpected[name] = surplus
    assert unexpected == {}
    assert sum(bool(calls) for calls in recorded.values()) - 1 > len(SOURCES) / 2  # most of them do send something

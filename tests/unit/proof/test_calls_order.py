"""The answer depends on the source alone: not on the hash seed, and not on where objects lie in memory."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.unit.proof.call_cases import HANDLERS
from tests.unit.proof.test_calls import write

ANALYSE = """
import sys
from pathlib import Path
from tapgen.proof import calls
for folder in sys.argv[1:]:
    found = calls.analyse(Path(folder), "index.handler")
    print(found.calls, found.unresolved, found.notes, found.problems)
"""

TAGS = "list_tags_for_resource"
PAIRS = {
    "sns": TAGS, "rds": TAGS, "ecs": TAGS, "eks": TAGS, "athena": TAGS, "batch": TAGS, "events": TAGS, "ecr": TAGS,
    "dax": "describe_clusters", "wafv2": "list_web_acls", "kinesis": "list_streams", "inspector2": "list_findings",
    "xray": "get_groups", "signer": "list_signing_jobs", "synthetics": "describe_canaries", "fis": "list_actions",
    "emr-serverless": "list_applications", "apprunner": "list_services",
}  # fmt: skip
"""More services than one helper is told apart for. Those that are merged may each make the others' request too."""

MANY_CONTEXTS = f"""
import boto3
OPERATIONS = {PAIRS}
def ask(service):
    return getattr(boto3.client(service), OPERATIONS[service])()
def handler(event, context):
    [ask(service) for service in {[*PAIRS][::2]}]
    [ask(service) for service in {[*PAIRS][1::2]}]
"""

ENTANGLED = """
import boto3
class Node:
    def __init__(self, *a):
        self.a = a
    def step(self, *more):
        return [one(self, *more) for one in ALL] + [Node(*self.a, *more)]
{functions}
ALL = [{names}]
t = boto3.resource("dynamodb").Table("x")
def handler(e, c):
    f0(t.scan, *ALL)
""".format(
    functions="".join(
        f"def f{n}(*a, **k):\n    return [g(*a, *k.values(), f{n}, **k) for g in ALL] + [Node(f{n}, a), *a]\n"
        for n in range(12)
    ),
    names=", ".join(f"f{n}" for n in range(12)),
)


def answer(folders, seed):
    """What a process of its own says of each folder, with that seed for the hashes of texts."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-c", ANALYSE, *map(str, folders)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_no_answer_depends_on_the_hash_seed(tmp_path):
    handlers = [case for case in HANDLERS if case.entry_point == "index.handler"]
    sources = {"contexts": MANY_CONTEXTS, "entangled": ENTANGLED} | {case.name: case.files for case in handlers}
    for name, source in sources.items():
        write(tmp_path / name, source)
    folders = [tmp_path / name for name in sources]

    first, *others = (answer(folders, seed) for seed in (0, 7))
    others += [[*answer(folders[:2], seed), *first[2:]] for seed in (2, 3)]

    assert len(first) == len(sources)
    assert "Call(service='eks'" in first[0]
    assert sum("Call(" in line for line in first[2:]) > len(handlers) / 2
    for other in others:
        assert [name for name, one, two in zip(sources, first, other, strict=True) if one != two] == []

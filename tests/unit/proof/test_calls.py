"""Every source of the case table gives exactly its actions and its number of unresolved places."""

from __future__ import annotations

from tapgen.proof import calls
from tapgen.proof.needs import actions
from tests.table import rows
from tests.unit.proof.call_cases import CASES, HANDLERS, PAGES


def write(folder, source):
    """Write one source as index.py, or several by name."""
    for name, text in ({"index.py": source} if isinstance(source, str) else source).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def analyse(folder, source, entry_point="index.handler"):
    """The analysis of the source."""
    write(folder, source)
    return calls.analyse(folder, entry_point)


def needs(calls):
    """The actions that the calls need for certain."""
    found = [actions.needed(call) for call in calls]
    unmapped = [one for one in found if isinstance(one, actions.Unmapped)]
    assert not unmapped
    return {need.action for one in found for need in one if not need.optional}


def id_of(case):
    return case.name


@rows("case", [*CASES, *HANDLERS], ids=id_of)
def test_case(tmp_path, case):
    analysis = analyse(tmp_path, case.files, case.entry_point)
    assert needs(analysis.calls) == case.needs
    assert needs(analysis.possible) == case.possible
    assert len(analysis.unresolved) == case.unresolved, analysis.unresolved
    assert analysis.problems == ()
    lines = {name: text.count("\n") + 1 for name, text in case.files.items()}
    for found in (*analysis.calls, *analysis.unresolved):
        assert 1 <= found.line <= lines[found.file]


def test_every_section_of_every_page_is_a_case():
    sections = sum(page.read_text().count("\n## ") for page in PAGES.glob("*.md"))
    assert len({case.name for case in (*CASES, *HANDLERS)}) == sections


def test_requests_with_keys_of_others_are_possible_only(tmp_path):
    source = """
import boto3
keys = boto3.client("sts").assume_role(RoleArn="r", RoleSessionName="s")["Credentials"]
session = boto3.Session(aws_access_key_id=keys["AccessKeyId"])
def handler(event, context):
    session.client("ec2").describe_images()
    session.resource("s3").Bucket("b").objects.all()
    boto3.client("sqs", aws_access_key_id=None).purge_queue(QueueUrl="q")
"""
    found = analyse(tmp_path, source)
    assert {one.operation for one in found.calls} == {"AssumeRole", "PurgeQueue"}
    assert {one.operation for one in found.possible} == {"DescribeImages", "ListObjects"}
    assert not found.unresolved

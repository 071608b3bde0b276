"""Each way an operation can end has an exit code; docs/exit-codes.md lists them all."""

import runpy
from pathlib import Path

import pytest

from tapgen.deploy.aws.errors import CredentialsError
from tapgen.deploy.outcome import Outcome
from tapgen.errors import ExitCode
from tests.table import rows
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import TAGS, deployed, document, request, run, topic

ROOT = Path(__file__).parents[3]
CHANGED = document(Topic=topic("changed"))


def ok(cloud):
    return run(cloud, request())


def failed(cloud):
    cloud.set_failure = "Template error"
    return run(cloud, request())


def usage(cloud):
    made = {**document(), "Parameters": {"Size": {"Type": "Number"}}}
    return run(cloud, request(made))


def refused(cloud):
    deployed(cloud)
    return run(cloud, request(document(ItemTable=None)))


def declined(cloud):
    return run(cloud, request(), confirm=False)


def rolled_back(cloud):
    cloud.fails["Topic"] = "no"
    return run(cloud, request())


def rolled_back_update(cloud):
    deployed(cloud)
    cloud.fails["Topic"] = "no"
    return run(cloud, request(CHANGED))


def stuck(cloud):
    deployed(cloud)
    cloud.fails["Topic"] = "no"
    cloud.end["UPDATE"] = "UPDATE_ROLLBACK_FAILED"
    return run(cloud, request(CHANGED))


def stuck_creation(cloud):
    cloud.fails["Topic"] = "no"
    cloud.end["CREATE"] = "ROLLBACK_FAILED"
    return run(cloud, request())


def gone(cloud):
    cloud.end["CREATE"] = "DELETE_COMPLETE"
    cloud.fails["Topic"] = "no"
    return run(cloud, request())


def continues(cloud):
    cloud.faults["events"] = [CredentialsError("ExpiredToken", "expired", "DescribeStackEvents")]
    return run(cloud, request())


def busy(cloud):
    cloud.put("tap-dev", "UPDATE_IN_PROGRESS", document(), tags=TAGS)
    return run(cloud, request())


def wrong_target(cloud):
    return run(cloud, request(account="999999999999"))


def interrupted(cloud):
    cloud.faults["create_change_set"] = [KeyboardInterrupt()]
    return run(cloud, request())


ENDS = {
    ok: ExitCode.OK,
    failed: ExitCode.FAILED,
    gone: ExitCode.FAILED,
    usage: ExitCode.USAGE,
    refused: ExitCode.REFUSED,
    declined: ExitCode.DECLINED,
    rolled_back: ExitCode.ROLLED_BACK,
    rolled_back_update: ExitCode.ROLLED_BACK,
    stuck: ExitCode.STUCK,
    stuck_creation: ExitCode.STUCK,
    continues: ExitCode.CONTINUES,
    busy: ExitCode.BUSY,
    wrong_target: ExitCode.WRONG_TARGET,
    interrupted: ExitCode.INTERRUPTED,
}


@pytest.mark.rule(24)
@rows(("end", "code"), ENDS.items(), ids=lambda value: getattr(value, "__name__", ""))
def test_each_end_has_its_exit_code(end, code):
    outcome = end(Cloud())
    assert isinstance(outcome, Outcome)
    assert outcome.code == code
    assert outcome.message
    assert outcome.hint or code in {ExitCode.OK, ExitCode.DECLINED, ExitCode.INTERRUPTED, ExitCode.FAILED}


@pytest.mark.rule(24)
def test_no_end_of_a_deployment_is_untested():
    assert set(ENDS.values()) == set(ExitCode) - {ExitCode.CHANGES}  # CHANGES is for render, diff and drift


@pytest.mark.rule(24)
def test_the_page_is_what_the_code_says():
    script = runpy.run_path(str(ROOT / "scripts/exit_codes.py"))
    assert (ROOT / "docs/exit-codes.md").read_text() == script["page"]()
    for code in ExitCode:
        assert f"| {code.value} | `{code.name}` |" in script["page"]()

"""Real reasons, and what is to be done about each."""

import runpy
from pathlib import Path

import pytest

from tapgen.deploy.stack.failure_reasons import REASONS, advice
from tapgen.errors import ExitCode
from tests.table import rows
from tests.unit.deploy.fake import Cloud
from tests.unit.deploy.scene import request, run

ROOT = Path(__file__).parents[3]
SAID = {
    "The role defined for the function cannot be assumed by Lambda. (Service: Lambda, Status Code: 400)": "Trust lambda",
    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.": (
        "The package is gone"
    ),
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its "
    "minimum value of [10].": "Lower `concurrency`",
    "Invalid request provided: Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds": (
        "Make the queue's visibility"
    ),
    "The provided execution role does not have permissions to call CreateNetworkInterface on EC2": "A function in a VPC",
    "The provided execution role does not have permissions to call ReceiveMessage on SQS": "The function's role lacks",
    "CloudWatch Logs role ARN must be set in account settings to enable logging": "The account has no role",
    "The bucket you tried to delete is not empty": "Empty it",
    "Unable to validate the following destination configurations (Service: S3)": "The permission or policy",
    "Cannot exceed quota for PoliciesPerRole: 10": "A role takes 10",
    "Cannot perform more than one GSI creation or deletion in a single update": "Add or remove one index",
    "The maximum number of addresses has been reached.": "Five elastic addresses",
    "No export named shop-vpc found. Rollback requested by user.": "Deploy the stack that exports it",
    "You must wait 60 seconds after deleting a queue before you can create another with the same name.": "Wait a minute",
    'Resource handler returned message: "User: arn is not authorized to perform: sns:CreateTopic on resource: x" '
    "(RequestToken: y, HandlerErrorCode: GeneralServiceException)": "Grant the action",
    "Resource of type 'AWS::SNS::Topic' with identifier 'x' already exists.": "`--import-existing`",
    'Resource handler returned message: "null" (RequestToken: x, HandlerErrorCode: NotStabilized)': "It did not become",
    "Rate exceeded (Service: ApiGateway, Status Code: 429)": "It passes",
    "Dynamic reference {{resolve:secretsmanager:shop/db}} could not be resolved: secret shop/db not found": "Make the secret or",
    "Secrets Manager can't find the specified secret. (Service: AWSSecretsManager; Status Code: 400)": "Make the secret first",
    "Action denied by stack policy": "The stack policy keeps it",
    "Something that nobody has heard of": "",
}


@rows("reason", SAID)
def test_a_reason_says_what_to_do(reason):
    said = advice(reason)
    assert said.startswith(SAID[reason])
    assert bool(said) == bool(SAID[reason])


def test_no_row_is_hidden_by_one_before_it():
    """Each row is the answer to its own words."""
    for row in REASONS:
        assert advice(" x ".join(row.words)) == row.advice, row.words


def test_the_table_is_large_and_each_row_has_its_source():
    assert len(REASONS) >= 50
    assert all(row.source and row.advice.endswith(".") for row in REASONS)


def test_the_page_is_the_table():
    assert (ROOT / "docs/failures.md").read_text() == runpy.run_path(str(ROOT / "scripts/failure_reasons.py"))["page"]()


@pytest.mark.rule(26)
def test_a_failed_deployment_says_it_next_to_the_root_cause():
    cloud = Cloud()
    cloud.fails["Topic"] = "User: x is not authorized to perform: sns:CreateTopic"
    outcome = run(cloud, request())
    assert outcome.code == ExitCode.ROLLED_BACK
    assert outcome.hint.startswith("Grant the action to the role that deploys. A failed first creation left")

"""What a function finds when it runs on the embedded AWS: what Lambda has, and nothing of tapgen's own."""

import base64
import io
import json
import secrets
import zipfile

import pytest
from botocore.session import Session

SOURCE = """
import importlib.util, logging, os, sys, time
import boto3, botocore, dateutil, jmespath, s3transfer, urllib3
from importlib.metadata import version

logging.getLogger().setLevel(logging.INFO)


def handler(event, context):
    logging.info("what %s logs", "logging.info")
    return {
        "found": {name: bool(importlib.util.find_spec(name)) for name in event["names"]},
        "boto3": version("boto3"),
        "variables": dict(os.environ),
        "path": sys.path,
        "zone": time.tzname[0],
        "caller": boto3.client("sts").get_caller_identity()["Arn"],
    }
"""
OURS = ["tapgen", "click", "rich", "troposphere", "pytest", "ministack", "yaml", "setuptools", "pip"]


@pytest.fixture(scope="module")
def invoked(embedded):
    """The answer and the log of a function that looks around."""
    session = Session()
    session.set_credentials(*embedded.credentials)

    def client(service):
        return session.create_client(service, region_name="us-east-1", endpoint_url=embedded.endpoint)

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", SOURCE)
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    role = client("iam").create_role(RoleName="looks", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    functions = client("lambda")
    functions.create_function(
        FunctionName="looks", Runtime="python3.12", Role=role, Handler="index.handler", Timeout=30,
        Code={"ZipFile": packed.getvalue()}, Environment={"Variables": {"MINE": "yes", "LANG": "de_DE.UTF-8"}},
    )  # fmt: skip
    payload = json.dumps({"names": ["os", *OURS]})
    answer = functions.invoke(FunctionName="looks", Payload=payload, LogType="Tail")
    return json.loads(answer["Payload"].read()), base64.b64decode(answer["LogResult"]).decode()


def test_it_imports_what_lambda_has_and_nothing_of_tapgens(invoked):
    answer, _ = invoked
    assert answer["found"] == {"os": True, **dict.fromkeys(OURS, False)}
    assert answer["boto3"]


def test_it_has_lambdas_variables_and_its_own(invoked, embedded):
    answer, _ = invoked
    variables = answer["variables"]
    assert (variables["MINE"], variables["LANG"]) == ("yes", "de_DE.UTF-8")
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.12"
    assert variables["AWS_REGION"] == variables["AWS_DEFAULT_REGION"] == "us-east-1"
    assert variables["AWS_LAMBDA_FUNCTION_NAME"] == "looks"
    assert answer["zone"] == "UTC"
    assert not {"HOME", "VIRTUAL_ENV", "GATEWAY_PORT", "MINISTACK_ACCOUNT_ID", "AUTH", "PYTHONPATH"} & variables.keys()
    assert variables["PATH"] == "/usr/local/bin:/usr/bin:/bin"
    assert not set(embedded.credentials) & set(variables.values())


def test_it_is_its_role_with_a_secret_of_this_run(invoked):
    answer, _ = invoked
    assert ":assumed-role/looks/" in answer["caller"]


def test_what_it_logs_is_in_its_log(invoked):
    _, log = invoked
    assert "[INFO]\t" in log
    assert "what logging.info logs" in log


LOGS = """
import logging

logger = logging.getLogger("shop")


def handler(event, context):
    logging.debug("a %s", "debug line")
    logging.info("an info line")
    logger.warning({"structured": 1}, extra={"order": 7})
    try:
        raise ValueError("as asked")
    except ValueError:
        logger.exception("it failed")
"""


@pytest.mark.parametrize(
    ("configuration", "levels"),
    [
        ({"LogFormat": "JSON"}, ["INFO", "WARNING", "ERROR"]),
        ({"LogFormat": "JSON", "ApplicationLogLevel": "WARN"}, ["WARNING", "ERROR"]),
        ({"LogFormat": "JSON", "ApplicationLogLevel": "TRACE"}, ["DEBUG", "INFO", "WARNING", "ERROR"]),
        ({"LogFormat": "Text"}, []),
    ],
)
def test_levels_and_format_are_those_of_the_logging_configuration(invoked, embedded, configuration, levels):
    del invoked  # its role is taken
    session = Session()
    session.set_credentials(*embedded.credentials)
    functions = session.create_client("lambda", region_name="us-east-1", endpoint_url=embedded.endpoint)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", LOGS)
    name = f"logs-{secrets.token_hex(4)}"
    functions.create_function(
        FunctionName=name, Runtime="python3.12", Role="arn:aws:iam::123456789012:role/looks", Timeout=30,
        Handler="index.handler", Code={"ZipFile": packed.getvalue()}, LoggingConfig=configuration,
    )  # fmt: skip
    answer = functions.invoke(FunctionName=name, LogType="Tail")
    lines = base64.b64decode(answer["LogResult"]).decode().splitlines()
    records = [json.loads(line) for line in lines if line.startswith("{")]
    assert [one["level"] for one in records] == levels
    if levels:
        warning, error = records[-2:]
        assert (warning["message"], warning["order"], warning["logger"]) == ({"structured": 1}, 7, "shop")
        assert (error["message"], error["errorType"], error["errorMessage"]) == ("it failed", "ValueError", "as asked")
        assert error["stackTrace"][0].endswith('raise ValueError("as asked")\n')
    else:  # as on AWS, the root logger's own level: no line of INFO
        text = "\n".join(lines)
        assert "[WARNING]\t" in text
        assert "[ERROR]\t" in text
        assert "an info line" not in text

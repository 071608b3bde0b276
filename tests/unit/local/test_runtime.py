"""What a function finds when it runs on the embedded AWS: what Lambda has, and nothing of tapgen's own."""

import base64
import io
import json
import secrets
import shutil
import zipfile

import pytest
from botocore.session import Session

from tapgen.local.workers import UNPACKED, lasting, unpacking_once

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


def packed(source):
    """A package of one module."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("index.py", source)
    return {"ZipFile": made.getvalue()}


@pytest.fixture(scope="module")
def client(embedded):
    """Makes clients of the embedded AWS."""
    session = Session()
    session.set_credentials(*embedded.credentials)
    return lambda service: session.create_client(service, region_name="us-east-1", endpoint_url=embedded.endpoint)


@pytest.fixture(scope="module")
def invoked(client):
    """The answer and the log of a function that looks around."""
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
    }
    role = client("iam").create_role(RoleName="looks", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    functions = client("lambda")
    functions.create_function(
        FunctionName="looks", Runtime="python3.12", Role=role, Handler="index.handler", Timeout=30,
        Code=packed(SOURCE), Environment={"Variables": {"MINE": "yes", "LANG": "de_DE.UTF-8"}},
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
def test_levels_and_format_are_those_of_the_logging_configuration(invoked, client, configuration, levels):
    del invoked  # its role is taken
    functions = client("lambda")
    name = f"logs-{secrets.token_hex(4)}"
    functions.create_function(
        FunctionName=name, Runtime="python3.12", Role="arn:aws:iam::123456789012:role/looks", Timeout=30,
        Handler="index.handler", Code=packed(LOGS), LoggingConfig=configuration,
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


KEEPS = """
import os, sys

calls = []


def handler(event, context):
    calls.append(event)
    if event == "fail":
        raise KeyError("as asked")
    before = "botocore" in sys.modules
    import botocore.handlers

    counts = [one for one in botocore.handlers.BUILTIN_HANDLERS if getattr(one[1], "__name__", "") == "_ms_add_invoke_depth"]
    return {"calls": calls, "botocore": before, "counts": len(counts), "code": os.path.realpath(__file__)}
"""


def test_a_process_survives_an_error_imports_nothing_by_itself_and_shares_the_unpacked_package(invoked, client):
    del invoked  # its role is taken
    functions = client("lambda")
    names = [f"keeps-{secrets.token_hex(4)}" for _ in range(2)]
    for name in names:
        functions.create_function(
            FunctionName=name, Runtime="python3.12", Role="arn:aws:iam::123456789012:role/looks", Timeout=30,
            Handler="index.handler", Code=packed(KEEPS),
        )  # fmt: skip

    def call(name, event):
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
        return answer, json.loads(answer["Payload"].read())

    failed, error = call(names[0], "fail")
    assert (failed["FunctionError"], error["errorMessage"]) == ("Unhandled", "'as asked'")
    assert 'raise KeyError("as asked")' in base64.b64decode(failed["LogResult"]).decode()
    _, first = call(names[0], "again")
    assert (first["calls"], first["botocore"], first["counts"]) == (["fail", "again"], False, 1)
    _, second = call(names[1], "other")
    assert second["calls"] == ["other"]
    assert second["code"] == first["code"]


def test_another_program_of_ministacks_is_noticed():
    with pytest.raises(ValueError, match="has no"):
        lasting("import sys\n")


def test_what_no_process_uses_is_not_kept_unpacked(tmp_path):
    unpack = unpacking_once(tmp_path).ZipFile
    codes = {name: packed(name)["ZipFile"] for name in ("first", "second")}  # an archive has the time in it
    for number, name in enumerate(("first", "second", "second")):
        worker = tmp_path / f"ministack-lambda-x-{number}"
        (worker / "code").mkdir(parents=True)
        (worker / "_worker.py").touch()
        (worker / "code.zip").write_bytes(codes[name])
        with unpack(worker / "code.zip") as archive:
            archive.extractall(worker / "code")
        assert (worker / "code" / "index.py").read_text() == name
        if name == "first":
            shutil.rmtree(worker)
    assert len(list((tmp_path / UNPACKED).iterdir())) == 1

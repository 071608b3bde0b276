"""Packages that are not analysed, and what is known of them all the same."""

from __future__ import annotations

from tapgen.proof.interpret.library.external import Package, harmless
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.plain import Const
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site

_ANY = (
    "aws_encryption_sdk", "chalicelib", "sagemaker", "pyathena", "moto", "boto", "awscli", "strands_tools",
    "ask_sdk.standard", "aws_lambda_powertools.utilities.data_masking", "django.core.asgi", "django.core.wsgi",
    "crewai_tools.aws",
)  # fmt: skip

OWN_REQUESTS = {
    **dict.fromkeys(_ANY, ""),
    "aurora_data_api": "rds-data",
    "ask_sdk_dynamodb": "dynamodb",
    **dict.fromkeys(
        ("dynamodb_encryption_sdk", "dyntastic", "dynamorm", "pydynox", "pydantic_dynamo"),
        "dynamodb",
    ),
    **dict.fromkeys(("cloudpathlib", "s3path", "s3pathlib", "s3_tar"), "s3"),
    **dict.fromkeys(("ssm_cache", "ssm_parameter_store"), "ssm"),
    "lambda_cache.ssm": "ssm",
    "lambda_cache.secrets_manager": "secretsmanager",
    "lambda_cache.s3": "s3",
    "watchtower": "logs",
    "neptune_python_utils": "neptune-db",
    "aws_msk_iam_sasl_signer": "kafka-cluster",
    **dict.fromkeys(("boto_session_manager", "boto3_assist"), ""),
    **dict.fromkeys(("bloop", "dynamo_pandas", "flask_dynamo", "dynamodb_session_flask"), "dynamodb"),
    "strands.session.s3_session_manager": "s3",
}  # fmt: skip
"""Packages that make AWS requests of their own accord, without being handed a boto3 object -> the service that they
call, "" where they call several."""


def own_requests(path: str) -> str | None:
    """The service that the name's package calls by itself, "" for several; None where it calls none."""
    within = (service for one, service in OWN_REQUESTS.items() if path == one or path.startswith(f"{one}."))
    return next(within, None)


def _connect(site: Site, args: Arguments) -> Values:
    """`redshift_connector.connect(iam=True, …)` asks for credentials; with a password it is a connection alone."""
    iam = args.keywords.get("iam", args.extra)
    if any(not (isinstance(value, Const) and not value.value) for value in iam):
        site.unresolved("redshift_connector asks for the database's credentials by itself", "redshift")
    return UNKNOWN


PACKAGES = {
    "dynamodb_json": Package(other=harmless),
    "redshift_connector": Package(functions={"connect": _connect}, other=harmless),
}

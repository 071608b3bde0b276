"""Names and shapes that are read from botocore's and boto3's data agree with the packages themselves."""

from __future__ import annotations

import boto3.session
import botocore.session
import pytest
from botocore import xform_name

from tapgen.proof.interpret.boto3 import models
from tests.table import rows

SERVICES = sorted(botocore.session.Session().get_available_services())


@pytest.mark.pinned
@rows("letter", sorted({name[0] for name in SERVICES}))
def test_every_method_has_botocores_name(letter):
    for name in SERVICES:
        if name.startswith(letter):
            service = models.service(name)
            assert {xform_name(operation): operation for operation in service.methods.values()} == service.methods


def test_the_newest_version_of_a_service_is_read():
    assert "transact_write_items" in models.service("dynamodb").methods


def test_unknown_services():
    assert models.service("dinamodb") is None
    assert models.service("../dynamodb") is None
    assert models.resources("lambda") is None
    assert models.resource("lambda", "") is None


def test_paginators_and_waiters():
    service = models.service("dynamodb")
    assert service.paginators["query"] == "Query"
    assert service.waiters["table_exists"] == "DescribeTable"


def test_every_resource_service_can_be_read():
    session = boto3.session.Session(region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    for name in session.get_available_resources():
        assert models.resources(name).service.has or models.resources(name).resources

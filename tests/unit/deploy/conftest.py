"""The marker that ties a test to a rule of docs/deployment.md, and botocore's stubs."""

import pytest
from botocore.config import Config
from botocore.loaders import create_loader
from botocore.session import Session
from botocore.stub import Stubber

from tapgen.deploy.aws.operations import AwsClient
from tapgen.deploy.aws.session import SERVICES, Caller


def pytest_configure(config):
    config.addinivalue_line("markers", "rule(number): the deployment rule that the test shows")


@pytest.fixture(scope="session")
def models():
    """What reads botocore's descriptions of services, each once for all tests."""
    return create_loader()


@pytest.fixture
def stub(monkeypatch, models):
    """A maker of stubbed services, and the client that calls them."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    session = Session()
    session.register_component("data_loader", models)
    session.set_credentials("key", "secret")
    services, stubs = {}, {}

    def service(name):
        name = SERVICES.get(name, name)
        if name not in services:
            services[name] = session.create_client(name, region_name="eu-west-1", config=Config())
            stubs[name] = Stubber(services[name])
            stubs[name].activate()
        return services[name]

    def stubber(name):
        service(name)
        return stubs[name]

    yield stubber, AwsClient(Caller(service), "eu-west-1")
    for one in stubs.values():
        one.assert_no_pending_responses()

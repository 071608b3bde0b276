"""The marker that ties a test to a rule of docs/deployment.md."""


def pytest_configure(config):
    config.addinivalue_line("markers", "rule(number): the deployment rule that the test shows")

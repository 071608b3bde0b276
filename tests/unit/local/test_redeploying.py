"""A change on disk is brought to the embedded AWS: code alone past CloudFormation, everything else through it."""

import io
import json
import secrets
from contextlib import ExitStack

import pytest

from tapgen.deploy.artifacts.packages import packages
from tapgen.local import gateway
from tapgen.local.deployment import Prepared, deploy_prepared, prepare
from tapgen.local.redeploying import Redeployment, code_alone
from tapgen.local.view import BriefView
from tapgen.local.watching import snapshot
from tapgen.settings.load import load

SETTINGS = """
application = "NAME"
[functions.Inline]
source = "inline"
routes = ["GET /inline"]
[functions.Packed]
source = "packed"
entry_point = "app.handler"
routes = ["GET /packed"]
[functions.Other]
source = "packed"
entry_point = "app.handler"
[lambda_layers.Common]
source = "common"
runtimes = ["python3.13"]
"""
CODE = """
import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps("VERSION")}
"""
PACKED = CODE.replace('"VERSION"', "VERSION") + "\n\nfrom helper import VERSION  # noqa: E402\n"


@pytest.fixture
def folder(project):
    files = {
        "inline/index.py": CODE.replace("VERSION", "one"),
        "packed/app.py": PACKED,
        "packed/helper.py": 'VERSION = "one"\n',
        "common/shared.py": "VALUE = 1\n",
    }
    return project(SETTINGS.replace('"NAME"', f'"r{secrets.token_hex(4)}"'), **files)


class Running:
    """A deployed project that is changed and deployed again."""

    def __init__(self, folder, embedded, stack):
        self.folder = folder
        self.out = io.StringIO()
        prepared = prepare(self.environment, stack)
        self.deployed = deploy_prepared(prepared, embedded, self._view)[1]
        self.redeployment = Redeployment(embedded, self._view, _no_installer, prepared, stack)

    def _view(self, _):
        return BriefView(self.out)

    @property
    def environment(self):
        return load(self.folder).environment("dev")

    def again(self):
        """What is said of it."""
        self.out.seek(0)
        self.out.truncate()
        self.deployed = self.redeployment.deploy(self.environment)
        assert self.deployed, self.out.getvalue()
        return self.out.getvalue()

    def answer(self, path):
        return json.loads(gateway.send(self.deployed.address, gateway.parse(f"GET {path}")).body)


def _no_installer(*_):
    raise AssertionError("nothing is required")


@pytest.fixture
def running(folder, embedded):
    with ExitStack() as stack:
        yield Running(folder, embedded, stack)


def write(running, path, text):
    (running.folder / path).write_text(text)


def test_code_is_changed_past_cloudformation_and_the_rest_through_it(running):
    assert running.answer("/packed") == running.answer("/inline") == "one"
    write(running, "packed/helper.py", 'VERSION = "two!"\n')
    said = running.again()
    assert said.startswith("PackedFunction, OtherFunction: new code, ")
    assert "change set" not in said
    assert running.answer("/packed") == "two!"
    write(running, "inline/index.py", CODE.replace("VERSION", "two!!"))
    assert running.again().startswith("InlineFunction: new code, ")
    assert running.answer("/inline") == "two!!"
    assert running.again() == "Nothing that is deployed has changed\n"
    settings = (running.folder / "tapgen.toml").read_text()
    write(running, "tapgen.toml", settings.replace('["GET /packed"]', '["GET /packed", "GET /more"]'))
    write(running, "packed/helper.py", 'VERSION = "three"\n')
    assert "The change set on " in running.again()
    assert running.answer("/more") == "three"
    assert running.answer("/inline") == "two!!"


def test_code_that_goes_back_to_what_cloudformation_knows_is_put_back_by_the_next_deployment(running):
    write(running, "packed/helper.py", 'VERSION = "two!"\n')
    running.again()
    write(running, "packed/helper.py", 'VERSION = "one"\n')
    settings = (running.folder / "tapgen.toml").read_text()
    write(running, "tapgen.toml", settings.replace('["GET /packed"]', '["GET /packed", "GET /more"]'))
    running.again()
    assert running.answer("/more") == "one"


def test_a_layer_is_deployed(running):
    write(running, "common/shared.py", "VALUE = 22\n")
    assert "CommonLayer" in running.again()


def prepared(folder):
    with ExitStack() as stack:
        return prepare(load(folder).environment("dev"), stack)


@pytest.mark.parametrize(
    ("path", "old", "new", "functions"),
    [
        ("packed/helper.py", "one", "two", ("PackedFunction", "OtherFunction")),
        ("inline/index.py", "one", "two", ("InlineFunction",)),
        ("inline/index.py", "one", "x" * 5000, None),  # no longer inline
        ("tapgen.toml", '["GET /inline"]', '["GET /other"]', None),
        ("tapgen.toml", "[functions.Inline]", "[functions.Inline]\nmemory = 512", None),
        ("common/shared.py", "1", "2", None),
    ],
)
def test_what_is_code_alone(folder, path, old, new, functions):
    before = prepared(folder)
    assert code_alone(before, prepared(folder)) == ()
    file = folder / path
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))
    assert code_alone(before, prepared(folder)) == functions


def test_functions_that_share_a_source_are_packed_once_and_known_ones_not_at_all(folder):
    environment = load(folder).environment("dev")
    first = prepared(folder)
    assert isinstance(first, Prepared)
    found = {one.parameter: one for one in first.packages}
    assert found["PackedFunctionCodeKey"].key == found["OtherFunctionCodeKey"].key
    assert found["PackedFunctionCodeKey"].body is found["OtherFunctionCodeKey"].body
    with ExitStack() as stack:
        again = packages(environment, first.rendered.document, stack, _no_installer, known=found)
    assert {one.parameter: one for one in again} == found


def test_the_file_that_requirements_stand_in_is_watched(folder):
    settings = folder / "tapgen.toml"
    text = settings.read_text().replace('source = "inline"', 'source = "inline"\nrequirements = "requirements-dev.txt"')
    settings.write_text(text)
    (folder / "requirements-dev.txt").write_text("")
    environment = load(folder).environment("dev")
    assert str(folder / "requirements-dev.txt") in snapshot(settings, environment)

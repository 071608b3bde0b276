"""A cloud for the tests, and applications deployed into it with the tool's own commands.

By default the cloud is an embedded AWS, one for each test process. With TAPGEN_INTEGRATION_ENV it is the AWS of the
caller's credentials, and only the environments that the variable names (separated by commas) are deployed; what the
tests make there has names of its own and is destroyed at the end.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ClientError
from botocore.session import Session

from tapgen.cli import run
from tapgen.local import emulator
from tapgen.local.isolation import isolate

ROOT = Path(__file__).parents[2]
REAL = os.environ.get("TAPGEN_INTEGRATION_ENV", "")
REGIONS = {"dev": "us-east-1", "staging": "us-west-2", "prod": "eu-central-1"}  # of the embedded AWS
ENVIRONMENTS = tuple(REAL.split(",")) if REAL else ("dev", "staging", "prod")


@dataclass(frozen=True)
class Cloud:
    """An AWS: `environ` reaches it, `embedded` is there where it is not the real one."""

    environ: Mapping[str, str] = field(repr=False)
    region: str
    embedded: emulator.Emulator | None
    session: Session = field(default_factory=Session, repr=False)
    clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)

    def in_region(self, region: str) -> Cloud:
        """The same AWS, another region."""
        return replace(
            self, region=region, environ={**self.environ, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
        )

    def client(self, service: str) -> Any:
        """A botocore client, made once."""
        if (service, self.region) not in self.clients:
            endpoint = self.embedded.endpoint if self.embedded else None
            made = self.session.create_client(service, region_name=self.region, endpoint_url=endpoint)
            self.clients[service, self.region] = made
        return self.clients[service, self.region]

    def address(self, outputs: Mapping[str, str]) -> str:
        """The API's address without a slash at its end."""
        from tapgen.local.gateway import url

        return url(outputs, self.embedded) if self.embedded else outputs["ApiGatewayUrlOutput"].rstrip("/")

    def evaluate_alarms(self) -> None:
        """The embedded AWS looks at its alarms when a metric is put; AWS does so every minute by itself."""
        if self.embedded:
            self.client("cloudwatch").put_metric_data(
                Namespace="tests", MetricData=[{"MetricName": "tick", "Value": 1}]
            )


@dataclass(frozen=True)
class Answer:
    """What an API answered; the names of the headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Done:
    """What a command printed."""

    stdout: str
    stderr: str


@contextmanager
def variables(values: Mapping[str, str]) -> Iterator[None]:
    """Exactly these environment variables inside of the block."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@dataclass(frozen=True)
class Application:
    """A copy of the shipped application in a folder of its own, under a name of its own."""

    cloud: Cloud
    folder: Path
    name: str
    environment: str

    @property
    def stack_name(self) -> str:
        return f"{self.name}-{self.environment}"

    def set(self, *lines: str) -> None:
        """Write the settings with some lines more in the section of the environment."""
        text = (ROOT / "pyproject.toml").read_text()
        text = text[text.index("\n[tool.tapgen]\n") : text.index("[tool.pytest.ini_options]")]
        header = f"[tool.tapgen.environments.{self.environment}]"
        assert header in text
        text = text.replace('application = "tap"', f'application = "{self.name}"')
        text = text.replace(header, "\n".join((header, *lines)))
        (self.folder / "pyproject.toml").write_text(text)

    def tapgen(self, command: str, *arguments: str, exit_code: int = 0) -> Done:
        """Run `tapgen COMMAND --env ENVIRONMENT ...` in this process, which saves its start, and check its exit code."""
        out, err = io.StringIO(), io.StringIO()
        words = ["--project", str(self.folder), command, "--env", self.environment, *arguments]
        with variables(self.cloud.environ), redirect_stdout(out), redirect_stderr(err):
            code = run(words)
        done = Done(out.getvalue(), err.getvalue())
        assert code == exit_code, f"exit code {code}\n{done.stdout}\n{done.stderr}"
        return done

    def deploy(self, *arguments: str, exit_code: int = 0) -> Done:
        """Deploy without asking."""
        return self.tapgen("deploy", "--yes", *arguments, exit_code=exit_code)

    def destroy(self) -> Done:
        """Destroy without asking, protected or not."""
        return self.tapgen("destroy", "--yes", "--disable-protection", "--confirm", self.stack_name)

    def stack(self) -> dict[str, Any]:
        """The stack as CloudFormation describes it."""
        return self.cloud.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"][0]

    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        return {output["OutputKey"]: output["OutputValue"] for output in self.stack()["Outputs"]}

    def request(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a request to the API."""
        address = self.cloud.address(self.outputs())
        request = urllib.request.Request(address + path, method=method, headers=dict(headers or {}))
        opener = urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if self.cloud.embedded else []))
        try:
            response = opener.open(request, timeout=60)
        except HTTPError as error:
            response = error
        with response:
            return Answer(
                response.status, {name.lower(): value for name, value in response.headers.items()}, response.read()
            )

    def items(self) -> list[dict[str, Any]]:
        """The items of its table, as DynamoDB has them."""
        return self.cloud.client("dynamodb").scan(TableName=self.outputs()["DynamoTableNameOutput"])["Items"]


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Cloud:
    """The AWS of this test process."""
    if REAL:
        region = Session().get_config_variable("region")
        assert region, "set AWS_REGION"
        return Cloud(dict(os.environ), region, None)
    running = request.getfixturevalue("embedded")
    session = Session()
    session.set_credentials(*running.credentials)
    return Cloud(isolate(os.environ, running), running.region, running, session)


@pytest.fixture(scope="session")
def application(cloud, tmp_path_factory):
    """Makes applications that are not deployed yet; what of them is there in the end is destroyed on the real AWS."""
    made = []

    def make(environment: str = ENVIRONMENTS[0]) -> Application:
        folder = tmp_path_factory.mktemp(environment)
        shutil.copytree(ROOT / "handler", folder / "handler", ignore=shutil.ignore_patterns("__pycache__"))
        there = cloud.in_region(REGIONS[environment]) if cloud.embedded else cloud
        made.append(Application(there, folder, f"tap{uuid.uuid4().hex[:8]}", environment))
        made[-1].set()
        return made[-1]

    yield make
    if cloud.embedded:
        return  # it forgets everything by itself
    for one in made:
        with suppress(ClientError):
            one.stack()
            one.destroy()


@pytest.fixture(scope="module", params=ENVIRONMENTS)
def deployed(application, request):
    """An environment, deployed once for the tests of a module; a test that changes it deploys it as it was again."""
    made = application(request.param)
    made.deploy()
    return made


def eventually(holds, seconds: float = 5.0 if not REAL else 600.0, between=lambda: None) -> bool:
    """Whether something comes true within a time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        between()
        time.sleep(0.1 if not REAL else 5.0)
    return True


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    """The address of moto's server, which has StackSets."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.moto_server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin
        assert server.stdout
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()


@pytest.fixture(scope="module")
def moto(moto_server: str) -> str:
    """The address of moto's server with nothing in it (moto documentation, "Server mode", reset)."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST"), timeout=30).close()
    return moto_server


@pytest.fixture
def on_moto(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """A command line in the test's own folder, on moto's server: (exit code, stdout, stderr)."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {
        "AWS_ENDPOINT_URL": moto,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)

    def ended(*words: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = run(["--project", str(tmp_path / "tapgen.toml"), *words])
        return code, out.getvalue(), err.getvalue()

    return ended


def run_locally(
    project: Path, folder: Path, *words: str, settings: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """`tapgen local` in a copy of a project, with more at the end of its settings, and nothing of the caller's AWS."""
    copied = folder / project.name
    shutil.copytree(project, copied, ignore=shutil.ignore_patterns("__pycache__", "templates_out", ".pytest_cache"))
    with (copied / "tapgen.toml").open("a", encoding="utf-8") as file:
        file.write(settings)
    return subprocess.run(
        [sys.executable, "-m", "tapgen", "local", *words],
        cwd=copied,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TAPGEN_"))},
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # a project's tests have no need of ours
        },
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )

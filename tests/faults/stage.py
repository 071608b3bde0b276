"""The stage of a case: an application in a folder of its own, commands run in this process, and direct clients."""

from __future__ import annotations

import io
import json
import os
import signal
import traceback
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

from botocore.config import Config
from botocore.session import Session

from tapgen.cli import run

HOME, OTHER, THIRD = "123456789012", "111111111111", "222222222222"
HANDLER = "import more\ndef handler(event, context):\n    return more.X\n"
STACK = """\
application = "{name}"
alarms.enabled = false

[tables.Item]
partition_key = {{ name = "itemId", type = "S" }}
{tables}
[functions.Item]
source = "src"
memory = {memory}

[environments.dev]
[environments.prod]
protected = true
{more}
"""
STACK_SET = """\
application = "{name}"
alarms.enabled = false

[tables.Item]
partition_key = {{ name = "itemId" }}
{functions}
[environments.prod]
account = "{home}"
accounts = {accounts}
regions = ["eu-west-1", "us-east-1"]
stack_set = {{ failure_tolerance = "50%", concurrency = "50%", concurrency_mode = "soft", parallel_regions = true }}
tags.Team = "{team}"
"""
PLAIN = """\
application = "{name}"
alarms.enabled = false

[tables.Item]
partition_key = {{ name = "itemId", type = "S" }}

[environments.prod]
"""
PACKAGED = '\n[functions.Item]\nsource = "src"\n'
OLD = '\n[tables.Old]\npartition_key = { name = "oldId", type = "S" }\n'
CLASH = """
[resources.Clash]
type = "AWS::SSM::Parameter"
properties = {{ Type = "String", Name = "/{name}/clash", Value = "1" }}
depends_on = "ItemFunction"
"""
"""A resource that cannot be made: somebody else has made one of the same name."""
WAITING = """
[resources.Wait]
type = "AWS::CloudFormation::WaitCondition"
creation_policy.ResourceSignal.Timeout = "PT10M"

[resources.After]
type = "AWS::SSM::Parameter"
properties = { Type = "String", Value = "1" }
depends_on = "Wait"
"""
"""An update that goes on when it is signalled to."""
LONG = "".join(
    f'\n[resources.P{number}]\ntype = "AWS::SSM::Parameter"\n[resources.P{number}.properties]\nType = "String"\n'
    f'Value = "{"x" * 3900}"\n'
    for number in range(14)
)


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Stage:
    """An application of a name of its own in a folder of its own, before an AWS on this machine."""

    aws: SimpleNamespace  # port, url, key, secret, moto
    folder: Path
    name: str
    released: bool = False
    """Whether what the scene holds has been let go."""

    def settings(self, text=STACK, **values):
        given = {"tables": "", "memory": 128, "more": "", "functions": "", "team": "one", "home": HOME}
        accounts = json.dumps([HOME, OTHER])
        given |= {"name": self.name, "accounts": accounts, **values}
        (self.folder / "tapgen.toml").write_text(text.format(**given))

    def source(self, value=1):
        folder = self.folder / "src"
        folder.mkdir(exist_ok=True)
        (folder / "index.py").write_text(HANDLER)
        (folder / "more.py").write_text(f"X = {value}\n")

    def variables(self, url):
        return {
            "AWS_ENDPOINT_URL": url or self.aws.url,
            "AWS_ACCESS_KEY_ID": self.aws.key,
            "AWS_SECRET_ACCESS_KEY": self.aws.secret,
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def tapgen(self, *words, url=""):
        """Run a command in this process on the real client; a traceback becomes its text."""
        os.environ.update(self.variables(url))
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                code = run(["--project", str(self.folder), *words])
            except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
                traceback.print_exc()
                code = -1
        return Done(code, out.getvalue(), err.getvalue())

    def signalled(self, name, proxy, *words):
        """Run a command in a process of its own, which gets a signal when its call is held."""
        from tests.faults.signalled import command_line  # it shortens every wait of a process that imports it

        out, err = self.folder / "out", self.folder / "err"
        variables = {**self.variables(proxy.url), "TMPDIR": os.environ["TMPDIR"]}
        process = get_context("forkserver").Process(
            target=command_line, args=(["--project", str(self.folder), *words], variables, out, err)
        )
        process.start()
        while process.is_alive() and not proxy.held.wait(0.05):
            pass  # a command that makes one call less than before ends without it
        with suppress(ProcessLookupError):
            os.kill(process.pid, getattr(signal, name))
        process.join(120)
        return Done(process.exitcode, out.read_text(), err.read_text())

    def must(self, *words):
        done = self.tapgen(*words)
        assert done.code == 0, f"{words}: {done.code}\n{done.out}\n{done.err}"
        return done

    def client(self, service, region="us-east-1"):
        found = self.aws.clients.get((service, region))
        if found is None:
            session = Session()
            session.set_credentials(self.aws.key, self.aws.secret)
            found = session.create_client(
                service, region_name=region, endpoint_url=self.aws.url, config=Config(read_timeout=60)
            )
            self.aws.clients[service, region] = found
        return found

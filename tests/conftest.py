"""What tests of several rooms share: projects on disk, their documents, and the command line."""

from __future__ import annotations

import functools
import gc
import os
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import hypothesis
import pytest

from tapgen.cli import run

ROOT = Path(__file__).parents[1]

# How fast a machine is says nothing about the code.
hypothesis.settings.register_profile("tests", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("tests")

# What the tests install is kept for this process alone, and not among what the person who runs them keeps.
CACHE = tempfile.TemporaryDirectory(prefix="tapgen-tests-")
os.environ["TAPGEN_CACHE_DIR"] = CACHE.name

collect_ignore = ["projects"]  # projects to be rendered; their own tests run against the embedded AWS

# Some tests press Ctrl-C, which a shell's background job is started to ignore.
signal.signal(signal.SIGINT, signal.default_int_handler)

# botocore reads what it knows of a service anew for each session, of which many tests make one: once is enough here.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)


def pytest_xdist_auto_num_workers(config):
    """One more than there are processors: some tests wait for a process, a socket or a clock."""
    return (os.cpu_count() or 1) + 1


# Where tests take long, the longest first: they start processes, install, lint.
LONG = (
    "tests/packaging/",
    "tests/integration/test_orders_service",
    "tests/unit/compose/test_lint",
    "tests/unit/review/test_review_properties",
    "tests/integration/",
    "tests/unit/local/",
    "tests/unit/cli/test_deploy_",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Let each process begin with its share of the files that take long: at the end none is left for one alone.

    pytest-xdist gives each process an equal part of the tests in their order, and one that has done its part takes
    from the end of another's (`--dist worksteal`).
    """
    count = getattr(config, "workerinput", {}).get("workercount", 1)
    everything, long, rest = len(items), {}, []
    for item in items:
        file = item.nodeid.partition("::")[0]
        rank = next((n for n, start in enumerate(LONG) if file.startswith(start)), None)
        if rank is None:
            rest.append(item)
        else:  # the packages share a wheel
            long.setdefault((rank, file if rank else LONG[0]), []).append(item)
    begin = [[] for _ in range(count)]
    for number, file in enumerate(sorted(long)):
        begin[number % count] += long[file]
    items.clear()
    for number, own in enumerate(begin):
        more = max(0, (everything - len(items)) // (count - number) - len(own))
        items += own + rest[:more]
        del rest[:more]
    items += rest


# What is collected lives to the end: the garbage collector need not look at it, then or again and again.
gc.disable()


def pytest_collection_finish(session):
    gc.freeze()
    gc.set_threshold(10_000)
    gc.enable()


HANDLER = "def handler(event, context):\n    return {}\n"

ONE_FUNCTION = """
application = "shop"

[tables.Item]
partition_key = { name = "itemId" }

[functions.Item]
source = "src"
routes = ["GET /item"]
tables.Item = { variable = "TABLE_NAME", actions = ["dynamodb:PutItem"] }
"""


@dataclass(frozen=True)
class Ended:
    """How a command line ended."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch):
    for name in [name for name in os.environ if name.startswith("TAPGEN_")]:
        if name == "TAPGEN_CACHE_DIR":
            continue
        monkeypatch.delenv(name)


@pytest.fixture
def project(tmp_path):
    """Write a project and return its folder: settings (tapgen.toml unless named otherwise) and files."""

    def write(settings: str = ONE_FUNCTION, *, more: str = "", name: str = "tapgen.toml", **files: str) -> Path:
        files = {"src/index.py": HANDLER, **files}
        for path, text in {name: settings + more, **files}.items():
            target = tmp_path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def document(project):
    """The document of an environment, `dev` unless named otherwise, of a project written for it."""

    def rendered(settings: str = ONE_FUNCTION, *, more: str = "", env: str = "dev", **files: str) -> dict[str, Any]:
        from tapgen import render
        from tapgen.settings.load import load

        return render.render(load(project(settings, more=more, **files)).environment(env)).document

    return rendered


@pytest.fixture(scope="session")
def embedded():
    """The embedded AWS of this test process; who wants it empty calls its `reset`."""
    pytest.importorskip("ministack", reason="the embedded AWS is in the extra `local`")
    from tapgen.local import emulator

    with emulator.running() as running:
        yield running


@pytest.fixture
def tapgen(capsys, monkeypatch):
    """Run a command line in a folder: what it printed, and its exit code."""

    def call(*arguments: str, cwd: Path | None = None) -> Ended:
        if cwd:
            monkeypatch.chdir(cwd)
        capsys.readouterr()
        code = run(list(arguments))
        printed = capsys.readouterr()
        return Ended(int(code), printed.out, printed.err)

    return call

"""What packages carry: sizes, the largest parts first, and how near they are to Lambda's limit."""

import json

import pytest

from tapgen.deploy.artifacts.contents import Contents, contents, lines
from tapgen.deploy.artifacts.packages import MAX_UNZIPPED
from tapgen.settings.load import load

SETTINGS = """
application = "shop"

[functions.Item]
source = "src"
layers = ["Tools"]

[functions.Other]
source = "src"

[lambda_layers.Tools]
source = "tools"
"""


@pytest.fixture
def environment(project):
    """Two functions with one set of requirements, and a layer."""
    files = {"src/data/a.txt": "x" * 3000, "src/requirements.txt": "thing\n", "tools/tool.py": "y" * 500}
    return load(project(SETTINGS, **files)).environment("dev")


def test_the_largest_parts_come_first_and_layers_count(environment):
    installed = []

    def install(requirements, target, runtime, architecture):
        installed.append(requirements.lines)
        (target / "thing").mkdir()
        (target / "thing" / "__init__.py").write_text("z" * 2000)

    item, other, tools = contents(environment, install)
    handler = (environment.root / "src" / "index.py").stat().st_size
    assert item.parts == (("data", 3000), ("thing", 2000), ("index.py", handler))
    assert (item.kind, item.files, item.unzipped, item.layers) == ("function", 3, 5000 + handler, 500)
    assert (other.layers, other.parts) == (0, item.parts)
    assert (tools.kind, tools.name, tools.parts) == ("layer", "Tools", (("python", 500),))
    assert 0 < item.zipped < item.unzipped
    assert installed == [("thing",)]


def test_what_is_near_the_limit_is_said():
    big = Contents("function", "Big", MAX_UNZIPPED // 10 * 9, 1_000_000, 3, (("lib", 1_500_000), ("a.py", 12)))
    assert lines(big, most=1) == [
        "Big (function): 3 files, 235.9 MB, zipped 1.0 MB: 90% of what Lambda takes, near Lambda's 250 MiB",
        "  1.5 MB  lib",
        "  12 B in 1 more",
    ]


def test_what_lambda_would_refuse_is_not_said_to_be_near():
    over = Contents("function", "Big", MAX_UNZIPPED, 1_000_000, 1, (("lib", MAX_UNZIPPED),), layers=1)
    assert lines(over)[0].endswith("100% of what Lambda takes, more than Lambda's 250 MiB")
    just = Contents("function", "Big", MAX_UNZIPPED, 1_000_000, 1, (("lib", MAX_UNZIPPED),))
    assert lines(just)[0].endswith("100% of what Lambda takes, near Lambda's 250 MiB")


def test_the_command(project, tapgen):
    folder = project()
    assert tapgen("package", cwd=folder).out.startswith("Item (function): 1 file, 43 B")
    [found] = json.loads(tapgen("package", "--json", cwd=folder).out)
    assert (found["name"], found["parts"]) == ("Item", [["index.py", 43]])

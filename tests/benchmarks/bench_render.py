"""How long rendering takes: whole processes beside a bare troposphere + awacs script that prints the same template."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness import ROOT, TAPGEN, compare, header, row, seconds

from tapgen import render
from tapgen.settings.load import load
from tapgen.template import document

BARE = [sys.executable, str(Path(__file__).with_name("bare.py"))]


def main() -> None:
    """Print every figure of rendering."""
    header("Rendering")
    render = [TAPGEN, "render", "--env", "dev", "--stdout"]
    compare("render dev, JSON, beside a bare script", [*render, "--format", "json"], BARE, 1.25)
    compare("render dev, YAML, beside a bare script", [*render, "--format", "yaml"], BARE, 1.45)
    compare("its peak memory, JSON", [*render, "--format", "json"], BARE, 1.3, what="memory")
    compare("tapgen --help, beside `import click`", [TAPGEN, "--help"], [sys.executable, "-c", "import click"], 2)
    further_environment()
    with large_project() as project:
        command = [TAPGEN, "--project", str(project), "render", "--stdout", "--format"]
        compare("60 functions: YAML beside JSON", [*command, "yaml"], [*command, "json"], 2, runs=5)
        each_route(project)
    many_parts()
    shares()


def further_environment() -> None:
    """Print what each environment after the first one costs in one process."""
    project = load(ROOT)
    render.render(project.environment("dev"))
    times = []
    for _ in range(10):
        for name in ("staging", "prod"):
            start = time.perf_counter()
            document.dump(render.render(project.environment(name)).document, "yaml")
            times.append(time.perf_counter() - start)
    row("each further environment in one process", f"{sorted(times)[len(times) // 2] * 1000:.1f} ms", "", "", "≤ 8 ms")


def each_route(project: Path) -> None:
    """Print what a route with an authorizer costs beside a function with one, each of many, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "source").mkdir()
        (root / "source" / "index.py").write_text("def handler(event, context):\n    return {'statusCode': 204}\n")
        routes = ", ".join(f"{{ route = 'GET /part{number}', authorizer = 'A' }}" for number in range(100))
        lines = ["application = 'large'", "[functions.F]", "source = 'source'", f"routes = [{routes}]"]
        lines += ["[api]", "authorizers.A = { function = 'F' }"]
        (root / "tapgen.toml").write_text("\n".join(lines))
        route, function = (_rendering(where) / count for where, count in ((root, 100), (project, 60)))
    ours, theirs = f"{route * 1000:.2f} ms", f"{function * 1000:.2f} ms"
    row("100 routes: each beside each of 60 functions", ours, theirs, f"{route / function:.2f} ×", "≤ 2 ×")


def many_parts() -> None:
    """Print what a function costs among 40 functions and 60 parts of every kind, beside the only one of a project."""
    kinds = ("queues", "topics", "streams", "buses", "buckets", "secrets")
    quiet = ", ".join(
        f"{key} = 0" for key in ("throttles", "duration_percent", "message_age", "dead_letters", "failures")
    )
    one = ["application = 'one'", "[functions.F0]", "source = 'source'", "queues.Q = { actions = ['sqs:SendMessage'] }"]
    lines = ["application = 'parts'", f"alarms = {{ {quiet} }}"]
    lines += [f"[{kind}.P{number}]" for kind in kinds for number in range(10)]
    for number in range(40):
        part = number % 10
        lines += [f"[functions.F{number}]", "source = 'source'"]
        lines += [f"queues.P{part} = {{ actions = ['sqs:SendMessage'] }}", f"triggers.topics.P{part} = {{}}"]
        lines += [f"buckets.P{part} = {{ actions = ['s3:GetObject'] }}"]
    with tempfile.TemporaryDirectory() as folder:
        times = []
        for name, written in (("one", [*one, "[queues.Q]"]), ("many", lines)):
            root = Path(folder, name)
            (root / "source").mkdir(parents=True)
            (root / "source" / "index.py").write_text("def handler(event, context):\n    pass\n")
            (root / "tapgen.toml").write_text("\n".join(written))
            times.append(_rendering(root))
    single, each = times[0], times[1] / 40
    ours, theirs = f"{each * 1000:.2f} ms", f"{single * 1000:.2f} ms"
    row("40 functions, 60 parts: a function beside the only one", ours, theirs, f"{each / single:.2f} ×", "≤ 3 ×")


def _rendering(project: Path) -> float:
    """Seconds that reading, rendering and writing as JSON take, the best of five."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        document.dump(render.render(load(project).environment("dev")).document, "json")
        times.append(time.perf_counter() - start)
    return min(times)


@contextmanager
def large_project(functions: int = 60, tables: int = 20) -> Iterator[Path]:
    """A project of many functions with a route each: four methods on a path and one alarm a function, since all of it
    must stay within CloudFormation's 500 resources."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "source").mkdir()
        (root / "source" / "index.py").write_text("def handler(event, context):\n    return {'statusCode': 204}\n")
        lines = ["application = 'large'", "alarms = { throttles = 0, duration_percent = 0, table_errors = 0 }"]
        methods = ("GET", "POST", "PUT", "DELETE")
        lines += [f"tables.T{number}.partition_key.name = 'id'" for number in range(tables)]
        for number in range(functions):
            lines += [
                f"[functions.F{number}]",
                "source = 'source'",
                f"routes = ['{methods[number % 4]} /orders/{{orderId}}/part{number // 4}']",
                f"tables.T{number % tables} = {{ actions = ['dynamodb:GetItem'], variable = 'TABLE' }}",
            ]
        (root / "tapgen.toml").write_text("\n".join(lines))
        yield root


def shares() -> None:
    """Print where the time of rendering one environment goes."""
    probe = (
        "import json, sys, time; start = time.perf_counter()\n"
        "from tapgen import render; from tapgen.template import document; from tapgen.settings.load import load\n"
        "imported = time.perf_counter(); environment = load().environment('dev'); read = time.perf_counter()\n"
        "with render._deferred('cfn_flip'), render._without_sam():\n"
        "    import tapgen.compose\n"
        "troposphere = time.perf_counter(); rendered = render.render(environment).document\n"
        "built = time.perf_counter(); document.dump(rendered, sys.argv[1]); dumped = time.perf_counter()\n"
        "print(json.dumps([imported - start, read - imported, troposphere - read, built - troposphere, dumped - built]))"
    )
    import subprocess

    python = seconds([sys.executable, "-c", "pass"], runs=5)
    row("share: Python itself", f"{python * 1000:.0f} ms", "", "", "")
    for format_ in ("json", "yaml"):
        results = [
            json.loads(
                subprocess.run([sys.executable, "-c", probe, format_], cwd=ROOT, check=True, capture_output=True).stdout
            )
            for _ in range(5)
        ]
        middle = [sorted(values)[2] * 1000 for values in zip(*results, strict=True)]
        names = ("own imports", "reading settings", "importing troposphere and awacs", "building", f"dumping {format_}")
        for name, value in zip(names, middle, strict=True):
            if format_ == "json" or name.startswith("dumping"):
                row(f"share: {name}", f"{value:.1f} ms", "", "", "")


if __name__ == "__main__":
    main()

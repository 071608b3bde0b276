"""`tapgen graph` as it is called."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tapgen.cli import run
from tapgen.errors import ExitCode

Run = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def tapgen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.delenv("TAPGEN_ENV", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["--project", str(ROOT), *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_the_application_is_grouped_by_layer(tapgen: Run) -> None:
    code, out, _ = tapgen("graph", "--env", "prod", "--full")

    assert code == ExitCode.OK
    for layer in ("api", "compute", "data", "identity", "monitoring", "network"):
        assert f'["{layer}"]' in out
    assert 'Api -->|"GET /item"| ItemFunction' in tapgen("graph", "--env", "prod")[1]
    assert 'ItemTable[("' in out
    assert "linkStyle" not in out


def test_full_has_what_else_is_drawn_as_arrows(tapgen: Run) -> None:
    assert "ApiItemGetMethod" not in tapgen("graph")[1]
    assert "ApiItemGetMethod" in tapgen("graph", "--full")[1]


def test_svg_and_dot(tapgen: Run) -> None:
    assert "ItemTable" in "".join(ET.fromstring(tapgen("graph", "--format", "svg")[1]).itertext())
    assert tapgen("graph", "--format", "dot")[1].startswith("digraph template {")


def test_any_template_is_grouped_by_service(tapgen: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("Resources:\n  T:\n    Type: AWS::SNS::Topic\n", encoding="utf-8")

    assert 'subgraph g0["SNS"]' in tapgen("graph", str(path), "--full")[1]


def test_a_page_tells_of_each_part_and_loads_nothing(tapgen: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    variables = {"DB_PASSWORD": "hunter2-orders", "X": "</script><script>alert(1)</script>"}
    function = {"Environment": {"Variables": variables}, "Handler": "a.b", "Runtime": "python3.13"}
    resources = {"F": {"Type": "AWS::Lambda::Function", "Properties": function}}
    path.write_text(json.dumps({"Resources": resources}), encoding="utf-8")

    code, out, _ = tapgen("graph", str(path), "--format", "html")

    assert code == ExitCode.OK
    told = json.loads(out.split('id="data">', 1)[1].split("</script>", 1)[0])["F"]
    assert told["Type"] == "AWS::Lambda::Function"
    assert any(line.startswith("error secret-variable: DB_PASSWORD") for line in told["Findings"])
    assert "alert(1)" in told["Settings"]
    assert "hunter2" not in out
    assert out.count("<script") == 2
    assert "default-src 'none'" in out
    assert not re.search(r'(?:src|href)="', out)
    assert 'data-id="F"' in out
    assert (
        "May"
        in json.loads(tapgen("graph", "--format", "html")[1].split('id="data">')[1].split("</script>")[0])[
            "ItemFunction"
        ]
    )


def test_only_changed_goes_with_diff(tapgen: Run) -> None:
    assert "--only-changed goes with --diff" in tapgen("graph", "--only-changed")[2]


def test_diff_does_not_go_with_a_file(tapgen: Run) -> None:
    code, _, err = tapgen("graph", "x.yaml", "--diff")

    assert code == ExitCode.USAGE
    assert "--diff compares an environment with git" in err


def test_diff_colours_what_changed_since_a_revision(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TAPGEN_ENV", raising=False)
    settings = '[tool.tapgen]\napplication = "shop"\nnetwork.enabled = false\n[tool.tapgen.environments.dev]\n'
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    author = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        subprocess.run(["git", "-C", str(tmp_path), *author, *arguments], check=True, capture_output=True)
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('[tool.tapgen.tables.Item]\npartition_key = { name = "id" }\n')

    code = run(["--project", str(tmp_path), "graph", "--diff"])

    assert code == ExitCode.OK
    assert ":::added" in capsys.readouterr().out

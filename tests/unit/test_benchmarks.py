"""What rendering is measured against is the same template."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tapgen import render
from tapgen.settings.load import load

ROOT = Path(__file__).resolve().parents[2]


def shape(template):
    """Logical ids without the deployment's hash, each with its type and the names of its properties."""
    return {
        re.sub(r"(?<=ApiDeployment)\w+", "", name): (resource["Type"], sorted(resource.get("Properties", {})))
        for name, resource in template["Resources"].items()
    }


def test_the_bare_script_prints_the_same_resources_and_outputs():
    script = ROOT / "tests" / "benchmarks" / "bare.py"
    printed = json.loads(subprocess.run([sys.executable, script], check=True, capture_output=True).stdout)
    rendered = render.render(load(ROOT).environment("dev")).document
    assert shape(printed) == shape(rendered)
    assert printed["Outputs"].keys() == rendered["Outputs"].keys()

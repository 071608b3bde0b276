"""The whole first day from an empty folder, with an installed wheel: scripts/first_day.py, whose times stand in the docs.

What tapgen needs is taken from this environment; that a wheel brings it all is shown by test_install.py.
"""

import os
import subprocess
import sys
import sysconfig
import venv

from tests.conftest import ROOT
from tests.packaging.conftest import pip


def test_the_first_day_runs_with_an_installed_wheel(wheel, tmp_path):
    venv.create(tmp_path / "venv", symlinks=True)
    binaries = tmp_path / "venv" / "bin"
    pip("--python", binaries / "python", "install", "--quiet", "--no-deps", "--no-compile", wheel)
    [packages] = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (tmp_path / "empty").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "AWS_"))}

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, env=kept, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert str(packages) in run(binaries / "python", "-c", "import tapgen; print(tapgen.__file__)")
    said = run(sys.executable, ROOT / "scripts" / "first_day.py", binaries / "tapgen", tmp_path / "empty")
    steps = [line.split("|")[1].strip() for line in said.splitlines()]
    assert steps[0] == "tapgen init shop"
    assert steps[-1] == "a plan for prod, on the embedded AWS"

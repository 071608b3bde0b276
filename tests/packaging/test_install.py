"""What `pip install .` gives: a working tapgen without the development tools, the same bytes on every Python."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tapgen import __version__
from tests.conftest import ROOT
from tests.packaging.conftest import PINNED, pip

ORDERS = ROOT / "tests" / "projects" / "orders"
# The lowest, from a checkout; the newest that AWS runs by default, from the wheel that another Python made.
VERSIONS = {"3.11": "checkout", "3.13": "wheel"}


def interpreter(version):
    """A Python of this version: this one, one of pyenv, or one on the PATH; None where there is none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    candidates = [*sorted(pyenv.glob(f"{version}.*/bin/python")), shutil.which(f"python{version}")]
    for candidate in filter(None, candidates):
        said = subprocess.run([candidate, "-V"], capture_output=True, text=True, check=False)
        if said.stdout.startswith(f"Python {version}."):
            return str(candidate)
    return None


@pytest.mark.parametrize("version", VERSIONS)
def test_a_fresh_installation_renders_the_same_bytes(version, request, tmp_path):
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    source = request.getfixturevalue(VERSIONS[version])
    subprocess.run([python, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    binaries = tmp_path / "venv" / "bin"
    pip("--python", binaries / "python", "install", "--quiet", "--no-compile", *PINNED, source)
    shutil.copytree(ORDERS, tmp_path / "orders", ignore=shutil.ignore_patterns("__pycache__"))

    def tapgen(*arguments, cwd):
        environment = {"PATH": os.defpath, "HOME": str(tmp_path)}
        ended = subprocess.run(
            [binaries / "tapgen", *arguments], cwd=cwd, env=environment, capture_output=True, check=False
        )
        assert ended.returncode == 0, ended.stderr.decode()
        return ended.stdout

    missing = subprocess.run(
        [binaries / "python", "-c", "import pytest"], capture_output=True, check=False, cwd=tmp_path
    )
    assert missing.returncode != 0, "the development tools are installed"
    assert tapgen("--version", cwd=tmp_path).decode() == f"tapgen, version {__version__}\n"
    assert b"render" in tapgen("--help", cwd=tmp_path)
    for environment in ("dev", "staging", "prod"):
        committed = (ROOT / "templates_out" / f"{environment}.yaml").read_bytes()
        assert tapgen("render", "--env", environment, "--stdout", cwd=ROOT) == committed
    here = subprocess.run(
        [sys.executable, "-m", "tapgen", "--project", ORDERS, "render", "--all", "--stdout"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert tapgen("render", "--all", "--stdout", cwd=tmp_path / "orders") == here.stdout
    committed = ROOT / "templates_out" / "dev.yaml"
    assert b"no differences" in tapgen("diff", committed, committed, cwd=tmp_path)
    assert tapgen("graph", "--env", "dev", cwd=ROOT).startswith(b"flowchart")
    assert b"dev: 1 suppressed" in tapgen("check", "--env", "dev", "--no-lint", cwd=ROOT)
    commands = [file.stem for file in (ROOT / "tapgen" / "cli").glob("*.py") if "@click.command()" in file.read_text()]
    program = "import sys, tapgen.cli; sys.exit(any([tapgen.cli.run([name, '--help']) for name in sys.argv[1:]]))"
    helps = subprocess.run(
        [binaries / "python", "-P", "-c", program, *commands], cwd=tmp_path, capture_output=True, check=False
    )
    assert helps.returncode == 0, helps.stderr.decode()
    assert helps.stdout.count(b"Usage: ") == len(commands) > 15


def test_the_wheel_holds_the_package_and_nothing_else(checkout, wheel):
    assert wheel.name == f"tapgen-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(f"tapgen-{__version__}.dist-info/METADATA").decode()
        entry_points = archive.read(f"tapgen-{__version__}.dist-info/entry_points.txt").decode()
    package = {
        path.relative_to(checkout).as_posix()
        for path in (checkout / "tapgen").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    info = {name for name in names if name.startswith(f"tapgen-{__version__}.dist-info/")}
    assert names - info == package
    assert {name.partition("/")[2] for name in info} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
        "top_level.txt",
    }
    assert "tapgen/py.typed" in package
    assert entry_points.strip() == "[console_scripts]\ntapgen = tapgen.entry:main"
    assert "Requires-Python: >=3.11\n" in metadata
    assert "License: MIT\n" in metadata
    needed = [line for line in metadata.splitlines() if line.startswith("Requires-Dist:") and "extra ==" not in line]
    assert {line.split()[1].split("<")[0].split(">")[0] for line in needed} == {
        "click",
        "troposphere",
        "awacs",
        "cfn-flip",
        "pyyaml",
        "boto3",
        "packaging",
        "msgspec",
        "rich",
    }

"""What has no wheel on an index: built where it is pure Python, refused by name where it is compiled; by uv or by pip.

No index is asked: what builds a package is a module of the package itself (PEP 517, "In-tree build backends").
"""

import tarfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from tempfile import mkdtemp
from textwrap import dedent
from zipfile import ZipFile

import pytest

from tapgen.deploy.artifacts import builds, uv, wheels
from tapgen.deploy.artifacts.packages import installed_files, package
from tapgen.deploy.artifacts.requirement_lines import Requirements, read
from tapgen.errors import TapgenError
from tapgen.local import requirements as local

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""

BACKEND = """
from zipfile import ZipFile

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "{name}-1.0-{tag}.whl"
    with ZipFile(wheel_directory + "/" + name, "w") as made:
        made.writestr("{name}/__init__.py", "")
        made.writestr("{name}-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n{more}")
        made.writestr("{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: {tag}\\n")
        made.writestr("{name}-1.0.dist-info/RECORD", "")
    return name
"""

PURE, COMPILED = "py3-none-any", "cp311-cp311-linux_x86_64"
UV = uv.find({"UV_NO_INDEX": "1"})

pytestmark = pytest.mark.skipif(UV is None, reason="uv is not installed")


@pytest.fixture(autouse=True)
def _no_index(monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")


def sources(folder, name, tag=PURE, more=""):
    """A project that builds a wheel with that tag."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PROJECT)
    (folder / "backend.py").write_text(BACKEND.format(name=name, tag=tag, more=more.replace("\n", "\\n")))
    return folder


def wheel(folder, name):
    folder.mkdir(exist_ok=True)
    with ZipFile(folder / f"{name}-1.0-{PURE}.whl", "w") as made:
        made.writestr(f"{name}/__init__.py", "")
        made.writestr(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        made.writestr(f"{name}-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {PURE}\n")
        made.writestr(f"{name}-1.0.dist-info/RECORD", "")


def archive(folder, name, tag=PURE):
    """A source distribution, as an index has it."""
    project = sources(folder / name, name, tag)
    folder.mkdir(exist_ok=True)
    (project / "PKG-INFO").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    with tarfile.open(folder / f"{name}-1.0.tar.gz", "w:gz") as made:
        made.add(project, f"{name}-1.0")
    return folder / f"{name}-1.0.tar.gz"


def install(folder, text, program=None):
    """What is installed of a requirements file for python3.13 on arm64, by uv or by pip."""
    file = folder / "requirements.txt"
    file.write_text(text)
    target = Path(mkdtemp(dir=folder))
    wheels.install(read(file, folder), target, "python3.13", "arm64", program=program)
    return target


def names(target):
    return {path.name for path in target.iterdir()}


def test_a_folder_of_pure_python_is_built_and_both_make_the_same_package(tmp_path):
    """With what it requires; `-e` is read as if it were not there."""
    sources(tmp_path / "lib", "shared", more="Requires-Dist: other\n")
    wheel(tmp_path / "wheels", "other")
    made = [install(tmp_path, "--no-index\n--find-links wheels\n-e ./lib\n", program) for program in (None, UV)]
    assert all({"shared", "other"} <= names(target) for target in made)
    assert len({package("Key", installed_files(target)).key for target in made}) == 1


def test_a_compiled_one_is_refused_by_name(tmp_path):
    sources(tmp_path / "lib", "cext", COMPILED)
    said = r"lib: it is compiled: cext-1\.0-cp311-cp311-linux_x86_64\.whl runs on this machine, not with python3\.13 on arm64"
    with pytest.raises(TapgenError, match=said):
        install(tmp_path, "./lib\n")


def test_one_that_cannot_be_built_says_why(tmp_path):
    (sources(tmp_path / "lib", "shared") / "backend.py").write_text("raise RuntimeError('no compiler')")
    with pytest.raises(TapgenError, match=r"lib: it cannot be built:(.|\n)*no compiler"):
        install(tmp_path, "./lib\n")


def test_what_an_index_has_as_sources_alone_is_built(tmp_path):
    """Be it named or required by another; what uv refuses, pip is asked for."""
    archive(tmp_path / "wheels", "plain")
    sources(tmp_path / "needs", "needs_plain", more="Requires-Dist: plain\n")
    assert "plain" in names(install(tmp_path, "--no-index\n--find-links wheels\n./needs\n", UV))


def test_sources_of_an_index_that_are_compiled_are_refused_by_name(tmp_path):
    archive(tmp_path / "wheels", "cext", COMPILED)
    with pytest.raises(TapgenError, match=r"cext==1\.0: it is compiled"):
        install(tmp_path, "--no-index\n--find-links wheels\ncext==1.0\n")


def test_hashes_are_kept(tmp_path):
    """A folder of one's own needs none beside them; sources of an index are held against theirs."""
    packed = archive(tmp_path / "wheels", "plain")
    sources(tmp_path / "lib", "shared")
    text = "--no-index\n--find-links wheels\n./lib\nplain==1.0 --hash=sha256:"
    fixed = sha256(packed.read_bytes()).hexdigest()
    assert {"shared", "plain"} <= names(install(tmp_path, text + fixed + "\n"))
    wrong = Requirements(
        tmp_path / "r.txt", (f"--find-links {tmp_path / 'wheels'}", f"plain==1.0 --hash=sha256:{'0' * 64}")
    )
    with pytest.raises(TapgenError, match="DO NOT MATCH"):
        builds.built(wrong.lines[1], wrong, tmp_path, "python3.13 on arm64", ("--no-binary", "plain"))


def test_what_is_nowhere_is_named(tmp_path):
    with pytest.raises(TapgenError, match="nowhere-to-be-found"):
        install(tmp_path, "--no-index\nnowhere-to-be-found==1.0\n", UV)


def test_this_machine_takes_what_is_compiled_for_it(tmp_path):
    sources(tmp_path / "lib", "shared")
    local.install(
        Requirements(tmp_path / "r.txt", (f"{tmp_path / 'lib'}",)), tmp_path / "target", "python3.13", "arm64"
    )
    assert (tmp_path / "target" / "shared" / "__init__.py").is_file()


@pytest.mark.parametrize(
    ("environ", "files", "found"),
    [
        ({}, {}, True),
        ({"PIP_INDEX_URL": "https://own.example/simple"}, {}, False),
        ({"PIP_INDEX_URL": "https://own.example/simple", "UV_INDEX_URL": "https://own.example/simple"}, {}, True),
        ({}, {".config/pip/pip.conf": "[global]\nextra-index-url = https://own.example/simple\n"}, False),
        ({}, {".config/pip/pip.conf": "[global]\ntimeout = 5\n"}, True),
        ({}, {".config/pip/pip.conf": "[global]\nindex-url = a\n", ".config/uv/uv.toml": ""}, True),
        ({}, {"venv/pip.conf": "[install]\nfind-links = /wheels\n"}, False),
    ],
)
def test_uv_is_not_asked_where_only_pip_knows_the_index(tmp_path, environ, files, found):
    """A package of one's own index would otherwise be taken from another, whoever has put one there."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    places = {"XDG_CONFIG_DIRS": str(tmp_path / "none"), "PATH": "/nowhere"}
    program = uv.find({**places, **environ}, tmp_path, tmp_path / "venv", tmp_path / "none")
    assert (program is not None) is found


def test_line_ends_of_a_checkout_change_no_package(tmp_path):
    made = []
    for number, ends in enumerate(("\n", "\r\n")):
        files = {"index.py": dedent("x = 1\ny = 2\n"), "a.csv": "1\r\n2\r\n"}
        for name, text in files.items():
            path = tmp_path / str(number) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.replace("\n", ends).encode() if name.endswith(".py") else text.encode())
        made.append(package("Key", {name: tmp_path / str(number) / name for name in files}))
    assert made[0].key == made[1].key
    packed = ZipFile(BytesIO(made[1].body()))
    assert (packed.read("index.py"), packed.read("a.csv")) == (b"x = 1\ny = 2\n", b"1\r\n2\r\n")

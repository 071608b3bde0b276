"""Where the requirements of a package come from, and what of a folder is packed."""

import zipfile
from contextlib import ExitStack
from io import BytesIO
from textwrap import dedent

import pytest

from tapgen.deploy.artifacts.packages import packages
from tapgen.errors import TapgenError
from tapgen.render import render
from tapgen.settings.load import load
from tests.conftest import HANDLER

ONE = 'application = "shop"\n[functions.Item]\nsource = "src"\n'
TWO_MODULES = {"src/index.py": HANDLER, "src/helper.py": ""}


@pytest.fixture
def packed(project):
    """The names in each package of a project by its parameter, and what was to be installed: lines, runtime, machine."""

    def pack(settings, **files):
        environment = load(project(settings, **{**TWO_MODULES, **files})).environment("dev")
        installed = []

        def installer(requirements, target, runtime, architecture):
            installed.append((list(requirements.lines), runtime, architecture))
            (target / "library.py").write_text("")

        with ExitStack() as stack:
            made = packages(environment, render(environment).document, stack, installer)
            names = {one.parameter: zipfile.ZipFile(BytesIO(one.body())).namelist() for one in made}
        return names, installed

    return pack


def test_what_is_excluded_and_included(packed):
    files = {
        "src/tests/test_a.py": "",
        "src/deep/tests/test_b.py": "",
        "src/deep/a.sql": "",
        "src/a.sql": "",
        "src/.venv/x.py": "",
        "src/venv/x.py": "",
        "common/shared/one.py": "",
        "common/shared/tests/test_one.py": "",
        "lib/two.py": "",
        "lib/three.py": "",
    }
    names, _ = packed(ONE + 'include = ["../common/shared", "lib/t*.py"]\n', **files)
    assert names["ItemFunctionCodeKey"] == [
        "a.sql",
        "deep/a.sql",
        "helper.py",
        "index.py",
        "shared/one.py",
        "three.py",
        "two.py",
    ]
    names, _ = packed(ONE + 'exclude = ["tests", "*.sql", "deep/tests"]\n', **files)
    assert names["ItemFunctionCodeKey"] == ["helper.py", "index.py", "venv/x.py"]
    names, _ = packed(ONE + 'exclude = ["deep/*.sql"]\n', **files)
    assert {"a.sql", "deep/tests/test_b.py"} < set(names["ItemFunctionCodeKey"])
    assert "deep/a.sql" not in names["ItemFunctionCodeKey"]


def test_a_source_of_another_language_is_packed_as_it_is(packed):
    files = {"src/app.js": "", "src/node_modules/a/index.js": "", "src/requirements.txt": "x\n"}
    names, installed = packed(ONE + 'runtime = "nodejs22.x"\nentry_point = "app.handler"\n', **files)
    assert names["ItemFunctionCodeKey"] == [
        "app.js",
        "helper.py",
        "index.py",
        "node_modules/a/index.js",
        "requirements.txt",
    ]
    assert installed == []


def test_a_file_of_requirements_elsewhere(packed):
    names, installed = packed(ONE + 'requirements = "deploy/item.txt"\n', **{"deploy/item.txt": "idna==3\n"})
    assert names["ItemFunctionCodeKey"] == ["helper.py", "index.py", "library.py"]
    assert installed == [(["idna==3"], "python3.13", "arm64")]


def test_a_file_of_requirements_beside_the_source(packed):
    _, installed = packed(ONE + 'requirements = "uv.lock"\n', **{"src/uv.lock": UV_LOCK})
    assert [line.partition("==")[0] for line in installed[0][0]] == ["cryptography", "idna", "jose"]


def test_a_dependency_group_with_what_it_includes(packed):
    groups = """
    [dependency-groups]
    base = ["idna>=3"]
    Orders_Group = ["boto3; python_version > '3.0'", { include-group = "base" }]
    """
    _, installed = packed(ONE + 'requirements = { group = "orders-group" }\n', **{"pyproject.toml": dedent(groups)})
    assert installed == [(["boto3; python_version > '3.0'", "idna>=3"], "python3.13", "arm64")]


UV_LOCK = """
version = 1
[[package]]
name = "shop"
version = "0.1"
source = { virtual = "." }
dependencies = [
    { name = "jose", extra = ["crypto"] },
    { name = "colorama", marker = "sys_platform == 'win32'" },
    { name = "tomli", marker = "python_full_version < '3.11'" },
]
[[package]]
name = "jose"
version = "3.1"
source = { registry = "https://index.example/simple" }
dependencies = [{ name = "idna" }]
wheels = [{ url = "https://a.example/jose-3.1-py3-none-any.whl", hash = "sha256:bb" }]
[package.optional-dependencies]
crypto = [{ name = "cryptography", marker = "platform_machine == 'aarch64'" }]
other = [{ name = "colorama" }]
[[package]]
name = "idna"
version = "3.4"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://a.example/idna.whl", hash = "sha256:cc" }, { url = "https://a.example/i.whl", hash = "sha256:aa" }]
[[package]]
name = "cryptography"
version = "42.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://a.example/c.whl", hash = "sha256:dd" }]
[[package]]
name = "colorama"
version = "1"
source = { registry = "https://index.example/simple" }
sdist = { url = "https://a.example/c.tar.gz", hash = "sha256:ee" }
"""


def test_a_lock_of_uv_keeps_versions_and_hashes_and_leaves_out_other_platforms(packed):
    arm = ["cryptography==42.0 --hash=sha256:dd"]
    both = ["idna==3.4 --hash=sha256:aa --hash=sha256:cc", "jose==3.1 --hash=sha256:bb"]
    settings = ONE + 'requirements = "uv.lock"\n'
    assert packed(settings, **{"uv.lock": UV_LOCK})[1] == [([*arm, *both], "python3.13", "arm64")]
    on_intel = settings + 'architecture = "x86_64"\n'
    assert packed(on_intel, **{"uv.lock": UV_LOCK})[1] == [(both, "python3.13", "x86_64")]


def test_a_member_of_the_workspace_is_built_from_its_folder(packed, tmp_path):
    member = """
    [[package]]
    name = "common"
    version = "0.1"
    source = { editable = "libs/common" }
    dependencies = [{ name = "idna" }]
    """
    lock = UV_LOCK.replace('{ name = "jose", extra = ["crypto"] },', '{ name = "common" },') + dedent(member)
    names = packed(ONE + 'requirements = "uv.lock"\n', **{"uv.lock": lock})[1][0][0]
    assert names[0].startswith("common @ file:///")
    assert names[0].endswith("/libs/common")
    assert names[1] == "idna==3.4 --hash=sha256:aa --hash=sha256:cc"


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_a_repository_of_a_lock_is_taken_at_its_commit(packed):
    member = f"""
    [[package]]
    name = "common"
    version = "0.1"
    source = {{ git = "https://a.example/common?subdirectory=py&rev=v1#{COMMIT}" }}
    [[package]]
    name = "group"
    version = "0.1"
    source = {{ virtual = "libs/group" }}
    dependencies = [{{ name = "idna" }}]
    """
    own = '{ name = "common" }, { name = "group" },'
    lock = UV_LOCK.replace('{ name = "jose", extra = ["crypto"] },', own) + dedent(member)
    assert packed(ONE + 'requirements = "uv.lock"\n', **{"uv.lock": lock})[1][0][0] == [
        f"common @ git+https://a.example/common@{COMMIT}#subdirectory=py",
        "idna==3.4 --hash=sha256:aa --hash=sha256:cc",
    ]
    pylock = f"""
    [[packages]]
    name = "common"
    vcs = {{ type = "git", url = "https://a.example/common", commit-id = "{COMMIT}" }}
    [[packages]]
    name = "lib"
    directory = {{ path = "lib" }}
    """
    lines = packed(ONE + 'requirements = "pylock.toml"\n', **{"pylock.toml": dedent(pylock)})[1][0][0]
    assert lines[0] == f"common @ git+https://a.example/common@{COMMIT}"
    assert lines[1].endswith("/lib")


def test_a_pylock(packed):
    lock = """
    lock-version = "1.0"
    created-by = "pip"
    [[packages]]
    name = "idna"
    version = "3.4"
    wheels = [{ name = "idna-3.4-py3-none-any.whl", url = "https://a.example/i", hashes = { sha256 = "aa" } }]
    [[packages]]
    name = "tomli"
    version = "2"
    marker = "python_version < '3.11'"
    wheels = [{ name = "tomli-2-py3-none-any.whl", url = "https://a.example/t", hashes = { sha256 = "bb" } }]
    """
    _, installed = packed(ONE + 'requirements = "pylock.toml"\n', **{"pylock.toml": dedent(lock)})
    assert installed == [(["idna==3.4 --hash=sha256:aa"], "python3.13", "arm64")]


@pytest.mark.parametrize(
    ("wanted", "files", "said"),
    [
        ('{ group = "ordres" }', {"pyproject.toml": "[dependency-groups]\norders = []\n"}, 'no dependency group "ordres"'),
        ('{ group = "a" }', {"pyproject.toml": '[dependency-groups]\na = [{ include-group = "a" }]\n'}, "include each other: a -> a"),
        ('{ group = "a" }', {}, "pyproject.toml: No such file"),
        ('"uv.lock"', {"uv.lock": "a = \n"}, "uv.lock: not TOML"),
        ('"uv.lock"', {"uv.lock": UV_LOCK.replace("marker = \"sys_platform == 'win32'\"", "extra = []").replace(', hash = "sha256:ee"', "")}, "colorama has no file with a hash"),
    ],
)  # fmt: skip
def test_requirements_that_cannot_be_read(packed, wanted, files, said):
    with pytest.raises(TapgenError, match=said):
        packed(ONE + f"requirements = {wanted}\n", **files)


LAYER = ONE + 'layers = ["Common"]\n[lambda_layers.Common]\nsource = "common"\n'


def test_modules_and_requirements_of_a_layer_go_where_python_looks(packed):
    names, installed = packed(LAYER, **{"common/shared.py": "", "common/requirements.txt": "idna\n"})
    assert names["CommonLayerCodeKey"] == ["python/library.py", "python/shared.py"]
    assert installed == [(["idna"], "python3.13", "arm64")]


def test_a_layer_that_has_the_folders_of_lambda_keeps_them(packed):
    names, installed = packed(LAYER, **{"common/python/shared.py": "", "common/bin/tool": ""})
    assert names["CommonLayerCodeKey"] == ["bin/tool", "python/shared.py"]
    assert installed == []


def test_compiled_requirements_are_for_one_architecture(packed):
    other = '[functions.Other]\nsource = "src"\narchitecture = "x86_64"\nlayers = ["Common"]\n'
    files = {"common/shared.py": "", "common/requirements.txt": "idna\n"}
    with pytest.raises(TapgenError, match="for one architecture"):
        packed(LAYER + other, **files)
    assert packed(LAYER + 'architecture = "x86_64"\n' + other, **files)[1] == [(["idna"], "python3.13", "x86_64")]

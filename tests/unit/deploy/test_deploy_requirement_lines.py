"""A file of requirements as lines that mean the same wherever they are read."""

import pytest

from tapgen.deploy.artifacts.markers import for_runtime
from tapgen.deploy.artifacts.requirement_lines import is_source, read
from tapgen.errors import TapgenError
from tests.table import rows


@pytest.fixture
def lines(tmp_path):
    """The lines of src/requirements.txt below a project's folder; "{root}" stands for that folder."""

    def lines(text, **files):
        for name, content in {"src/requirements.txt": text, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode())
        found = read(tmp_path / "src" / "requirements.txt", tmp_path)
        return [line.replace(str(tmp_path), "{root}") for line in (*found.lines, *found.constraints)]

    return lines


def test_comments_and_continued_lines(lines):
    text = "# all\n\nidna==3.4  # names\nsix==1.17.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\r\n"
    assert lines(text) == ["idna==3.4", "six==1.17.0 --hash=sha256:aa --hash=sha256:bb"]


def test_files_that_it_names_are_read_beside_it(lines):
    more = {"src/more/a.txt": "idna\n-r b.txt\n", "src/more/b.txt": "six\n", "src/limits.txt": "idna<4\n"}
    assert lines("-r more/a.txt\n--constraint=limits.txt\nattrs\n", **more) == ["idna", "six", "attrs", "idna<4"]


@rows(
    ("line", "read_as"),
    [
        ("./lib", "{root}/lib"),
        ("-e ./lib", "{root}/lib"),
        ("--editable=./lib[web] ; python_version > '3'", "{root}/lib[web] ; python_version > '3'"),
        ("./beside", "{root}/src/beside"),
        ("lib @ file:./lib", "lib @ file://{root}/lib"),
        ("wheels/a-1-py3-none-any.whl", "{root}/src/wheels/a-1-py3-none-any.whl"),
        ("--find-links wheels", "--find-links {root}/src/wheels"),
        ("--find-links https://a.example/wheels", "--find-links https://a.example/wheels"),
        ("-e git+https://a.example/lib@v1#egg=lib", "git+https://a.example/lib@v1#egg=lib"),
        ("--index-url https://a.example/simple", "--index-url https://a.example/simple"),
        ("lib[web]>=1,<2; sys_platform == 'linux'", "lib[web]>=1,<2; sys_platform == 'linux'"),
        ("a @ https://a.example/a-1-py3-none-any.whl", "a @ https://a.example/a-1-py3-none-any.whl"),
    ],
)
def test_a_path_is_the_settings_folders_or_else_its_own_files(lines, line, read_as):
    """So that it does not matter where the command is run; an editable one is installed as if it were not."""
    files = {"lib/setup.py": "", "src/beside/setup.py": "", "src/wheels/a-1-py3-none-any.whl": ""}
    assert lines(line + "\n", **files) == [read_as]


def test_files_that_name_each_other(lines):
    with pytest.raises(TapgenError, match=r"a\.txt: it names .*requirements\.txt, which names it"):
        lines("-r a.txt\n", **{"src/a.txt": "-r requirements.txt\n"})


def test_a_file_that_is_not_there_is_named_with_the_one_that_names_it(lines):
    with pytest.raises(TapgenError, match=r"base\.txt: No such file") as failed:
        lines("-r base.txt\n")
    assert failed.value.hint.endswith("requirements.txt names it.")


@rows(
    ("line", "expected"),
    [
        ("/lib", True),
        ("/lib[web] ; python_version > '3'", True),
        ("lib @ file:///lib", True),
        ("git+ssh://git@a.example/lib.git@v1", True),
        ("lib @ git+https://a.example/lib", True),
        ("https://a.example/lib-1.tar.gz#sha256=aa", True),
        ("/wheels/a-1-py3-none-any.whl", False),
        ("a @ https://a.example/a-1-py3-none-any.whl --hash=sha256:aa", False),
        ("a==1 --hash=sha256:aa", False),
        ("--index-url https://a.example/simple", False),
        ("--find-links /wheels", False),
    ],
)
def test_what_has_to_be_built(line, expected):
    assert is_source(line) is expected


def test_markers_are_held_against_the_runtime():
    """Whatever Python and machine run the command."""
    lines = (
        "a; python_version < '3.13'",
        "b ; platform_machine == 'aarch64' --hash=sha256:aa",
        "c; sys_platform == 'win32'",
        "d[x]>=1; python_version >= '3.13' and sys_platform == 'linux'",
        "e",
        "f; no marker",
        "--index-url https://a.example/a;b",
    )
    kept = ("b --hash=sha256:aa", "d[x]>=1", "e", "f; no marker", "--index-url https://a.example/a;b")
    assert for_runtime(lines, "python3.13", "arm64") == kept
    assert for_runtime(lines[:2], "python3.12", "x86_64") == ("a",)

"""Files of others: what is no file, does not end or lies elsewhere is refused, wherever a path is named."""

from __future__ import annotations

import os
import re
import threading
from pathlib import Path

import pytest

from tapgen import reading

FUNCTION = """
application = "shop"
network.enabled = false
queues.Jobs = {}
[functions.One]
source = "SOURCE"
"""
NAMED = {
    "requirements": 'requirements = "named"\n',
    "a state machine": '[state_machines.Flow]\ndefinition = "named"\n',
    "a model": '[api]\nmodels.Order = "named"\n',
    "a contract": '[api]\nopenapi = "named"\n',
    "a mapping template": '[api.routes]\n"POST /x" = { queue = "Jobs", template = "named" }\n',
    "an image": '[functions.Two]\nimage.dockerfile = "named"\n',
}


OPENS = re.compile(r"(?<!document)\.read_(?:text|bytes)\(")


def pipe(path):
    os.mkfifo(path)


def endless(path):
    path.symlink_to("/dev/zero")


def elsewhere(path):
    path.symlink_to("../elsewhere")


@pytest.fixture
def repository(tmp_path):
    """Writes settings into a repository that has a folder and a file beside it."""
    for folder in ("app/src", "outside"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "index.py").write_text("def handler(event, context):\n    pass\n")
    (tmp_path / "elsewhere").write_text("{}")
    (tmp_path / "app" / ".git").mkdir()

    def write(more="", source="src"):
        (tmp_path / "app" / "tapgen.toml").write_text(FUNCTION.replace("SOURCE", source) + more)
        return tmp_path / "app"

    return write


@pytest.mark.parametrize("make", [pipe, endless, elsewhere])
def test_what_the_settings_name_is_a_file_of_the_repository(tapgen, repository, make):
    for what, settings in NAMED.items():
        folder = repository(settings)
        (folder / "named").unlink(missing_ok=True)
        make(folder / "named")
        refused = tapgen("check" if make is elsewhere else "render", cwd=folder)
        if make is elsewhere:
            assert (refused.code, "It lies outside of the repository" in refused.err) == (2, True), what
        else:
            assert refused.code == 2, what
            assert "named" in refused.err, what


@pytest.mark.parametrize("name", ["a\\u0000b", "a" * 5_000, "a/" * 5_000])
def test_what_is_no_name_is_no_file(tapgen, repository, name):
    for what, settings in NAMED.items():
        for words, codes in {("render",): {2}, ("check", "--no-lint"): {0, 1, 2}}.items():
            ended = tapgen(*words, cwd=repository(settings.replace("named", name)))
            assert "Traceback" not in ended.err, what
            assert ended.code in codes, what


@pytest.mark.parametrize("source", ["../outside", "link", "{}/outside"])
def test_a_source_lies_in_the_repository(tapgen, repository, source):
    folder = repository(source=source.format(repository().parent), more="[lambda_layers.Own]\nsource = '../outside'\n")
    (folder / "link").symlink_to("../outside")
    refused = tapgen("check", "--no-lint", cwd=folder)
    assert refused.code == 2
    assert refused.err.count(f"It lies outside of the repository {folder}") == 2


def test_without_a_repository_a_source_may_lie_beside(tapgen, repository):
    folder = repository(source="../outside")
    (folder / ".git").rmdir()
    assert tapgen("check", "--no-lint", cwd=folder).code == 0


@pytest.mark.parametrize("pattern", ["../elsewhere", "../out*", "../outside", "link"])
def test_nor_does_what_is_included(tapgen, repository, pattern):
    folder = repository(f'include = ["{pattern}"]\n')
    (folder / "link").symlink_to("../elsewhere")
    assert "It lies outside of the repository" in tapgen("render", cwd=folder).err


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  One: {Type: AWS::Serverless::Function, Properties: {Handler: index.handler, Runtime: python3.13, CodeUri: ../outside}}
  Flow: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ../elsewhere, Role: "arn:aws:iam::123456789012:role/r"}}
"""


def test_what_a_template_names_is_of_its_repository(tapgen, repository):
    """The function outside asks for a variable that nothing sets: a check that reads it says so."""
    folder = repository()
    (folder.parent / "outside" / "index.py").write_text(
        "import os\ndef handler(event, context):\n    os.environ['SET']\n"
    )
    (folder / "t.yaml").write_text(SAM)
    said = tapgen("check", "--no-lint", "--template", "t.yaml", cwd=folder)
    assert "variable-missing" not in said.out
    assert "elsewhere: It lies outside of the repository" in said.out
    (folder / ".git").rmdir()
    assert "variable-missing" in tapgen("check", "--no-lint", "--template", "t.yaml", cwd=folder).out


def test_a_submodule_may_name_what_the_repository_around_it_has(tmp_path):
    for folder in (tmp_path, tmp_path / "module"):
        (folder / ".git").mkdir(parents=True)
    assert reading.within(tmp_path / "module", "../common")
    with pytest.raises(OSError, match="outside"):
        reading.within(tmp_path / "module", "../../common")


@pytest.mark.parametrize("make", [pipe, endless])
def test_what_lies_in_a_source_is_a_file(tapgen, repository, make):
    folder = repository()
    for number, name in enumerate(("x.dist-info/RECORD", "requirements.txt", "helper.py", "event.json")):
        path = folder / f"src{number}" / name
        path.parent.mkdir(parents=True)
        (folder / f"src{number}" / "index.py").write_text("import helper\ndef handler(event, context):\n    pass\n")
        make(path)
        said = tapgen("check", "--no-lint", cwd=repository(source=f"src{number}"))
        assert (said.code, "source-problem" in said.out) == (1, True), name


OWN = {
    "tapgen/cli/code_changes.py": "what `read_source` has let through",
    "tapgen/proof/interpret/boto3/models.py": "botocore's models",
    "tapgen/proof/lint.py": "what this process has written",
    "tapgen/review/picture/page.py": "a page of tapgen's",
    "tapgen/settings/checks_sources.py": "what `read_source` has let through",
    "tapgen/settings/descriptions.py": "modules of tapgen",
    "tapgen/sources.py": "what `read_source` lets through",
    "tapgen/starter/files.py": "examples of tapgen's",
    "tapgen/template/tables.py": "tables of tapgen's",
}


def test_no_reader_opens_a_file_of_others_by_itself() -> None:
    """Whatever a command that only reads a checkout opens, it opens by `reading`."""
    top = Path(reading.__file__).parent
    rooms = ("cli", "layers", "openapi", "proof", "review", "settings", "starter", "template")
    files = [*top.glob("*.py"), *(file for room in rooms for file in (top / room).rglob("*.py"))]
    found = {
        file.relative_to(top.parent).as_posix() for file in files if OPENS.search(file.read_text(encoding="utf-8"))
    }
    assert found == OWN.keys()


@pytest.mark.parametrize("make", [pipe, endless])
def test_what_a_command_line_names_is_a_file(tapgen, tmp_path, make):
    make(tmp_path / "t.yaml")
    for words in (
        ("check", "--template", "t.yaml"),
        ("diff", "t.yaml", "t.yaml"),
        ("graph", "t.yaml"),
        ("adopt", "t.yaml"),
        ("--project", "t.yaml", "settings"),
    ):
        refused = tapgen(*words, cwd=tmp_path)
        assert refused.code in {1, 2}, words
        assert "t.yaml: Not a file" in refused.err, words


def test_a_committed_template_that_is_no_file_is_said(tapgen, project):
    folder = project()
    (folder / "templates_out").mkdir()
    endless(folder / "templates_out" / "dev.yaml")
    refused = tapgen("render", "--check", cwd=folder)
    assert (refused.code, "Not a file" in refused.err) == (1, True)


def test_what_a_shell_pipes_in_is_read(tmp_path):
    end, start = os.pipe()
    writer = threading.Thread(target=lambda: (os.write(start, b"a\r\nb"), os.close(start)))
    writer.start()
    assert reading.text(Path(f"/dev/fd/{end}")) == "a\nb"
    writer.join()
    os.close(end)


def test_no_more_is_read_than_there_is_use_for(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert reading.content(file, 5) == b"12345"
    with pytest.raises(OSError, match="more than 4 bytes"):
        reading.content(file, 4)

import pytest

from tapgen.errors import TapgenError
from tapgen.sources import MAX_INLINE_CHARACTERS, Selection, read_source
from tests.table import rows


def folder(tmp_path, **files):
    for name, content in files.items():
        path = tmp_path / "src" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path / "src"


def test_files_are_relative_and_sorted_without_caches_and_hidden_ones(tmp_path):
    kept = {"b.py": "", "a/c.py": "", "a.txt": "", "requirements.txt": ""}
    skipped = {"__pycache__/b.pyc": "", "b.pyc": "", ".git/x": "", ".env": "", "node_modules/x.js": "", "a/.hidden": ""}
    source = read_source(folder(tmp_path, **kept, **skipped))
    assert source.files == ("a.txt", "a/c.py", "b.py", "requirements.txt")
    assert source.has_requirements
    assert not read_source(folder(tmp_path / "other", **{"a/requirements.txt": ""})).has_requirements


@rows(
    ("files", "inline"),
    [
        ({"index.py": "é = 1\n"}, "é = 1\n"),
        ({"index.py": "\ufeffa = 1\n"}, "a = 1\n"),
        ({"index.py": "a = 1\r\n"}, "a = 1\n"),
        ({"index.py": ""}, ""),
        ({"index.py": "é" * MAX_INLINE_CHARACTERS}, "é" * MAX_INLINE_CHARACTERS),
        ({"index.py": "é" * (MAX_INLINE_CHARACTERS + 1)}, None),
        ({"index.py": "a" * 5 * MAX_INLINE_CHARACTERS}, None),
        ({"index.py": b"# coding: latin-1\na = '\xe9'\n"}, None),
        ({"index.py": "a\0b"}, None),
        ({"index.js": ""}, None),
        ({"a/index.py": ""}, None),
        ({"index.py": "", "other.py": ""}, None),
    ],
)
def test_what_stands_in_the_template(tmp_path, files, inline):
    assert read_source(folder(tmp_path, **files)).inline == inline


@pytest.mark.parametrize(
    ("entry_point", "file"),
    [
        ("index.handler", "index.py"),
        ("api.handler", "api/__init__.py"),
        ("api.orders.handler", "api/orders.py"),
        ("api/orders.handler", "api/orders.py"),
        ("other.handler", None),
    ],
)
def test_the_file_of_an_entry_point(tmp_path, entry_point, file):
    source = read_source(folder(tmp_path, **{"index.py": "", "api/__init__.py": "", "api/orders.py": ""}))
    assert source.module_file(entry_point) == file


def test_links(tmp_path):
    source = folder(tmp_path, **{"index.py": "", "a/b.py": ""})
    (source / "inside.py").symlink_to(source / "index.py")
    assert "inside.py" in read_source(source).files
    outside = tmp_path / "outside.py"
    outside.write_text("")
    (source / "out.py").symlink_to(outside)
    with pytest.raises(TapgenError, match=r"out\.py: a link that leads out of"):
        read_source(source)
    (source / "out.py").unlink()
    (source / "gone.py").symlink_to(source / "nothing")
    with pytest.raises(TapgenError, match=r"gone\.py: not a file that can be read"):
        read_source(source)
    (source / "gone.py").unlink()
    (source / "round.py").symlink_to(source / "about.py")
    (source / "about.py").symlink_to(source / "round.py")
    with pytest.raises(TapgenError, match=r"(round|about)\.py: not a file that can be read"):
        read_source(source)
    (source / "round.py").unlink()
    (source / "about.py").unlink()
    (source / "folder").symlink_to(source / "a")
    with pytest.raises(TapgenError, match="a link to a folder is not followed"):
        read_source(source)


def test_a_source_folder_may_itself_be_a_link(tmp_path):
    (tmp_path / "link").symlink_to(folder(tmp_path, **{"index.py": "a = 1"}))
    assert read_source(tmp_path / "link").inline == "a = 1"


def test_what_is_no_folder(tmp_path):
    with pytest.raises(TapgenError, match="there is no such folder"):
        read_source(tmp_path / "none")
    (tmp_path / "file").write_text("")
    with pytest.raises(TapgenError, match="a file, not a folder"):
        read_source(tmp_path / "file")
    with pytest.raises(TapgenError, match="File name too long"):
        read_source(tmp_path / ("x" * 5000))


@rows(
    ("pattern", "names"),
    [
        ("../common", ["common/a/one.py", "common/two.py"]),
        ("../common/a", ["a/one.py"]),
        ("../common/two.py", ["two.py"]),
        ("../common/*.py", ["two.py"]),
        ("../common/**/*.py", ["a/one.py", "two.py"]),
        ("../common/*", ["a/one.py", "two.py"]),
        ("../*/two.py", ["common/two.py"]),
        ("base.sql", ["base.sql"]),
        ("nested/*.sql", ["deep.sql"]),
    ],
)
def test_what_is_included_by_its_name_in_the_package(tmp_path, pattern, names):
    folder(tmp_path, **{"index.py": ""})
    for name in (
        "common/a/one.py",
        "common/two.py",
        "common/a/__pycache__/one.pyc",
        "base/base.sql",
        "base/nested/deep.sql",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    source = read_source(tmp_path / "src", Selection(include=(pattern,), base=tmp_path / "base"))
    assert source.files == tuple(sorted(["index.py", *names]))
    for name in names:
        assert source.path(name).read_text().endswith(name)


@pytest.mark.parametrize("pattern", ["../nothing", "../*.sql", "nothing/*", "**.py**/", "..", "/"])
def test_a_pattern_that_includes_nothing_is_said(tmp_path, pattern):
    folder(tmp_path, **{"index.py": ""})
    with pytest.raises(TapgenError) as caught:
        read_source(tmp_path / "src", Selection(include=(pattern,)))
    assert caught.value.message.startswith(f'include: "{pattern}"')

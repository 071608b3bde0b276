"""Whether what an environment is made from has changed on disk."""

import os

import pytest
from msgspec import structs

from tapgen.local.watching import changed, snapshot
from tapgen.settings.functions import Function
from tapgen.settings.model import Environment


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "handler").mkdir()
    (tmp_path / "handler" / "index.py").write_text("x = 1\n")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "queue.py").write_text("")
    return Environment(
        name="dev",
        root=tmp_path,
        application="shop",
        functions={"Item": Function(source="handler")},
        layers=("infra.queue",),
    )


def look(project):
    return snapshot(project.root / "pyproject.toml", project)


def test_nothing_has_changed_where_nothing_was_done(project):
    assert changed(look(project), look(project)) == ()
    assert len(look(project)) == 3


@pytest.mark.parametrize("name", ["pyproject.toml", "handler/index.py", "infra/queue.py"])
def test_an_edit_is_seen_even_when_the_clock_stands_still(project, name):
    path = project.root / name
    before, status = look(project), path.stat()
    path.write_text(path.read_text() + "y = 2\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert changed(before, look(project)) == (str(path),)


@pytest.mark.parametrize("name", ["infra/common.py", "infra/alarms/__init__.py", "infra/alarms/parts/topic.py"])
def test_what_a_layer_may_import_from_beside_it_is_watched_too(project, name):
    path = project.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x = 1\n")
    project = structs.replace(project, layers=("infra.queue", "infra.alarms"))
    before = look(project)
    path.write_text("x = 1; y = 2\n")
    assert changed(before, look(project)) == (str(path),)


def test_an_edit_of_the_same_length_is_seen_by_its_time(project):
    path = project.root / "handler" / "index.py"
    before = look(project)
    path.write_text("x = 2\n")
    os.utime(path, ns=(1, 1))
    assert changed(before, look(project)) == (str(path),)


def test_a_new_file_and_a_lost_one_are_changes(project):
    before = look(project)
    new, lost = project.root / "handler" / "util.py", project.root / "handler" / "index.py"
    new.write_text("")
    lost.unlink()
    assert changed(before, look(project)) == (str(lost), str(new))


def test_a_cache_is_no_change(project):
    before = look(project)
    (project.root / "handler" / "__pycache__").mkdir()
    (project.root / "handler" / "__pycache__" / "index.pyc").write_text("x")
    assert changed(before, look(project)) == ()


def test_a_source_that_cannot_be_read_is_a_change_until_it_is_back(project):
    before = look(project)
    (project.root / "handler").rename(project.root / "gone")
    without = look(project)
    assert str(project.root / "handler" / "index.py") in changed(before, without)
    assert without[str(project.root / "handler")] == (0, 0)
    (project.root / "gone").rename(project.root / "handler")
    assert changed(before, look(project)) == ()


def test_while_the_settings_do_not_load_their_file_is_watched(tmp_path):
    settings = tmp_path / "pyproject.toml"
    before = snapshot(settings, None)
    settings.write_text("")
    assert changed(before, snapshot(settings, None)) == (str(settings),)

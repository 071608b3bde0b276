"""The same requirements are installed once for a runtime and architecture, and different ones at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tapgen.deploy.artifacts.installations import once
from tapgen.errors import TapgenError


class Pip:
    """Writes a file into each target, and keeps what it was asked for."""

    def __init__(self, fails=0, before=lambda: None):
        self.asked, self.fails, self.before = [], fails, before

    def __call__(self, requirements, target, runtime, architecture):
        self.asked.append((requirements.parent.name, runtime, architecture))
        self.before()
        if self.fails:
            self.fails -= 1
            raise TapgenError("no wheel")
        (target / "package").mkdir()
        (target / "package" / "__init__.py").write_text(f"# {runtime} {architecture}")


@pytest.fixture
def stack():
    with ExitStack() as opened:
        yield opened


def requirements(tmp_path, name, text="six==1.17.0\n"):
    (tmp_path / name).mkdir()
    (tmp_path / name / "requirements.txt").write_text(text)
    return tmp_path / name / "requirements.txt"


def installed(install, tmp_path, file, number, runtime="python3.12", architecture="arm64"):
    target = tmp_path / f"target{number}"
    target.mkdir()
    install(file, target, runtime, architecture)
    return (target / "package" / "__init__.py").read_text()


def test_equal_requirements_are_one_installation(tmp_path, stack):
    pip, told = Pip(), []
    install = once(pip, stack, told.append)
    files = [requirements(tmp_path, name) for name in ("a", "b", "c")]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda number: installed(install, tmp_path, files[number], number), range(3)))
    assert found == ["# python3.12 arm64"] * 3
    assert len(pip.asked) == len(told) == 1
    assert told[0].startswith("Installing ")
    assert told[0].endswith("requirements.txt for python3.12 on arm64")


@pytest.mark.parametrize(
    ("text", "runtime", "architecture"),
    [
        ("six==1.16.0\n", "python3.12", "arm64"),
        ("six==1.17.0\n", "python3.13", "arm64"),
        ("six==1.17.0\n", "python3.12", "x86_64"),
    ],
)
def test_other_requirements_runtimes_and_architectures_are_others(tmp_path, stack, text, runtime, architecture):
    pip = Pip()
    install = once(pip, stack)
    installed(install, tmp_path, requirements(tmp_path, "a"), 1)
    other = installed(install, tmp_path, requirements(tmp_path, "b", text), 2, runtime, architecture)
    assert other == f"# {runtime} {architecture}"
    assert len(pip.asked) == 2


def test_what_names_other_files_is_its_folders_own(tmp_path, stack):
    pip = Pip()
    install = once(pip, stack)
    for number, name in enumerate(("a", "b")):
        installed(install, tmp_path, requirements(tmp_path, name, "-r common.txt\n"), number)
    assert [name for name, *_ in pip.asked] == ["a", "b"]


def test_different_ones_are_installed_at_the_same_time(tmp_path, stack):
    """Each waits for the other: one after the other would never end."""
    both = threading.Barrier(2, timeout=30)
    install = once(Pip(before=both.wait), stack)
    files = [requirements(tmp_path, name, f"{name}\n") for name in ("a", "b")]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda number: installed(install, tmp_path, files[number], number), range(2)))


def test_a_failure_is_said_and_tried_again(tmp_path, stack):
    pip = Pip(fails=1)
    install = once(pip, stack)
    file = requirements(tmp_path, "a")
    with pytest.raises(TapgenError, match="no wheel"):
        installed(install, tmp_path, file, 1)
    assert installed(install, tmp_path, file, 2)
    assert len(pip.asked) == 2


def test_a_file_that_cannot_be_read_is_pips_to_refuse(tmp_path, stack):
    pip = Pip(fails=1)
    with pytest.raises(TapgenError, match="no wheel"):
        installed(once(pip, stack), tmp_path, tmp_path / "none" / "requirements.txt", 1)

"""The same requirements are installed once for a target, kept for the next command; different ones at the same time."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tapgen.deploy.artifacts.installations import kept, once
from tapgen.deploy.artifacts.package_cache import FRESH, Cache, of_user
from tapgen.deploy.artifacts.requirement_lines import Requirements
from tapgen.errors import TapgenError, UsageError


class Pip:
    """Writes a file into each target, and keeps what it was asked for."""

    def __init__(self, fails=0, before=lambda: None):
        self.asked, self.fails, self.before = [], fails, before

    def __call__(self, requirements, target, runtime, architecture):
        self.asked.append((requirements.file.parent.name, runtime, architecture))
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
    return Requirements(tmp_path / name / "requirements.txt", tuple(text.splitlines()))


def installed(install, tmp_path, file, number, runtime="python3.12", architecture="arm64"):
    target = tmp_path / f"target{number}"
    target.mkdir()
    install(file, target, runtime, architecture)
    return (target / "package" / "__init__.py").read_text()


def test_equal_requirements_are_one_installation(tmp_path, stack):
    pip = Pip()
    install = once(pip, stack)
    files = [requirements(tmp_path, name) for name in ("a", "b", "c")]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda number: installed(install, tmp_path, files[number], number), range(3)))
    assert found == ["# python3.12 arm64"] * 3
    assert len(pip.asked) == 1


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


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache", 1_000_000)


def test_the_next_command_takes_what_is_kept(tmp_path, cache):
    pip, told = Pip(), []
    for number in range(2):
        assert installed(kept(pip, cache, told.append), tmp_path, requirements(tmp_path, "a"), number)
    assert len(pip.asked) == 1
    assert told == [f"Installing {tmp_path / 'a' / 'requirements.txt'} for python3.12 on arm64"]


def test_another_index_may_have_other_packages(tmp_path, cache):
    pip = Pip()
    for number, index in enumerate(("a", "b")):
        install = kept(pip, cache, lambda _: None, environ={"PIP_INDEX_URL": f"https://{index}.example/simple"})
        installed(install, tmp_path, requirements(tmp_path, "a"), number)
    assert len(pip.asked) == 2


@pytest.mark.parametrize("text", ["/shared/lib\n", "lib @ file:///shared/lib\n", "--find-links /wheels\nsix\n"])
def test_what_names_a_folder_of_this_machine_is_installed_each_time(tmp_path, cache, text):
    pip = Pip()
    for number in range(2):
        installed(kept(pip, cache, lambda _: None), tmp_path, requirements(tmp_path, "a", text), number)
    assert len(pip.asked) == 2
    assert cache.entries() == []


@pytest.mark.parametrize(("text", "times"), [("six==1.17.0\n", 2), ("six==1.17.0 --hash=sha256:aa\n", 1)])
def test_what_has_no_hashes_is_asked_again_after_a_day(tmp_path, cache, text, times):
    pip = Pip()
    for number, now in enumerate((1_000_000.0, 1_000_000.0 + FRESH)):
        aged = replace(cache, now=lambda now=now: now)
        installed(kept(pip, aged, lambda _: None), tmp_path, requirements(tmp_path, "a", text), number)
    assert len(pip.asked) == times


def test_what_is_damaged_is_installed_again(tmp_path, cache):
    pip = Pip()
    installed(kept(pip, cache, lambda _: None), tmp_path, requirements(tmp_path, "a"), 1)
    (Path(cache.entries()[0].folder) / "files" / "package" / "__init__.py").unlink()
    assert installed(kept(pip, cache, lambda _: None), tmp_path, requirements(tmp_path, "a"), 2)
    assert len(pip.asked) == 2
    assert len(cache.entries()) == 1


def test_what_goes_while_it_is_taken_leaves_nothing_behind(tmp_path, cache):
    """Another process clears the cache meanwhile: the clock is asked just before and after the files are there."""
    pip = Pip()
    installed(kept(pip, cache, lambda _: None), tmp_path, requirements(tmp_path, "a"), 1)
    [entry] = cache.entries()
    asked = []

    def now():
        asked.append(1)
        if len(asked) == 2:  # the files are copied, their use is not noted yet
            (Path(entry.folder) / "entry.json").unlink()
        return entry.made

    target = tmp_path / "target2"
    target.mkdir()
    assert replace(cache, now=now).take(Path(entry.folder).name, target) is False
    assert list(target.iterdir()) == []


def test_a_failure_is_not_kept(tmp_path, cache):
    with pytest.raises(TapgenError, match="no wheel"):
        installed(kept(Pip(fails=1), cache, lambda _: None), tmp_path, requirements(tmp_path, "a"), 1)
    assert cache.entries() == []


def test_the_least_used_goes_first(tmp_path, cache):
    """Each is 18 bytes; the first was used last."""
    small = replace(cache, limit=50)
    for number, (name, now) in enumerate([("a", 1.0), ("b", 2.0), ("a", 3.0), ("c", 4.0)]):
        aged = replace(small, now=lambda now=now: now)
        installed(kept(Pip(), aged, lambda _: None), tmp_path, requirements(tmp_path, name, f"{name}\n"), number)
    assert [Path(entry.requirements).parent.name for entry in cache.entries()] == ["c", "a"]


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path):
    (tmp_path / "file").write_text("")
    blocked = Cache(tmp_path / "file" / "cache", 1_000_000)
    assert installed(kept(Pip(), blocked, lambda _: None), tmp_path, requirements(tmp_path, "a"), 1)
    assert blocked.entries() == []


def test_the_cache_is_where_the_system_keeps_such_things():
    folder = {name: str(of_user({"HOME": "/home/me"}, name).folder) for name in ("linux", "darwin")}
    assert folder == {"linux": "/home/me/.cache/tapgen/packages", "darwin": "/home/me/Library/Caches/tapgen/packages"}
    assert str(of_user({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "linux").folder) == "/c/tapgen/packages"
    assert of_user({"TAPGEN_CACHE_DIR": "/d", "TAPGEN_CACHE_MB": "5"}) == Cache(Path("/d"), 5_000_000)
    with pytest.raises(UsageError, match='TAPGEN_CACHE_MB: "5 GB" is no number'):
        of_user({"TAPGEN_CACHE_MB": "5 GB"})


def test_the_command_lists_and_clears(tmp_path, tapgen, monkeypatch):
    monkeypatch.setenv("TAPGEN_CACHE_DIR", str(tmp_path / "cache"))
    file = requirements(tmp_path, "a")
    installed(kept(Pip(), of_user(), lambda _: None), tmp_path, file, 1)
    ended = tapgen("cache")
    assert ended.out.splitlines() == [
        f"    18 B  used {datetime.now(UTC):%Y-%m-%d}  {file.file} for python3.12 on arm64"
    ]
    assert ended.err == f"18 B of 2000.0 MB in {tmp_path / 'cache'}\n"
    [entry] = json.loads(tapgen("cache", "--json").out)
    assert (entry["size"], entry["fixed"]) == (18, False)
    assert tapgen("cache", "--clear").out == "18 B freed\n"
    assert tapgen("cache").out == ""

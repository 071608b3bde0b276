"""Reading a file of another git revision, in a repository of the test's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tapgen.errors import ExitCode, TapgenError, UsageError
from tapgen.revisions import at_revision, merge_base, resolve

FILE = Path("templates_out/dev.yaml")


def git(folder: Path, *arguments: str) -> str:
    author = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", "-C", str(folder), *author, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(folder: Path, text: str | None, message: str = "x") -> str:
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def test_the_text_is_that_of_the_revision(repository: Path) -> None:
    first = commit(repository, "one: é\n")
    commit(repository, "two\n")

    assert at_revision(repository, FILE, first) == "one: é\n"
    assert at_revision(repository, FILE, "HEAD") == "two\n"
    assert at_revision(repository, FILE, "HEAD~1") == "one: é\n"


def test_the_root_may_be_a_folder_inside_the_repository(repository: Path) -> None:
    inner = repository / "apps"
    inner.mkdir()
    commit(inner, "inner\n")

    assert at_revision(inner, FILE, "HEAD") == "inner\n"
    assert at_revision(repository, FILE, "HEAD") is None


def test_a_revision_without_the_file_has_none(repository: Path) -> None:
    commit(repository, "one\n")
    commit(repository, None)

    assert at_revision(repository, FILE, "HEAD") is None


def test_a_file_that_is_not_text_is_an_error(repository: Path) -> None:
    (repository / "templates_out").mkdir()
    (repository / FILE).write_bytes(b"\xff\xfe\x00")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")

    with pytest.raises(TapgenError, match="not a text file in UTF-8"):
        at_revision(repository, FILE, "HEAD")


@pytest.mark.parametrize("revision", ["nowhere", "--help", "HEAD~9", "", "main:templates_out"])
def test_a_revision_that_is_not_there_is_named(repository: Path, revision: str) -> None:
    commit(repository, "one\n")

    with pytest.raises(UsageError, match="there is no git revision") as raised:
        resolve(repository, revision)

    assert "git fetch" in raised.value.hint
    assert raised.value.exit_code is ExitCode.USAGE


def test_a_repository_without_a_commit(repository: Path) -> None:
    with pytest.raises(UsageError) as raised:
        resolve(repository, "HEAD")

    assert raised.value.hint.startswith(
        "The repository has no commit yet: git add -A, git commit. Without git: tapgen diff"
    )


def test_a_folder_outside_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(UsageError, match="not in a git repository") as raised:
        resolve(tmp_path, "HEAD")

    assert "tapgen diff OLD NEW" in raised.value.hint


def test_a_shallow_clone_says_how_to_get_the_rest(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    first = commit(repository, "one\n")
    commit(repository, "two\n")
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    git(repository, "clone", "-q", "--depth", "1", f"file://{repository}", str(clone))

    with pytest.raises(UsageError) as raised:
        resolve(clone, first)

    assert "git fetch --unshallow" in raised.value.hint


def test_the_merge_base_is_where_the_branch_left(repository: Path) -> None:
    left = commit(repository, "one\n")
    git(repository, "checkout", "-q", "-b", "feature")
    commit(repository, "feature\n")
    git(repository, "checkout", "-q", "main")
    commit(repository, "later on main\n")
    git(repository, "checkout", "-q", "feature")

    assert merge_base(repository, "main") == left


def test_histories_that_have_nothing_in_common(repository: Path) -> None:
    commit(repository, "one\n")
    git(repository, "checkout", "-q", "--orphan", "other")
    commit(repository, "other\n", "another root")

    with pytest.raises(UsageError, match="no commit in common"):
        merge_base(repository, "main")


def test_without_git_there_are_still_two_files_to_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(TapgenError, match="git is not installed") as raised:
        resolve(tmp_path, "HEAD")

    assert raised.value.hint == "Name two files instead."

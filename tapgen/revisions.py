"""EDGE: a file as it was in another git revision."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from tapgen.errors import TapgenError, UsageError

_WITHOUT_GIT: Final = (
    "Without git: tapgen diff OLD NEW compares two files, --deployed the live stack, --with-env two environments."
)
# A repository's own configuration can name programs that git starts: none of them is needed to read an object.
_READ_ONLY: Final = (
    *("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.pager=cat"),
    *("-c", "core.sshCommand=false", "-c", "protocol.allow=never", "-c", "log.showSignature=false"),
)


def at_revision(root: Path, path: Path, revision: str) -> str | None:
    """The file's text at a git revision; None where the revision does not have it. `path` is relative to `root`.

    Raises:
        UsageError: there is no such revision, or `root` is not in a git repository.
        TapgenError: git is not there, or the file is not text.
    """
    commit = resolve(root, revision)
    shown = _git(root, "show", "--no-textconv", "--no-ext-diff", f"{commit}:./{path.as_posix()}")
    if shown.returncode != 0:
        return None
    try:
        return shown.stdout.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TapgenError(f"{path} at {revision}: not a text file in UTF-8 (byte {error.start})") from None


def blobs(root: Path, revision: str, folders: set[Path]) -> dict[Path, str]:
    """The files below some folders at a revision, each with git's hash of its content; no filter is run.

    Raises:
        UsageError: there is no such revision, or `root` is not in a git repository.
    """
    commit = resolve(root, revision)
    top = Path(
        _git(root, "rev-parse", "--show-toplevel").stdout.decode(errors="surrogateescape").rstrip("\n")
    ).resolve()
    inside = [one.relative_to(top).as_posix() for one in map(Path.resolve, folders) if one.is_relative_to(top)]
    if not inside:
        return {}
    listed = _git(top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *inside).stdout
    found = {}
    for line in filter(None, listed.decode(errors="surrogateescape").split("\0")):
        about, _, name = line.partition("\t")
        found[top / name] = about.split()[2]
    return found


def resolve(root: Path, revision: str) -> str:
    """The commit that a revision names.

    Raises:
        UsageError: there is none.
    """
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    commit = found.stdout.decode().strip()
    if found.returncode == 0 and commit:
        return commit
    if _git(root, "rev-parse", "--git-dir").returncode != 0:
        raise UsageError(f"{root}: not in a git repository", _WITHOUT_GIT)
    raise UsageError(f'there is no git revision "{revision}"', _advice(root, revision))


def merge_base(root: Path, revision: str) -> str:
    """The commit where the current branch left `revision`.

    Raises:
        UsageError: the two have no history in common, or there is no such revision.
    """
    commit = resolve(root, revision)
    found = _git(root, "merge-base", "HEAD", commit)
    base = found.stdout.decode().strip()
    if found.returncode != 0 or not base:
        hint = _advice(root, revision) or "Compare with the revision itself: leave --merge-base out."
        raise UsageError(f'HEAD and "{revision}" have no commit in common here', hint)
    return base


def _advice(root: Path, revision: str) -> str:
    shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
    if shallow:
        return "This is a shallow clone: git fetch --unshallow, or fetch-depth: 0 in a GitHub Actions checkout."
    if revision == "HEAD":
        return f"The repository has no commit yet: git add -A, git commit. {_WITHOUT_GIT}"
    return "See git branch --all; a remote branch needs git fetch first."


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", *_READ_ONLY, "-C", str(root), *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise TapgenError("git is not installed, or not on PATH", "Name two files instead.") from None

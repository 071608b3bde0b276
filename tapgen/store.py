"""EDGE: the committed templates: where they are, how they are written, and which of them are stale."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path

from tapgen import reading
from tapgen.errors import DocumentError

FOLDER = "templates_out"
FORMATS = ("yaml", "json")


def template_file(folder: Path, environment: str, format: str) -> Path:  # noqa: A002 - the word users type
    """Where an environment's template is."""
    return folder / f"{environment}.{format}"


def write(path: Path, text: str) -> bool:
    """Replace the file's content at once or not at all; False when it was the same already, but for line ends.

    Raises:
        DocumentError: the folder or the disk does not take it; the file is as it was.
    """
    import tempfile

    temporary = None
    try:
        if same(read(path), text):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="\n", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = Path(file.name)
            file.write(text)
        temporary.chmod(0o644)  # as a plain open() would under the usual umask; mkstemp's 0600 is for secrets
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise DocumentError(
            f"{path}: cannot be written: {error.strerror}", "Choose another folder with --output, or make room in it."
        ) from error
    finally:
        if temporary:
            temporary.unlink(missing_ok=True)
    return True


def read(path: Path) -> str | None:
    """The file's text, None when there is none (or it is not text, and so certainly not ours).

    Raises:
        DocumentError: there is something that cannot be read.
    """
    try:
        return reading.content(path).decode("utf-8")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None
    except OSError as error:
        raise DocumentError(
            f"{path}: cannot be read: {error.strerror}", "Mend it, or choose another folder."
        ) from error


def same(old: str | None, text: str) -> bool:
    """A file's text is this one; a checkout may have given it other line ends (git's core.autocrlf)."""
    return old is not None and old.replace("\r\n", "\n") == text.replace("\r\n", "\n")


def changes(path: Path, text: str) -> str:
    """A unified diff from the file's content to the text; empty when they are the same."""
    old = read(path)
    if same(old, text):
        return ""
    before = (old or "").splitlines(keepends=True)
    name = f"{path.parent.name}/{path.name}"
    return "".join(unified_diff(before, text.splitlines(keepends=True), f"{name} (committed)", f"{name} (rendered)"))


def orphans(folder: Path, expected: Iterable[Path], personal: Iterable[str] = ()) -> list[Path]:
    """Templates in the folder that no environment renders to: of a removed environment, or in the other format.

    Those of a user's own stay out of it: `personal` names the environments that have such.
    """
    known = {path.name for path in expected}
    own = tuple(f"{name}-" for name in personal)
    found = [path for format_ in FORMATS for path in folder.glob(f"*.{format_}")]
    return sorted(path for path in found if path.name not in known and not path.name.startswith((".", *own)))

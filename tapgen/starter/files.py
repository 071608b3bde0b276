"""The files of a new project, by their paths, as text; pure but for reading the package's own examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from tapgen.installing import REMARK, REQUIREMENT

EXAMPLES: Mapping[str, str] = {
    "api": "a table behind an API",
    "queue": "an API that queues, a worker that stores, dead letters",
    "schedule": "a function that starts every night",
    "orders": "an order service: API, table and its stream, queue, topic, schedule",
}
_PROTECTED = """\
protected = true # tables are kept, deletion is refused
alarms.alarm_email = "alarms@example.com" # who is told
"""
SCHEMA_FILE = "tapgen.schema.json"
SETTINGS_FILE = "tapgen.toml"


def project_files(application: str, example: str, environments: Sequence[str]) -> dict[str, str]:
    """Relative path -> text of everything that a project of this example begins with.

    The environments after the first are protected.
    """
    here = files("tapgen.starter")
    found = {**_texts(here / "common"), **_texts(here / "examples" / example)}
    sections = [_environment(name, protected=index > 0) for index, name in enumerate(environments)]
    words = {
        "@application@": application,
        "@environments@": "\n".join(sections).rstrip(),
        "@remark@": REMARK,
        "@requirement@": REQUIREMENT,
    }
    return {path: _filled(text, words) for path, text in {**found, SCHEMA_FILE: _schema()}.items()}


def _environment(name: str, *, protected: bool) -> str:
    return f"[environments.{name}]\n{_PROTECTED if protected else ''}"


def _filled(text: str, words: Mapping[str, str]) -> str:
    for mark, word in words.items():
        text = text.replace(mark, word)
    return text


def _schema() -> str:
    import json

    from tapgen.settings.schema import json_schema

    return json.dumps(json_schema(), indent=2) + "\n"


def _texts(folder: Traversable, prefix: str = "") -> dict[str, str]:
    """Every file below a folder of the package; a leading `dot-` stands for the dot that build tools leave out."""
    found: dict[str, str] = {}
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.name == "__pycache__":
            continue
        name = prefix + entry.name.replace("dot-", ".", 1).removesuffix(".txt")
        if entry.is_dir():
            found |= _texts(entry, f"{name}/")
        else:
            found[name] = entry.read_text(encoding="utf-8")
    return found

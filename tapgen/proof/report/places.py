"""Where a person would mend what a finding is about: the line of the settings, or of a template."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tapgen import naming, reading
from tapgen.settings import served
from tapgen.settings.positions import Position, positions
from tapgen.template.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tapgen.compose import Origin
    from tapgen.proof.findings import Finding
    from tapgen.settings.model import Environment
    from tapgen.template.document import DocumentPath

_ADVICE = {
    "permission-missing": (
        "Allow it in functions.{name}: with its access to the resource, or in statements; or remove the call."
    ),
    "variable-missing": (
        "Name it in functions.{name}: in its environment, or as the variable of a part, such as tables.Order = "
        '{{ variable = "ORDER_TABLE" }}.'
    ),
}
"""Rule -> what to write in the settings."""
_OF_RULES = {"region-unknown": ("region", "regions")}
"""Rule -> the settings that it is about."""
_BY_NAME = {"Resources": "resources", "Outputs": "outputs", "Parameters": "parameters"}
"""Section of a document -> the settings whose keys are its names."""
_OF_APIS = ("AWS::ApiGateway", "AWS::Lambda::Permission")
_SECTIONS = (
    ("AWS::EC2::", "network"),
    ("AWS::CloudWatch::", "alarms"),
    ("AWS::SNS::", "alarms"),
    ("AWS::Logs::", "logs"),
)


class SettingsPlaces:
    """The lines of a settings file by their dotted keys below the tool's own table."""

    def __init__(self, file: Path, table: tuple[str, ...], text: str) -> None:
        self.file = file
        self._table = table
        self._found = positions(text)

    def found(self, keys: tuple[str, ...]) -> tuple[str, Position]:
        """The first of the keys in the file, itself or as part of a longer one, and where; else "" and the top."""
        paths = {key: (*self._table, *map(_step, key.split("."))) for key in keys} | {"": self._table}
        there = ((key, self._found[path]) for key, path in paths.items() if path in self._found)
        return next(there, ("", Position(1, 1)))


def settings_places(root: Path) -> SettingsPlaces | None:
    """The settings file of a folder; None where it cannot be read."""
    for name, table in (("tapgen.toml", ()), ("pyproject.toml", ("tool", "tapgen"))):
        try:
            return SettingsPlaces(root / name, table, reading.text(root / name))
        except (OSError, UnicodeDecodeError):
            continue
    return None


def keys(
    logical_id: str | None, type_: str | None, environment: Environment, section: str = "Resources"
) -> tuple[str, ...]:
    """The settings that made a resource, an output or a parameter, the nearest first; `section` is the document's."""
    by_name = _BY_NAME.get(section, "resources")
    found = [f"{by_name}.{logical_id}"] if logical_id in getattr(environment, by_name) else []
    subject = environment.title(logical_id or "")
    for word, suffix in (
        ("functions", "Function"),
        ("lambda_layers", "Layer"),
        ("sites", "Site"),
        ("identity_pools", "IdentityPool"),
        *((kind.word, kind.part.suffix) for kind in KINDS),
    ):
        names = getattr(environment, word, {})
        found += [f"{word}.{name}" for name in names if subject.startswith(naming.logical(name, suffix))]
    if not found:
        found = _begins_with(subject, environment)
    if type_ and type_.startswith(_OF_APIS):
        found = [*_of_api(subject, environment), *found]
    found += [section for prefix, section in _SECTIONS if type_ and type_.startswith(prefix)]
    return (*(f"environments.{environment.table}.{key}" for key in found[:1]), *found)


def _begins_with(subject: str, environment: Environment) -> list[str]:
    """The function or part whose name a logical id begins with, the longest: its trigger, schedule or dead letters."""
    words = dict.fromkeys(("functions", *(kind.word for kind in KINDS)))
    named = [(word, name) for word in words for name in getattr(environment, word, {})]
    fitting = [(word, name) for word, name in named if subject.startswith(naming.logical(name))]
    longest = max((len(naming.logical(name)) for _, name in fitting), default=0)
    return [f"{word}.{name}" for word, name in fitting if len(naming.logical(name)) == longest]


def _of_api(subject: str, environment: Environment) -> Iterator[str]:
    """The route that a method, a route or a permission is for; else the API that a resource is of."""
    apis = served.apis(environment)
    for api in apis.values():
        for route in api.routes:
            title = naming.route(api.title, route.route.parts, route.route.method)
            if subject in (f"{title}Method", f"{title}Route", f"{title}Permission"):
                if not route.function:
                    yield f"{f'apis.{api.name}' if api.name else 'api'}.routes.{route.route}"
                    return
                yield from (f"functions.{route.function}.routes.{route.index}", f"functions.{route.function}.routes")
    for name, api in apis.items():
        if name and subject.startswith(api.prefix):
            yield f"apis.{name}"
            return
    yield "api"


def _step(text: str) -> str | int:
    """A step of a dotted key; names begin with a letter, so that a number is the place in a list."""
    return int(text) if text.isdigit() else text


def settings_of(
    environment: Environment, resources: Mapping[str, Mapping[str, Any]], logical_ids: Iterable[str]
) -> dict[str, str]:
    """What of the settings made each resource, as text: "tapgen.toml:5 (functions.Item)"; nothing without a file."""
    places = settings_places(environment.root)
    if places is None:
        return {}
    shown = os.path.relpath(places.file) if places.file.is_relative_to(Path.cwd()) else str(places.file)
    made = {}
    for logical_id in logical_ids:
        key, place = places.found(keys(logical_id, str(resources.get(logical_id, {}).get("Type")), environment))
        made[logical_id] = f"{shown}:{place.line}" + (f" ({key})" if key else "")
    return made


def in_layer(finding: Finding, environment: Environment, origins: Mapping[str, Origin]) -> Finding:
    """The finding with the line of the project's own layer that added its resource, where one did."""
    origin = origins.get(finding.logical_id or "")
    if finding.file is not None or origin is None or origin.layer not in environment.layers:
        return finding
    file = Path(origin.file)
    shown = file.relative_to(environment.root) if file.is_relative_to(environment.root) else file
    return replace(finding, file=shown.as_posix(), line=origin.line)


def in_settings(
    finding: Finding, type_: str | None, environment: Environment, places: SettingsPlaces | None
) -> Finding:
    """The finding with the settings' line and column where it has no source line of its own."""
    if finding.file is not None or places is None:
        return finding
    section = str(finding.path[0]) if finding.path else "Resources"
    found = _OF_RULES.get(finding.rule, ()) or keys(finding.logical_id, type_, environment, section)
    found = (*(f"environments.{environment.table}.{key}" for key in found if finding.rule in _OF_RULES), *found)
    _, place = places.found(found)
    return replace(finding, file=places.file.name, line=place.line, column=place.column)


def advised(finding: Finding, environment: Environment) -> Finding:
    """The finding with the setting that would give a function of the settings what it lacks."""
    if finding.rule not in _ADVICE:
        return finding
    for name in environment.functions:
        if finding.logical_id == environment.logical_id(naming.function(name)):
            return replace(finding, hint=_ADVICE[finding.rule].format(name=name))
    return finding


def below(root: Path, here: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    """The findings with their files as seen from `here` where the project lies below it, else from the project.

    GitHub looks for the files of annotations and of SARIF from the top of the repository, where its jobs run.
    """
    within = root.relative_to(here) if root.is_relative_to(here) else None
    for finding in findings:
        if within is None or not finding.file:
            yield finding
        else:
            yield replace(finding, file=(within / finding.file).as_posix())


def in_template(finding: Finding, name: str, lines: dict[DocumentPath, int], text: str) -> Finding:
    """The finding with the template's line where it has no source line of its own, or one of inline code."""
    if finding.file is not None:
        return _in_inline_code(finding, name, lines, text)
    path = finding.path
    while path and path not in lines:
        path = path[:-1]
    return replace(finding, file=name, line=lines.get(path, 1))


def _in_inline_code(finding: Finding, name: str, lines: dict[DocumentPath, int], text: str) -> Finding:
    """A place in inline code as the template's own line, where the code stands there line by line (`ZipFile: |`)."""
    if finding.file != f"{finding.logical_id}.Code.ZipFile/index.py" or not finding.line:
        return finding
    line = lines.get(("Resources", finding.logical_id or "", "Properties", "Code", "ZipFile"), 0)
    written = text.splitlines()[line - 1].rstrip() if line else ""
    return replace(finding, file=name, line=line + finding.line) if written.endswith(("|", "|-", "|+")) else finding

"""The values of `[local]`: in the template where the stack has the thing itself, else beside it before it is made."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tapgen import naming, reading
from tapgen.errors import TapgenError
from tapgen.local.items import typed
from tapgen.template.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tapgen.local.emulator import Emulator
    from tapgen.local.session import Deployed
    from tapgen.settings.model import Environment
    from tapgen.template.document import Document

_LARGEST = 256 * 1024 * 1024  # bytes of one table's items: all of them are in memory
_BATCH = 25  # items of one BatchWriteItem: DynamoDB API reference


def with_values(document: Document, environment: Environment) -> Document:
    """The document whose own secrets, SSM parameters and imports have the values of `[local]`.

    The one given stays as it is.
    """
    changed: dict[str, Any] = {}
    for name, value in environment.local.secrets.items():
        if logical_id := _own(environment, "secrets", name, "Secret"):
            kept = _without(document["Resources"][logical_id]["Properties"], "GenerateSecretString")
            changed[logical_id] = kept | {"SecretString": _text(value)}
    for name, content in environment.local.ssm_parameters.items():
        if logical_id := _own(environment, "ssm_parameters", name, "Parameter"):
            changed[logical_id] = document["Resources"][logical_id]["Properties"] | {"Value": _text(content)}
    resources = {
        logical_id: resource | {"Properties": changed[logical_id]} if logical_id in changed else resource
        for logical_id, resource in document["Resources"].items()
    }
    seeded = document | {"Resources": resources}
    exports = environment.local.exports
    return {section: _imported(value, exports) for section, value in seeded.items()} if exports else seeded


def _imported(value: Any, exports: Mapping[str, str]) -> Any:
    """The value with what other stacks export in place of Fn::ImportValue, where `[local]` says it."""
    match value:
        case {"Fn::ImportValue": str(name)} if name in exports:
            return exports[name]
        case dict():
            return {key: _imported(item, exports) for key, item in value.items()}
        case list():
            return [_imported(item, exports) for item in value]
    return value


def make_outside(environment: Environment, emulator: Emulator, region: str) -> None:
    """Make the secrets and SSM parameters of `[local]` that are not the stack's, once for each region."""
    for name, value in environment.local.secrets.items():
        if not _own(environment, "secrets", name, "Secret"):
            _make_secret(emulator, region, _outside(environment, "secrets", name), _text(value))
    for name, content in environment.local.ssm_parameters.items():
        if not _own(environment, "ssm_parameters", name, "Parameter"):
            kind = "StringList" if isinstance(content, tuple) else "String"
            physical = _outside(environment, "ssm_parameters", name)
            asked = {"Name": physical, "Value": _text(content), "Type": kind, "Overwrite": True}
            emulator.call("ssm", region, "AmazonSSM.PutParameter", asked)


def mask(environment: Environment) -> Mask:
    """Takes the values of `[local]`'s secrets and of secret parameters out of texts, but for ordinary words."""
    local = environment.local
    found = [
        text for value in local.secrets.values() for text in ([value] if isinstance(value, str) else value.values())
    ]
    found += [value for name, value in local.parameters.items() if environment.parameters[name].secret]
    return Mask(found)


def _make_secret(emulator: Emulator, region: str, name: str, value: str) -> None:
    listed = emulator.call(
        "secretsmanager", region, "secretsmanager.ListSecrets", {"Filters": [{"Key": "name", "Values": [name]}]}
    )
    if any(secret["Name"] == name for secret in listed["SecretList"]):
        asked = {"SecretId": name, "SecretString": value}
        emulator.call("secretsmanager", region, "secretsmanager.PutSecretValue", asked)
    else:
        emulator.call("secretsmanager", region, "secretsmanager.CreateSecret", {"Name": name, "SecretString": value})


def put_items(deployed: Deployed, emulator: Emulator) -> dict[str, int]:
    """Put the items of `[local]` into their tables: how many, by table.

    Raises:
        TapgenError: a file cannot be read, or holds no list of objects.
    """
    counts = {}
    for table, file in deployed.environment.local.items.items():
        items = _read(deployed.environment.root / file)
        title = deployed.environment.logical_id(naming.table(table))
        physical = deployed.of_type("AWS::DynamoDB::Table").get(title)
        if physical is None:
            raise TapgenError(f"local.items.{table}: the table is none of the stack's", "Take the line out.")
        for start in range(0, len(items), _BATCH):
            puts = [{"PutRequest": {"Item": typed(item)}} for item in items[start : start + _BATCH]]
            asked = {"RequestItems": {physical: puts}}
            emulator.call("dynamodb", deployed.client.region, "DynamoDB_20120810.BatchWriteItem", asked)
        counts[table] = len(items)
    return counts


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        items = json.loads(reading.text(path, limit=_LARGEST))
    except OSError as error:
        raise TapgenError(f"{path}: {error.strerror}", "It holds the items of a table: local.items.") from None
    except ValueError as error:
        raise TapgenError(f"{path}: not JSON: {error}") from None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TapgenError(f"{path}: not a list of objects", 'Write plain items, such as [{"itemId": "one"}].')
    return items


def _own(environment: Environment, word: str, name: str, suffix: str) -> str:
    """The logical id of the stack's own part of that name; empty where the stack has none."""
    part = getattr(environment, word).get(name)
    return environment.logical_id(naming.logical(name, suffix)) if part and part.existing is None else ""


def _outside(environment: Environment, word: str, name: str) -> str:
    """The physical name of what exists elsewhere: the part's, or the name itself.

    Raises:
        TapgenError: the part's name is looked up at deployment, so that it is not known here.
    """
    part = getattr(environment, word).get(name)
    if part is None:
        return name
    if not isinstance(part.existing, str):
        raise TapgenError(
            f"local.{word}.{name}: its name is looked up at deployment", "Give its value by the name that it has."
        )
    if not part.existing.startswith("arn:"):
        return str(part.existing)
    marker = ":secret:" if word == "secrets" else ":parameter"
    physical = part.existing.partition(marker)[2]
    return physical[: -len("-123456")] if word == "secrets" else str(physical)


def _text(value: Any) -> str:
    """A value as the service keeps it."""
    if isinstance(value, tuple):
        return ",".join(value)
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _without(properties: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if key != name}

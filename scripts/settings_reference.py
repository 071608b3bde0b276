"""Writes docs/settings.md from the settings' model: a table for each struct, each with an example.

Usage: python scripts/settings_reference.py [--check]
`--check` writes nothing and exits with 1 when the page is not what the model says.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import msgspec
from msgspec import NODEFAULT, inspect

from tapgen.settings import alarms, apis, functions, model, network, references, suppressions, tables

TARGET = Path(__file__).parents[1] / "docs" / "settings.md"

HEAD = """\
# Settings

Generated from `tapgen/settings/` by `scripts/settings_reference.py`; edit those.

Settings stand under `[tool.tapgen]` of `pyproject.toml`, or at the top of a `tapgen.toml`, which wins where both are.
They are looked for from the current folder upward; `--project` names the folder or the file. Paths are relative to the
file. `tapgen settings --env NAME` prints what an environment comes to, `tapgen settings --schema` a JSON Schema for
editors.

The smallest project is an application with one function:

```toml
[tool.tapgen]
application = "shop"

[tool.tapgen.functions.Item]
source = "src"
routes = ["GET /item"]
```

## Environments

`[tool.tapgen.environments.NAME]` overlays any setting: tables are merged, every other value is replaced. A name has
lower-case letters, digits and hyphens, and a letter first; without any there is `dev`. The stack is called
`<application>-<environment>`. An environment's `region` stands for the project's `regions`, and the reverse.

```toml
[tool.tapgen.environments.dev]

[tool.tapgen.environments.prod]
protected = true
network.cidr = "10.2.0.0/16"
functions.Item.memory = 512
```
"""

EXAMPLES: dict[type, str] = {
    model.Environment: """\
application = "shop"
description = "Orders of the shop"
regions = ["eu-central-1", "us-east-1"]
layers = ["layers.queue"]
tags.Team = "shop"
""",
    network.Network: """\
[network]
cidr = "10.8.0.0/20"
availability_zones = 3
subnets = "isolated"
endpoints = ["dynamodb", "sqs"]
""",
    references.Reference: """\
[network]
subnets = [{ ssm_parameter = "/network/subnet-a" }, { ssm_parameter = "/network/subnet-b" }]
security_groups = { import = "NetworkSecurityGroups" }
has_endpoints = ["dynamodb"]
""",
    tables.Table: """\
[tables.Orders]
partition_key = { name = "customerId" }
sort_key = { name = "orderId" }
ttl = "expiresAt"
""",
    tables.Key: """\
[tables.Orders]
partition_key = { name = "placedAt", type = "N" }
""",
    tables.Index: """\
[tables.Orders]
partition_key = { name = "orderId" }
indexes.byStatus = { partition_key = { name = "status" }, projection = "KEYS_ONLY" }
""",
    functions.Function: """\
[functions.Orders]
source = "functions/orders"
entry_point = "orders.handler"
memory = 512
environment.LOG_LEVEL = "INFO"
routes = ["GET /orders", "ANY /orders/{orderId}"]
tables.Orders = { variable = "TABLE_NAME" }
""",
    tables.TableAccess: """\
[functions.Orders]
source = "functions/orders"
tables.Orders = { variable = "TABLE_NAME", actions = ["dynamodb:GetItem"], indexes.byStatus = ["dynamodb:Query"] }
""",
    apis.Api: """\
[api]
name = "Shop"
stage = "v1"
authorization = "AWS_IAM"
""",
    apis.Cors: """\
[api.cors]
origins = ["https://shop.example.com"]
methods = ["GET", "POST"]
""",
    apis.Throttling: """\
[api.throttling]
rate = 50
burst = 100
""",
    alarms.Alarms: """\
[alarms]
alarm_email = "team@example.com"
duration_percent = 50
""",
    alarms.Logs: """\
[logs]
retention_days = 365
""",
    suppressions.Check: """\
[check]
suppress = [{ rule = "W3011", reason = "The table is kept by hand" }]
""",
    suppressions.Suppression: """\
[check]
suppress = [{ rule = "W3011", resource = "ItemTable", reason = "The table is kept by hand" }]
""",
}
"""An example for each struct, as it stands in a tapgen.toml; a test loads every one."""

TITLES: dict[type, str] = {
    model.Environment: "The application: `[tool.tapgen]`",
    network.Network: "`[network]`",
    references.Reference: "Looked up at deployment",
    tables.Table: "`[tables.NAME]`",
    tables.Key: "Keys",
    tables.Index: "`[tables.NAME.indexes.NAME]`",
    functions.Function: "`[functions.NAME]`",
    tables.TableAccess: "`[functions.NAME.tables.NAME]`",
    apis.Api: "`[api]`",
    apis.Cors: "`[api.cors]`",
    apis.Throttling: "`[api.throttling]`",
    alarms.Alarms: "`[alarms]`",
    alarms.Logs: "`[logs]`",
    suppressions.Check: "`[check]`",
    suppressions.Suppression: "Items of `check.suppress`",
}

_GIVEN = ("name", "root")  # of an environment: its table's name, its file's folder


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for struct, title in TITLES.items():
        kind = inspect.type_info(struct)
        assert isinstance(kind, inspect.StructType)
        parts.append(f"## {title}\n\n{_intro(struct)}\n\n{''.join(_table(kind))}")
        parts.append(f"```toml\n{EXAMPLES[struct]}```\n")
    return "\n".join(parts)


def _intro(struct: type) -> str:
    if struct is model.Environment:
        return "What an application is made of. Other tables are described below."
    return cleandoc(str(struct.__doc__))


def _table(kind: inspect.StructType) -> Iterator[str]:
    yield "| key | type | default | meaning |\n|---|---|---|---|\n"
    for field in kind.fields:
        if kind.cls is model.Environment and field.name in _GIVEN:
            continue
        meaning = _description(field.type)
        cells = (f"`{field.encode_name}`", _type(field.type), _default(field), meaning)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _description(kind: inspect.Type) -> str:
    schema = kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None
    return str((schema or {}).get("description", ""))


def _type(kind: inspect.Type) -> str:  # noqa: PLR0911 - one return a type
    match kind:
        case inspect.Metadata():
            return _type(kind.type)
        case inspect.UnionType():
            return " or ".join(_type(option) for option in kind.types if not isinstance(option, inspect.NoneType))
        case inspect.LiteralType():
            return ", ".join(f"`{msgspec.json.encode(value).decode()}`" for value in sorted(kind.values))
        case inspect.VarTupleType():
            return f"list of {_type(kind.item_type)}"
        case inspect.DictType():
            named = kind.value_type
            by_name = isinstance(named, inspect.StructType)
            return f"a table for each name: {TITLES[named.cls]}" if by_name else f"by name: {_type(named)}"
        case inspect.StructType():
            return f"table: {TITLES[kind.cls]}"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return _integer(kind)
        case inspect.StrType():
            return _text(kind)
    raise TypeError(f"no words for {kind}")


def _integer(kind: inspect.IntType) -> str:
    if kind.ge is not None and kind.le is not None:
        return f"{kind.ge} to {kind.le}"
    return f"number from {kind.ge}" if kind.ge is not None else "number"


def _text(kind: inspect.StrType) -> str:
    if kind.pattern:
        return f"text, `{kind.pattern}`"
    if kind.max_length:
        return f"text, at most {kind.max_length} characters"
    return "text"


def _default(field: inspect.Field) -> str:
    if field.default is NODEFAULT and field.default_factory is NODEFAULT:
        return "required"
    value = field.default if field.default is not NODEFAULT else field.default_factory()
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, msgspec.Struct):
        return "its defaults"
    return f"`{msgspec.json.encode(value).decode()}`"


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        current = TARGET.is_file() and TARGET.read_text(encoding="utf-8") == page()
        print(f"{TARGET.name} is current" if current else f"{TARGET.name} is stale: run scripts/settings_reference.py")
        sys.exit(0 if current else 1)
    TARGET.write_text(page(), encoding="utf-8")
    print(f"{TARGET} written")

"""Notes down AWS requests with what is known of the resources that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tapgen.proof.interpret.boto3 import models
from tapgen.proof.interpret.boto3.bindings import alternatives, bindings, copy_source
from tapgen.proof.interpret.boto3.compositions import COMPOSITIONS
from tapgen.proof.interpret.boto3.members import passed_by
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.values import EMPTY
from tapgen.proof.interpret.results import Binding, Call, Unknown

if TYPE_CHECKING:
    from tapgen.proof.interpret.site import Site

_NAMING = re.compile(
    r"(Name|Arn|ARN|Url|URL|Id|Identifier|Bucket|Topic|Queue|Endpoint|name|arn|path)$|^(Key|Path|Source)$"
)
"""Members of a request that can name a resource, by the end of their names."""

_NEVER = frozenset(
    {"ClientRequestToken", "MessageDeduplicationId", "MessageGroupId", "EventId", "StatementId", "VersionId"}
)


def record(
    site: Site,
    service: str,
    operation: str,
    args: Arguments,
    fixed: Mapping[str, Iterable[Binding]] | None = None,
) -> None:
    """Note down one request. `fixed` are parameters that the object itself fills, such as a Table's name."""
    choices: dict[str, Iterable[Binding]] = {}
    model = models.service(service)
    members = model.inputs.get(operation, {}) if model else {}
    for name, member in members.items():
        if fixed and name in fixed:
            choices[name] = fixed[name]
        elif member.type in {"string", "list"} and _NAMING.search(name) and name not in _NEVER:
            choices[name] = _passed(site, args, name, required=member.required)
    if operation in {"CopyObject", "UploadPartCopy"} and not any(
        name.startswith("CopySource.") for name in fixed or ()
    ):
        choices |= copy_source(site, args.keywords.get("CopySource", EMPTY))
    for name in fixed or ():
        choices.setdefault(name, (fixed or {})[name])
    file, line = site.place()
    passed = passed_by(site, args, members)
    compose = COMPOSITIONS.get((service, operation))
    for extra, parts in compose(site, operation, args) if compose else [({}, ())]:
        for parameters in alternatives({**choices, **extra}):
            site.report(Call(service, operation, parameters, file, line, parts, *passed))


def _passed(site: Site, args: Arguments, name: str, *, required: bool) -> Iterable[Binding]:
    values = args.keywords.get(name)
    if values is not None:
        return bindings(site.known(values))
    return (Unknown(),) if args.extra and (required or name == "IndexName") else ()

"""ARNs of a template's resources as texts, and whether an ARN pattern of a policy covers one.

The text of an ARN names a resource of the template by its logical id, `arn:…:table/${ItemTable}`, however the template
wrote it: `GetAtt`, `Sub` with `Ref`, an attribute that is its name, or the literal name that the template gives to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from tapgen.template.alternatives import REFERENCE, UNKNOWN, alternatives
from tapgen.template.model import Resource, Template
from tapgen.template.patterns import Match, matches, meet, wild
from tapgen.template.types import ResourceType, row

_DYNAMIC: Final = re.compile(r"\{\{resolve:[^{}]*\}\}")
"""One value, whose colons and slashes separate nothing."""
_WITH_PATH: Final = frozenset({"role", "user", "group", "policy", "instance-profile"})
"""IAM's resources whose ARN has the Path before the name: IAM user guide, "IAM identifiers"."""
_RULE: Final = "AWS::Events::Rule"
_SUFFIX: Final = f"-{UNKNOWN * 6}"
"""Secrets Manager user guide, "Secret ARN": six random characters follow the name."""


def fields(text: str) -> list[str]:
    """The six fields of an ARN, or the text as the only one; colons inside `${AWS::Region}` separate nothing."""
    if not text.startswith("arn:"):
        return [text]
    shielded = REFERENCE.sub(lambda match: match[0].replace(":", "\0"), text)
    return [part.replace("\0", ":") for part in shielded.split(":", 5)]


def tokens(text: str) -> tuple[str, ...]:
    """The text as characters, each `${…}` being one."""
    parts: list[str] = []
    end = 0
    for match in REFERENCE.finditer(text):
        parts += [*text[end : match.start()], match[0]]
        end = match.end()
    return (*parts, *text[end:])


class Arns:
    """The ARNs of one template; what was asked once is remembered."""

    def __init__(self, template: Template) -> None:
        self._resources = template.resources
        self._normal: dict[str, str] = {}
        self._covered: dict[tuple[str, str], Match] = {}
        self._given: dict[str, str] = {}

    def type_of(self, logical_id: str) -> str:
        """The resource's type; '' where there is no such resource."""
        resource = self._resources.get(logical_id)
        return resource.type if resource else ""

    def _row(self, logical_id: str) -> ResourceType:
        return row(self.type_of(logical_id))

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The names that the template itself gives to resources, as texts, by logical id."""
        found = {}
        for owner, resource in self._resources.items():
            name = row(resource.type).name
            texts = alternatives(resource.properties[name]) if name and name in resource.properties else ()
            if len(texts) == 1 and UNKNOWN not in texts[0]:
                found[owner] = self._joined(texts[0])
        return {owner: REFERENCE.sub(lambda match: self._named_by(match, found), text) for owner, text in found.items()}

    def _named_by(self, match: re.Match[str], names: Mapping[str, str]) -> str:
        """A name within a name: that of the log group `/aws/lambda/${Function}`, where the function has one."""
        gives_name = self._row(match[1]).ref == "name"
        return names.get(match[1], match[0]) if gives_name else match[0]

    def _joined(self, text: str) -> str:
        """A text in which an attribute that is a resource's name is written like the resource itself."""
        return REFERENCE.sub(self._by_name, _DYNAMIC.sub(UNKNOWN, text))

    def _by_name(self, match: re.Match[str]) -> str:
        owner, dot, attribute = match[1].partition(".")
        return f"${{{owner}}}" if dot and self._row(owner).attributes.get(attribute) == "name" else match[0]

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        """Name -> the one resource that has it."""
        found: dict[str, str] = {}
        several = set()
        for owner, name in self.names.items():
            if name in found:
                several.add(name)
            found[name] = owner
        return {name: owner for name, owner in found.items() if name not in several}

    @cached_property
    def _written(self) -> Mapping[tuple[str, str], str]:
        """(service, last field of the ARN with the name written out, without `:*`) -> the resource.

        A secret's name alone is not what its ARN ends in.
        """
        return {
            (form.service, self._last(owner, name).removesuffix(":*")): owner
            for owner, name in self.names.items()
            if (form := self._row(owner).arn) is not None and form.service != "secretsmanager"
        }

    @cached_property
    def _longest(self) -> int:
        """Characters of the longest of them: no longer beginning of a field is one."""
        return max((len(last) for _, last in self._written), default=0)

    def owner(self, value: Any) -> str | None:
        """The one resource that a value refers to: `Ref X`, `GetAtt X.Y`, a Sub of it, or X's own name."""
        texts = alternatives(value)
        owners = {match.split(".")[0] for text in texts for match in REFERENCE.findall(text)}
        known = [owner for owner in owners if owner in self._resources]
        if len(known) == 1:
            return str(known[0])
        if len(texts) != 1:
            return None
        return self._owners.get(texts[0]) or self._pointed_to(texts[0])

    def _pointed_to(self, text: str) -> str | None:
        """The resource whose whole ARN a text is."""
        normal = self.normal(text)
        found = REFERENCE.findall(fields(normal)[-1]) if normal.startswith("arn:") else []
        owner = found[0].split(".")[0] if len(found) == 1 else ""
        return owner if owner in self._resources and normal.endswith(fields(self.of(owner))[-1]) else None

    def named(self, text: str, service: str) -> str | None:
        """The resource of a service, by its IAM prefix, that has a name."""
        owner = self._owners.get(text)
        form = self._row(owner).arn if owner else None
        return owner if form and form.service == service else None

    def of(self, owner: str) -> str:
        """A resource's ARN as a text; `${X.Arn}` for a type whose ARN is not known."""
        form = self._row(owner).arn
        if form is None:
            return self._of_alias(owner) or f"${{{owner}.Arn}}"
        region = "${AWS::Region}" if form.regional else ""
        account = "${AWS::AccountId}" if form.owned else ""
        last = self._last(owner, f"${{{owner}}}")
        return f"arn:${{AWS::Partition}}:{form.service}:{region}:{account}:{last}"

    def _of_alias(self, owner: str) -> str:
        """The ARN of a function's alias, which is the function's with its name; "" for what is none."""
        if self.type_of(owner) != "AWS::Lambda::Alias":
            return ""
        properties = self._resources[owner].properties
        function, names = self.owner(properties.get("FunctionName")), alternatives(properties.get("Name"))
        known = function is not None and self._row(function).arn is not None and len(names) == 1
        return f"{self.of(function)}:{names[0]}" if known and function else ""

    def _last(self, owner: str, name: str) -> str:
        """The last field of a resource's ARN; a name that is a path (`/shop/limit`) brings its slash with it."""
        form = self._row(owner).arn
        written = form.resource if form else "{}"
        if self.names.get(owner, "").startswith("/"):
            written = written.replace("/{}", "{}")
        kind, slash, _ = written.partition("/")
        path = self._resources[owner].properties.get("Path") if owner in self._resources else None
        if slash and form and form.service == "iam" and kind in _WITH_PATH and isinstance(path, str) and path != "/":
            name = f"{path.strip('/')}/{name}"
        return written.format(self._on_bus(owner) + name)

    def _on_bus(self, owner: str) -> str:
        """What a rule's ARN has before the name on a bus that is not the default one: `BUS/`.

        Service Authorization Reference, Amazon EventBridge: `rule/[EventBusName/]RuleName`.
        """
        bus = self._resources[owner].properties.get("EventBusName") if self.type_of(owner) == _RULE else None
        if bus is None:
            return ""
        texts = alternatives(bus)
        name = self.declared(self.normal(texts[0]).rpartition("event-bus/")[2]) if len(texts) == 1 else UNKNOWN
        return "" if name == "default" else f"{name}/"

    def read(self, value: Any) -> tuple[str, ...]:
        """Every ARN, or pattern of ARNs, that a value of the template can become."""
        return tuple(dict.fromkeys(self.normal(text) for text in alternatives(value)))

    def normal(self, text: str) -> str:
        """The text of an ARN in the form that `of` writes; any other text unchanged."""
        found = self._normal.get(text)
        if found is None:
            found = self._normal[text] = self._normalised(_DYNAMIC.sub(UNKNOWN, text))
        return found

    def _normalised(self, text: str) -> str:
        match = REFERENCE.match(text)
        if match:
            owner, _, attribute = match[1].partition(".")
            known = self._row(owner)
            gives = known.attributes.get(attribute) if attribute else known.ref
            if gives == "stream":
                return f"{self.of(owner)}/stream/{UNKNOWN}{text[match.end() :]}"
            if gives == "arn" or (attribute == "Arn" and owner in self._resources):
                return self._joined(self.of(owner) + text[match.end() :])
        parts = fields(text)
        if len(parts) < 6:
            return text
        last = self._joined(parts[5])
        return ":".join((*parts[:5], self._by_logical_id(last, parts[2])))

    def _by_logical_id(self, last: str, service: str) -> str:
        """The last field of an ARN with the name of a resource of the template replaced by its logical id."""
        if service == "ssm":
            last = re.sub(r"^parameter(\$\{([^.}]+)\})", self._parameter, last)
        for end in (len(last), *(match.start() for match in re.finditer(r"[/:]", last[: self._longest + 1]))):
            owner = self._written.get((service, last[:end]))
            if owner is not None:
                return self._last(owner, f"${{{owner}}}").removesuffix(":*") + last[end:]
        return last

    def _parameter(self, match: re.Match[str]) -> str:
        """`parameter${Limit}` is right where the name begins with a slash, or may begin with one."""
        name = self.names.get(match[2], "")
        return f"parameter/{match[1]}" if match[2] in self._resources and name.startswith("${") else match[0]

    def covers(self, pattern: str, arn: str) -> Match:
        """Whether a policy's resource pattern covers an ARN, both as `read` gives them.

        "unknown": it depends on something that only the deployment knows, such as a parameter's value.
        """
        found = self._covered.get((pattern, arn))
        if found is None:
            found = self._compared(pattern, arn)
            if found != "yes" and "${" in pattern + arn:
                # Two resources never share a name: only names that are spelled out can tell more about both at once.
                spelled = self._names_one(pattern) and self._names_one(arn)
                mine, theirs = self._expanded(pattern, spelled=spelled), self._expanded(arn, spelled=spelled)
                found = found if (mine, theirs) == (pattern, arn) else self._compared(mine, theirs)
            self._covered[pattern, arn] = found
        return found

    def _names_one(self, text: str) -> bool:
        return any(owner in self._resources for owner in references_in(text))

    def _compared(self, pattern: str, arn: str) -> Match:
        if pattern in ("*", arn):
            return "yes"
        if not pattern or not arn or arn == "*":
            return "no"
        wanted, given = fields(pattern), fields(arn)
        whole = len(wanted) == len(given) == 6
        if whole and not all(_same_field(mine, theirs) for mine, theirs in zip(wanted[1:5], given[1:5], strict=True)):
            return "no"
        mine, theirs = (tokens(wanted[5]), tokens(given[5])) if whole else (tokens(pattern), tokens(arn))
        starts = {*mine[:1], *theirs[:1]}
        if not whole and "a" in starts and any(start.startswith("${") for start in starts):
            return "unknown"  # an ARN beside a parameter, or beside the `${X.Arn}` of a type whose ARN is not known
        return meet(mine, theirs, {token for token in (*mine, *theirs) if self._open(token)})

    def _open(self, token: str) -> bool:
        """Whether a token stands for something that only the deployment knows."""
        return len(token) > 1 and (token == UNKNOWN or token[2:-1].partition(".")[0] not in self._resources)

    def _expanded(self, text: str, *, spelled: bool) -> str:
        """A text with physical names in the place of logical ids; only those that are spelled out if so wished."""

        def name(match: re.Match[str]) -> str:
            physical = self._physical(match[1])
            return match[0] if not physical or (spelled and "${" in physical) else physical

        return REFERENCE.sub(name, text)

    def declared(self, text: str) -> str:
        """A text with the names that the template gives to resources in the place of logical ids."""
        return REFERENCE.sub(lambda match: self.names.get(match[1]) or match[0], text)

    def _physical(self, owner: str) -> str:
        """The name of a resource as far as it is known; '' for an id that nobody can foretell.

        CloudFormation names what has no name STACK-LOGICALID-RANDOM (user guide, "Name type").
        """
        if owner not in self._resources:
            return ""
        if owner not in self._given:
            resource = self._resources[owner]
            self._given[owner] = self._name_of(owner, resource)
        return self._given[owner]

    def _name_of(self, owner: str, resource: Resource) -> str:
        known = row(resource.type)
        if not known.name or known.arn is None:
            return ""
        name = self.names.get(owner)
        if name is None and known.name in resource.properties:
            name = UNKNOWN
        if name is None:
            generated = f"${{AWS::StackName}}-{owner}-{UNKNOWN}"
            name = UNKNOWN if known.arn.service == "secretsmanager" else generated
            return name.lower().replace("${aws::stackname}", UNKNOWN) if known.arn.service == "s3" else name
        return name + _SUFFIX if known.arn.service == "secretsmanager" else name

    def best(self, patterns: tuple[str, ...], arn: str) -> Match:
        """The strongest answer of several patterns."""
        found: Match = "no"
        for pattern in patterns:
            match = self.covers(pattern, arn)
            if match == "yes":
                return "yes"
            found = match if match == "unknown" else found
        return found


def _same_field(pattern: str, value: str) -> bool:
    """Partition, service, region and account: what the deployment fills in is taken to be right."""
    if "${" in pattern or "${" in value:
        return True
    return pattern == value or (wild(pattern) and matches(pattern, value))


def references_in(text: str) -> Iterator[str]:
    """The logical ids that a text names."""
    yield from (match.split(".")[0] for match in REFERENCE.findall(text))

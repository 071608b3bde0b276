"""What samples are made of: a template's resources, with their names and ARNs in an account and a region."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from tapgen.template.alternatives import UNKNOWN, alternatives
from tapgen.template.model import Resource, Template
from tapgen.template.types import row, value_at

ACCOUNT: Final = "123456789012"  # the account of AWS's own examples
REGION: Final = "us-east-1"

TIME: Final = "2026-01-01T12:00:00Z"
"""When samples say that they happened: always the same, so that a sample can be kept as a file."""
SECONDS: Final = 1_767_268_800
"""The same in seconds since 1970."""
MILLISECONDS: Final = SECONDS * 1000

_REFERENCE = re.compile(r"\$\{([^{}]*)\}")
_DEEPEST = 8  # names that are made of other names


class Where(Struct, frozen=True):
    """The account, region and stack; `physical` has the physical ids of what is deployed, by logical id."""

    stack: str
    account: str = ACCOUNT
    region: str = REGION
    partition: str = "aws"
    physical: Mapping[str, str] = {}

    @property
    def suffix(self) -> str:
        """The domain of AWS's addresses (CloudFormation user guide, "Pseudo parameters")."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


NOWHERE: Final = Where("")


class Application(Struct, frozen=True):
    """A template, and where it is or would be deployed."""

    template: Template
    where: Where
    document: Mapping[str, Any] = {}
    """The template as it is written, for what has numbers: canonical values are texts."""

    def name(self, logical_id: str) -> str:
        """The physical name: the deployed one, the template's own, or one such as CloudFormation would give."""
        return self._name(logical_id, 0)

    def arn(self, logical_id: str) -> str:
        """The ARN; '' where the form of the type's ARNs is not known."""
        return self._arn(logical_id, 0)

    def text(self, value: Any, otherwise: str = "") -> str:
        """A canonical value as the deployment would see it; `otherwise` where only the deployment knows."""
        return self._text(value, otherwise, 0)

    def resource(self, logical_id: str) -> Resource | None:
        """The resource; None where the template has none of that id."""
        return self.template.resources.get(logical_id)

    def written(self, resource: Resource, name: str) -> Any:
        """A property as it is written; None where it is not set."""
        found = value_at(self.document, ("Resources", resource.logical_id, "Properties", name))
        return resource.properties.get(name) if found is None else found

    def _name(self, logical_id: str, depth: int) -> str:
        resource = self.template.resources[logical_id]
        known = row(resource.type)
        if physical := self.where.physical.get(logical_id):
            return physical.rpartition("/" if known.ref == "url" else ":")[2] if known.ref != "name" else physical
        written = resource.properties.get(known.name) if known.name else None
        if written is not None and (text := self._text(written, "", depth + 1)):
            return text
        return _generated(resource, self.where)

    def _arn(self, logical_id: str, depth: int) -> str:
        resource = self.template.resources[logical_id]
        known = row(resource.type)
        physical = self.where.physical.get(logical_id, "")
        if physical.startswith("arn:"):
            return physical
        if known.arn is None:
            return ""
        where, form = self.where, known.arn
        region, account = where.region if form.regional else "", where.account if form.owned else ""
        name = self._name(logical_id, depth)
        if resource.type == "AWS::Events::Rule":  # on another bus its ARN has the bus: EventBridge user guide
            bus = self._text(resource.properties.get("EventBusName", "default"), "default", depth + 1)
            name = (
                name.rpartition("|")[2] if bus == "default" else f"{bus.rpartition('/')[2]}/{name.rpartition('|')[2]}"
            )
        if resource.type == "AWS::SecretsManager::Secret":
            name += f"-{digest(name, 6)}"
        return f"arn:{where.partition}:{form.service}:{region}:{account}:{form.resource.format(name)}"

    def _text(self, value: Any, otherwise: str, depth: int) -> str:
        if depth > _DEEPEST:
            return otherwise
        [first, *_] = alternatives(value) or (UNKNOWN,)
        if first == UNKNOWN:
            return otherwise
        return _REFERENCE.sub(lambda match: self._referred(match[1], depth + 1), first)

    def _referred(self, name: str, depth: int) -> str:
        where = self.where
        pseudo = {
            "AWS::AccountId": where.account,
            "AWS::Region": where.region,
            "AWS::Partition": where.partition,
            "AWS::StackName": where.stack,
            "AWS::URLSuffix": where.suffix,
            "AWS::StackId": stack_arn(where),
        }
        if name in pseudo:
            return pseudo[name]
        owner, _, attribute = name.partition(".")
        resource = self.template.resources.get(owner)
        if resource is None:
            return owner.lower()
        known = row(resource.type)
        match known.attributes.get(attribute) if attribute else known.ref:
            case "arn":
                return self._arn(owner, depth)
            case "url":
                return f"https://sqs.{where.region}.{where.suffix}/{where.account}/{self._name(owner, depth)}"
            case "stream":
                return f"{self._arn(owner, depth)}/stream/2026-01-01T00:00:00.000"
        return self._name(owner, depth)


def stack_arn(where: Where) -> str:
    """The stack's id."""
    unique = identifier(where.stack)
    return f"arn:{where.partition}:cloudformation:{where.region}:{where.account}:stack/{where.stack}/{unique}"


def _generated(resource: Resource, where: Where) -> str:
    """A name as the service makes one: the length and the letters are its own."""
    unique = digest(f"{where.stack}/{resource.logical_id}", 32)
    fifo = ".fifo" if "true" in {resource.properties.get("FifoQueue"), resource.properties.get("FifoTopic")} else ""
    names = {
        "AWS::S3::Bucket": f"{where.stack}-{resource.logical_id}-{unique[:12]}".lower()[:63],
        "AWS::Cognito::UserPool": f"{where.region}_{unique[:9]}",
        "AWS::Cognito::UserPoolClient": unique[:26],
        "AWS::ApiGateway::RestApi": unique[:10],
        "AWS::ApiGatewayV2::Api": unique[:10],
        "AWS::KMS::Key": identifier(resource.logical_id),
    }
    return names.get(resource.type, f"{where.stack}-{resource.logical_id}-{unique[:12].upper()}{fifo}")


def digest(text: str, length: int) -> str:
    """Lower-case letters and digits that follow from a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def identifier(text: str) -> str:
    """A UUID that follows from a text."""
    return str(UUID(hashlib.sha256(text.encode()).hexdigest()[:32], version=4))


def numbers(text: str, length: int) -> str:
    """Decimal digits that follow from a text, the first one not 0."""
    return str(int(hashlib.sha512(text.encode()).hexdigest(), 16)).lstrip("0")[:length]

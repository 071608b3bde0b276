"""ARNs of a document's resources as texts, and whether an ARN pattern of a policy covers one.

The text of an ARN names a resource of the document by its logical id, `arn:…:table/${ItemTable}`, however the
document wrote it: `GetAtt`, `Sub` with `Ref`, or a literal name that the document gives to the resource.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tapgen.proof.resolve import REFERENCE, UNKNOWN, texts
from tapgen.proof.subject import mapping

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

Match = Literal["yes", "unknown", "no"]


@dataclass(frozen=True)
class ArnForm:
    """How the ARN of a resource type is written; `{}` stands for the name, `name` is the property that sets it."""

    service: str
    resource: str
    name: str = ""
    regional: bool = True
    owned: bool = True
    """Whether the ARN has the account in it."""


# Names: the type's properties in the CloudFormation template reference; ARNs: Service Authorization Reference.
ARN_FORMS: Mapping[str, ArnForm] = {
    "AWS::DynamoDB::Table": ArnForm("dynamodb", "table/{}", "TableName"),
    "AWS::DynamoDB::GlobalTable": ArnForm("dynamodb", "table/{}", "TableName"),
    "AWS::S3::Bucket": ArnForm("s3", "{}", "BucketName", regional=False, owned=False),
    "AWS::SQS::Queue": ArnForm("sqs", "{}", "QueueName"),
    "AWS::SNS::Topic": ArnForm("sns", "{}", "TopicName"),
    "AWS::Lambda::Function": ArnForm("lambda", "function:{}", "FunctionName"),
    "AWS::Logs::LogGroup": ArnForm("logs", "log-group:{}:*", "LogGroupName"),
    "AWS::SecretsManager::Secret": ArnForm("secretsmanager", "secret:{}", "Name"),
    "AWS::SSM::Parameter": ArnForm("ssm", "parameter/{}", "Name"),
    "AWS::KMS::Key": ArnForm("kms", "key/{}"),
    "AWS::StepFunctions::StateMachine": ArnForm("states", "stateMachine:{}", "StateMachineName"),
    "AWS::Kinesis::Stream": ArnForm("kinesis", "stream/{}", "Name"),
    "AWS::KinesisFirehose::DeliveryStream": ArnForm("firehose", "deliverystream/{}", "DeliveryStreamName"),
    "AWS::Events::EventBus": ArnForm("events", "event-bus/{}", "Name"),
    "AWS::Events::Rule": ArnForm("events", "rule/{}", "Name"),
    "AWS::IAM::Role": ArnForm("iam", "role/{}", "RoleName", regional=False),
    "AWS::IAM::ManagedPolicy": ArnForm("iam", "policy/{}", "ManagedPolicyName", regional=False),
    "AWS::Cognito::UserPool": ArnForm("cognito-idp", "userpool/{}"),
    "AWS::ECR::Repository": ArnForm("ecr", "repository/{}", "RepositoryName"),
    "AWS::ECS::Cluster": ArnForm("ecs", "cluster/{}", "ClusterName"),
    "AWS::CloudWatch::Alarm": ArnForm("cloudwatch", "alarm:{}", "AlarmName"),
    "AWS::ApiGateway::RestApi": ArnForm("execute-api", "{}"),
    "AWS::ApiGatewayV2::Api": ArnForm("execute-api", "{}"),
}

# Types whose Ref is the ARN: "Return values", Ref, in the CloudFormation template reference.
REF_IS_ARN = frozenset(
    {
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::StepFunctions::StateMachine",
        "AWS::StepFunctions::Activity",
        "AWS::IAM::ManagedPolicy",
        "AWS::Lambda::Version",
        "AWS::Lambda::Alias",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
    }
)


def physical_names(subject: Subject) -> dict[str, str]:
    """The names that the template itself gives to resources, as texts, by logical id."""
    names = {}
    for owner, resource in subject.resources.items():
        form = ARN_FORMS.get(resource["Type"])
        value = mapping(resource.get("Properties")).get(form.name) if form and form.name else None
        found = texts(value) if value else ()
        if len(found) == 1 and UNKNOWN not in found[0]:
            names[owner] = found[0]
    return names


def logical_id(value: Any, subject: Subject) -> str | None:
    """The one resource of the document that a value refers to: `Ref X`, `GetAtt X.Y`, a Sub of it, or X's own name."""
    found = texts(value)
    owners = {match.split(".")[0] for text in found for match in REFERENCE.findall(text)}
    known = [owner for owner in owners if owner in subject.resources]
    if len(known) == 1:
        return str(known[0])
    named = [owner for owner, name in physical_names(subject).items() if (name,) == found]
    return named[0] if len(named) == 1 else None


def arn_of(owner: str, subject: Subject) -> str:
    """A resource's ARN as a text; `${X.Arn}` for a type that is not in the table."""
    form = ARN_FORMS.get(subject.type_of(owner) or "")
    if form is None:
        return f"${{{owner}.Arn}}"
    region = "${AWS::Region}" if form.regional else ""
    account = "${AWS::AccountId}" if form.owned else ""
    return f"arn:${{AWS::Partition}}:{form.service}:{region}:{account}:{form.resource.format(f'${{{owner}}}')}"


def arns(value: Any, subject: Subject) -> tuple[str, ...]:
    """Every ARN, or pattern of ARNs, that a value of the document can become."""
    return tuple(dict.fromkeys(normal(text, subject) for text in texts(value)))


def normal(text: str, subject: Subject) -> str:
    """The text of an ARN in the form that `arn_of` writes; any other text unchanged."""
    match = REFERENCE.match(text)
    if match:
        owner, _, attribute = match[1].partition(".")
        type_ = subject.type_of(owner)
        if type_ and attribute.endswith("StreamArn"):
            return f"{arn_of(owner, subject)}/stream/{UNKNOWN}{text[match.end() :]}"
        if type_ and (attribute.endswith("Arn") or (not attribute and type_ in REF_IS_ARN)):
            return arn_of(owner, subject) + text[match.end() :]
    parts = fields(text)
    if len(parts) < 6:
        return text
    return ":".join((*parts[:5], _by_logical_id(parts[5], parts[2], subject)))


def fields(text: str) -> list[str]:
    """The six fields of an ARN, or the text as the only one; colons inside `${AWS::Region}` separate nothing."""
    if not text.startswith("arn:"):
        return [text]
    shielded = REFERENCE.sub(lambda match: match[0].replace(":", "\0"), text)
    return [part.replace("\0", ":") for part in shielded.split(":", 5)]


def _by_logical_id(resource: str, service: str, subject: Subject) -> str:
    """The last field of an ARN with the name of a resource of the document replaced by its logical id."""
    for owner, name in physical_names(subject).items():
        form = ARN_FORMS[subject.resources[owner]["Type"]]
        if form.service != service:
            continue
        written = form.resource.format(name).removesuffix(":*")
        if resource == written or resource.startswith((f"{written}/", f"{written}:")):
            return form.resource.format(f"${{{owner}}}").removesuffix(":*") + resource[len(written) :]
    return resource


def covers(pattern: str, arn: str, subject: Subject) -> Match:
    """Whether a policy's resource pattern covers an ARN, both as `arns` writes them.

    "unknown": it depends on something that only the deployment knows, such as a parameter's value.
    """
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
        return "unknown"  # an ARN beside a parameter, or beside the `${X.Arn}` of a type that is not in the table
    if _meet(mine, theirs, frozenset(), certain=True):
        return "yes"
    unknowns = frozenset(token for token in (*mine, *theirs) if _open(token, subject))
    return "unknown" if unknowns and _meet(mine, theirs, unknowns, certain=False) else "no"


def _same_field(pattern: str, value: str) -> bool:
    """Partition, service, region and account: what the deployment fills in is taken to be right."""
    if REFERENCE.search(pattern) or REFERENCE.search(value):
        return True
    return _meet(tokens(pattern), tokens(value), frozenset(), certain=True)


def tokens(text: str) -> tuple[str, ...]:
    """The text as characters, each `${…}` being one."""
    parts: list[str] = []
    end = 0
    for match in REFERENCE.finditer(text):
        parts += [*text[end : match.start()], match[0]]
        end = match.end()
    return (*parts, *text[end:])


def _open(token: str, subject: Subject) -> bool:
    """Whether a token stands for something that only the deployment knows."""
    match = REFERENCE.fullmatch(token)
    return token == UNKNOWN or bool(match and subject.type_of(match[1].split(".")[0]) is None)


def _meet(pattern: Sequence[str], value: Sequence[str], unknowns: frozenset[str], *, certain: bool) -> bool:
    """Whether a pattern with `*` and `?` matches a value; unless `certain`, `unknowns` in both match anything."""
    stars = {"*"} if certain else {"*", *unknowns}
    value_stars: set[str] = set() if certain else set(unknowns)
    reachable = {0}  # positions in the pattern that the value read so far can have led to
    reachable = _over_stars(reachable, pattern, stars)
    for token in value:
        if token in value_stars:  # it may be empty or anything: every later position is reachable
            reachable = _over_stars(set(range(min(reachable, default=0), len(pattern) + 1)), pattern, stars)
            continue
        following = set()
        for position in reachable:
            if position == len(pattern):
                continue
            if pattern[position] in stars:
                following.add(position)
            if pattern[position] in (token, "?"):
                following.add(position + 1)
        reachable = _over_stars(following, pattern, stars)
        if not reachable:
            return False
    return len(pattern) in reachable


def _over_stars(positions: set[int], pattern: Sequence[str], stars: set[str]) -> set[int]:
    found = set(positions)
    for position in positions:
        following = position
        while following < len(pattern) and pattern[following] in stars:
            following += 1
            found.add(following)
    return found

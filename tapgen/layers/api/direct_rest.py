"""What a REST API sends to a part or an address, by mapping templates, and what it answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from troposphere import GetAtt, Join, Ref, apigateway

from tapgen import reading
from tapgen.layers.api import direct as to
from tapgen.layers.api.cors import answer_headers, preflight_templates
from tapgen.layers.lookup import lookup
from tapgen.layers.refs import filled

if TYPE_CHECKING:
    from pathlib import Path

    from tapgen.layers.refs import PartRefs, Parts
    from tapgen.settings.apis import Cors
    from tapgen.settings.direct_routes import DirectRoute
    from tapgen.settings.model import Environment
    from tapgen.settings.served import ServedRoute
    from tapgen.settings.tables import Table

JSON = "application/json"
ESCAPED = "$util.escapeJavaScript($input.json('$')).replaceAll(\"\\\\'\", \"'\")"
"""The body as text inside of JSON; escapeJavaScript escapes single quotes too, which JSON does not know (API Gateway
developer guide, "Mapping template variables and functions")."""

_REQUEST_ID = "$context.requestId"
_FORM = {"integration.request.header.Content-Type": "'application/x-www-form-urlencoded'"}

_ANSWERS = {
    "queue": '{"messageId": "$input.path(\'$.SendMessageResponse.SendMessageResult.MessageId\')"}',
    "topic": '{"messageId": "$input.path(\'$.PublishResponse.PublishResult.MessageId\')"}',
    "bus": (
        "#if($input.path('$.FailedEntryCount') == 0)\n"
        '{"eventId": "$input.path(\'$.Entries[0].EventId\')"}\n'
        "#else\n"
        "#set($context.responseOverride.status = 502)\n"
        '{"message": "Internal server error"}\n'
        "#end"
    ),
    "stream": '{"sequenceNumber": "$input.path(\'$.SequenceNumber\')"}',
    "state_machine": '{"executionArn": "$input.path(\'$.executionArn\')"}',
}
_OUTPUT = (
    "#if($input.path('$.status') == 'SUCCEEDED')\n"
    "$input.path('$.output')\n"
    "#else\n"
    "#set($context.responseOverride.status = 502)\n"
    '{"message": "Internal server error"}\n'
    "#end"
)
_OF_TABLES = {
    "GetItem": (
        "#set($item = $input.path('$.Item'))\n"
        '#if($item && $item != "")\n'
        "$input.json('$.Item')\n"
        "#else\n"
        "#set($context.responseOverride.status = 404)\n"
        '{"message": "Not Found"}\n'
        "#end"
    ),
    "DeleteItem": "{}",
    "PutItem": "{}",
    "UpdateItem": "{}",
}
_REFUSED = (
    "#if($input.path('$.__type').contains('AccessDenied'))\n"
    "#set($context.responseOverride.status = 502)\n"
    '{"message": "Internal server error"}\n'
    "#else\n"
    '{"message": "Bad Request"}\n'
    "#end"
)
"""What a service of the JSON protocol does not take is the caller's fault, unless the role may not send: 400 too."""
_OTHER_ERRORS = r"4(?:0[1-9]|[1-9]\d)|5\d{2}"


def method(route: ServedRoute, roles: to.Roles, parts: Parts, cors: Cors, environment: Environment) -> dict[str, Any]:
    """The properties of a method that say where it leads to and what it answers."""
    direct = cast("DirectRoute", route.asks)
    if direct.target == "url":
        return {"Integration": _proxy(route, direct)}
    answers = _answers(route, direct, cors, environment.root)
    headers = {f"method.response.header.{name}": True for name in answer_headers(cors)}
    return {
        "Integration": apigateway.Integration(
            Type="AWS",
            IntegrationHttpMethod="POST",
            Credentials=to.role_of(direct, roles),
            PassthroughBehavior="NEVER",
            **_request(route, direct, to.part(direct, parts), environment),
            IntegrationResponses=answers,
        ),
        "MethodResponses": [
            apigateway.MethodResponse(
                StatusCode=answer.StatusCode, **({"ResponseParameters": headers} if headers else {})
            )
            for answer in answers
        ],
    }


def _proxy(route: ServedRoute, direct: DirectRoute) -> apigateway.Integration:
    """The request as it is; the parameters of the path are put into the address."""
    used = [one for one in route.route.parameters if not isinstance(direct.url, str) or f"{{{one}}}" in direct.url]
    named = {f"integration.request.path.{name}": f"method.request.path.{name}" for name in used}
    return apigateway.Integration(
        Type="HTTP_PROXY",
        IntegrationHttpMethod=route.route.method,
        Uri=lookup(direct.url) if direct.url is not None else "",
        **({"RequestParameters": named} if named else {}),
    )


def _request(route: ServedRoute, direct: DirectRoute, refs: PartRefs, environment: Environment) -> dict[str, Any]:
    """The address, the headers and the mapping template of what is sent."""
    if direct.target == "table":
        uri, parameters, template = _table(route, direct, refs, environment.tables[direct.part])
    else:
        uri, parameters, template = _FORMS[direct.target](direct, refs)
    if direct.template:
        target = {"queue": refs.url, "stream": refs.name, "table": refs.name}.get(direct.target, refs.arn)
        template = _own(reading.text(reading.within(environment.root, direct.template)), target)
    return {"Uri": uri, "RequestParameters": parameters, "RequestTemplates": {JSON: template}}


def _own(text: str, target: Any) -> Any:
    """A template of the project's own; its other `${…}` are the mapping language's."""
    pieces = text.split("${Target}")
    if len(pieces) == 1:
        return text
    joined: list[Any] = [pieces[0]]
    for piece in pieces[1:]:
        joined += [target, piece]
    return Join("", [piece for piece in joined if piece != ""])


def _uri(refs: PartRefs, path: str, **values: Any) -> Any:
    """The address of a service in the region of the part."""
    return filled("arn:${AWS::Partition}:apigateway:${Region}:" + path, Region=to.region(refs), **values)


def _queue(direct: DirectRoute, refs: PartRefs) -> tuple[Any, dict[str, str], Any]:
    account, name = Ref("AWS::AccountId"), refs.name
    if refs.title:
        name = GetAtt(refs.title, "QueueName")
    elif isinstance(refs.arn, str):
        account = refs.arn.split(":")[4]
    template = _fifo(direct, "Action=SendMessage&MessageBody=$util.urlEncode($input.body)")
    return _uri(refs, "sqs:path/${Account}/${Queue}", Account=account, Queue=name), _FORM, template


def _topic(direct: DirectRoute, refs: PartRefs) -> tuple[Any, dict[str, str], Any]:
    template = "Action=Publish&TopicArn=$util.urlEncode('${Topic}')&Message=$util.urlEncode($input.body)"
    return _uri(refs, "sns:action/Publish"), _FORM, filled(_fifo(direct, template), Topic=refs.arn)


def _fifo(direct: DirectRoute, template: str) -> str:
    """The template with the group and the deduplication id behind it."""
    for key, text in {"MessageGroupId": direct.group, "MessageDeduplicationId": direct.deduplication}.items():
        if text:
            variable = key[:1].lower() + key[1:]
            template = f"{_set(variable, text)}{template}&{key}=$util.urlEncode(${variable})"
    return template


def _set(variable: str, text: str) -> str:
    """A variable with a text, or with what the request has; a header's name comes as it was sent, or in lower case."""
    place, dot, name = text.partition(".")
    if not dot:
        return f"#set(${variable} = '{text}')\n"
    found = f"#set(${variable} = $input.params().{place}.get('{name}'))\n"
    if place != "header" or name == name.lower():
        return found
    lower = f"#set(${variable} = $input.params().header.get('{name.lower()}'))\n"
    return f"{found}#if(!${variable})\n{lower}#end\n"


def _bus(direct: DirectRoute, refs: PartRefs) -> tuple[Any, dict[str, str], Any]:
    entry = {"Source": direct.source, "DetailType": direct.detail_type, "EventBusName": "${Bus}"}
    template = f'{{"Entries": [{json.dumps(entry)[:-1]}, "Detail": "{ESCAPED}"}}]}}'
    return _uri(refs, "events:action/PutEvents"), _target("AWSEvents.PutEvents"), filled(template, Bus=refs.arn)


def _stream(direct: DirectRoute, refs: PartRefs) -> tuple[Any, dict[str, str], Any]:
    before, key = (_set("key", direct.group), "$util.escapeJavaScript($key)") if direct.group else ("", _REQUEST_ID)
    template = '{"StreamName": "${Stream}", "Data": "$util.base64Encode($input.body)", "PartitionKey": "' + key + '"}'
    template = before + template
    return (
        _uri(refs, "kinesis:action/PutRecord"),
        _target("Kinesis_20131202.PutRecord"),
        filled(template, Stream=refs.name),
    )


def _state_machine(direct: DirectRoute, refs: PartRefs) -> tuple[Any, dict[str, str], Any]:
    operation = "StartSyncExecution" if direct.sync else "StartExecution"
    template = '{"stateMachineArn": "${Machine}", "input": "' + ESCAPED + '"}'
    uri = _uri(refs, f"states:action/{operation}")
    return uri, _target(f"AWSStepFunctions.{operation}", "1.0"), filled(template, Machine=refs.arn)


def _table(route: ServedRoute, direct: DirectRoute, refs: PartRefs, settings: Table) -> tuple[Any, dict[str, str], Any]:
    """One item by its key, whose attributes are parameters of the path."""
    operation = direct.action_on_table(route.route.method)
    keys = [key for key in (settings.partition_key, settings.sort_key) if key is not None]
    value = "$util.escapeJavaScript($input.params().path.get('{}')).replaceAll(\"\\\\'\", \"'\")"
    named = ", ".join(f'"{key.name}": {{"{key.type}": "{value.format(key.name)}"}}' for key in keys)
    template = '{"TableName": "${Table}", "Key": {' + named + "}}"
    uri = _uri(refs, f"dynamodb:action/{operation}")
    return uri, _target(f"DynamoDB_20120810.{operation}", "1.0"), filled(template, Table=refs.name)


def _target(operation: str, version: str = "1.1") -> dict[str, str]:
    """The headers of the JSON protocol."""
    return {
        "integration.request.header.X-Amz-Target": f"'{operation}'",
        "integration.request.header.Content-Type": f"'application/x-amz-json-{version}'",
    }


_FORMS = {
    "queue": _queue,
    "topic": _topic,
    "bus": _bus,
    "stream": _stream,
    "state_machine": _state_machine,
}


def _answers(route: ServedRoute, direct: DirectRoute, cors: Cors, root: Path) -> list[apigateway.IntegrationResponse]:
    """202 for what is taken, 200 with an execution's output; 400 for what the service does not take; else 502."""
    told = {f"method.response.header.{name}": f"'{text}'" for name, text in answer_headers(cors).items()}
    echo = preflight_templates(cors).get(JSON, "") if cors.enabled else ""

    def answer(status: str, template: str, pattern: str = "") -> apigateway.IntegrationResponse:
        return apigateway.IntegrationResponse(
            StatusCode=status,
            **({"SelectionPattern": pattern} if pattern else {}),
            **({"ResponseParameters": told} if told else {}),
            ResponseTemplates={JSON: echo + template},
        )

    status, template = ("200", _OUTPUT) if direct.sync else ("202", _ANSWERS.get(direct.target, ""))
    if direct.target == "table":
        status, template = "200", _OF_TABLES.get(direct.action_on_table(route.route.method), "$input.json('$')")
    if direct.answer:
        template = reading.text(reading.within(root, direct.answer))
    return [
        answer(status, template),
        answer("400", '{"message": "Bad Request"}' if direct.target in ("queue", "topic") else _REFUSED, "400"),
        answer("502", '{"message": "Internal server error"}', _OTHER_ERRORS),
    ]

"""Routes of APIs that lead to another service: what the embedded AWS does not send, sent by the integration's role.

Sources: API Gateway developer guide, "Set up REST API integrations" and "Integration subtype reference" (HTTP APIs).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from tapgen.local.limits import REST_PATIENCE
from tapgen.local.mapping import MappingError, Values, evaluate, json_path
from tapgen.local.server import remark

if TYPE_CHECKING:
    from tapgen.local.limits import Answer
    from tapgen.local.server import Application, Message

_JSON: Final = {"Content-Type": "application/json"}
_FORM: Final = "application/x-www-form-urlencoded"
_FAILED: Final = b'{"message": "Internal server error"}'
_URI: Final = re.compile(r"arn:[^:]+:apigateway:(?P<region>[^:]*):(?:[^:]+\.)?(?P<service>[^:.]+):(?P<rest>.+)")
_SUBTYPES: Final[Mapping[str, tuple[str, str]]] = {
    "SQS-SendMessage": ("sqs", ""),
    "EventBridge-PutEvents": ("events", "AWSEvents.PutEvents"),
    "Kinesis-PutRecord": ("kinesis", "Kinesis_20131202.PutRecord"),
    "StepFunctions-StartExecution": ("states", "AWSStepFunctions.StartExecution"),
    "StepFunctions-StartSyncExecution": ("states", "AWSStepFunctions.StartSyncExecution"),
}
"""Subtype -> service, and the operation of its JSON protocol; SQS answers in XML."""

_path: ContextVar[Mapping[str, str]] = ContextVar("_path")


class Services:
    """The services of the embedded AWS, called by a role: what it may not do fails."""

    def __init__(self, application: Application, sts: Any, secret: str) -> None:  # a module without types
        self._application = application
        self._sts = sts
        self._secret = secret

    async def call(
        self, role: str, service: str, region: str, headers: Mapping[str, str], body: bytes, path: str = "/"
    ) -> tuple[int, str]:
        """Status and text of the answer."""
        from tapgen.deploy.aws.signature import signature

        host = f"{service}.{region}.amazonaws.com"
        told = {"Host": host, **headers, "Content-Length": str(len(body))}
        told = signature("POST", f"http://{host}{path}", body, told, self._session(role), region, service)
        # A task of its own: what it knows of its caller is not what the request knows of its.
        return await asyncio.create_task(self._exchange(told, body, path))

    async def _exchange(self, headers: Mapping[str, str], body: bytes, path: str) -> tuple[int, str]:
        status, answer = 500, bytearray()

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            answer.extend(message.get("body", b""))

        asked = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._application(
            {
                "type": "http",
                "asgi": {"version": "3.0"},
                "http_version": "1.1",
                "method": "POST",
                "scheme": "http",
                "path": path,
                "raw_path": path.encode(),
                "query_string": b"",
                "root_path": "",
                "headers": asked,
                "client": ("127.0.0.1", 0),
                "server": ("127.0.0.1", 0),
            },
            receive,
            send,
        )
        return status, answer.decode(errors="replace")

    def _session(self, role: str) -> tuple[str, str, str]:
        """The keys of a session of the role, as API Gateway has one."""
        account, name = role.split(":")[4], role.rpartition("/")[2]
        digest = hashlib.sha256(f"{self._secret}:{role}".encode()).hexdigest()
        key = f"ASIA{digest[:16].upper()}"
        self._sts.register_session(
            key,
            {
                "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/BackplaneAssumeRoleSession",
                "UserId": f"{name}:BackplaneAssumeRoleSession",
                "SecretAccessKey": digest,
                "SessionToken": digest,
            },
        )
        return key, digest, digest


def correct(rest: Any, http: Any, provisioners: Any, services: Services) -> None:  # modules without types
    """Let ministack, which is pinned to one version and has no other hook, send what it does not."""
    _correct_rest(rest, services)
    _correct_http(http, services)
    properties = provisioners._apigw_v2_integration_props  # noqa: SLF001 - as above

    def with_subtype(given: Mapping[str, Any]) -> dict[str, Any]:
        more = {name[:1].lower() + name[1:]: given.get(name) for name in ("IntegrationSubtype", "CredentialsArn")}
        return {**properties(given), **more}

    provisioners._apigw_v2_integration_props = with_subtype  # noqa: SLF001 - as above


def _correct_rest(rest: Any, services: Services) -> None:
    custom = rest._invoke_lambda_custom_v1  # noqa: SLF001 - as in `correct`

    async def sent(
        integration: dict[str, Any],
        api: str,
        stage: str,
        settings: Any,
        resource: Any,
        path: str,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any] | None,
        parameters: Mapping[str, str] | None,
        **named: Any,
    ) -> Any:
        uri = _URI.fullmatch(integration.get("uri") or "")
        if uri is None or uri["service"] == "lambda":
            return await custom(
                integration, api, stage, settings, resource, path, method, headers, body, query, parameters, **named
            )
        values = Values(
            body.decode(errors="replace"),
            path=parameters or {},
            querystring={key: one[-1] if isinstance(one, list) else one for key, one in (query or {}).items()},
            header=headers,
            context={"requestId": str(uuid.uuid4()), "authorizer": named.get("authorizer_context") or {}},
        )
        try:
            async with asyncio.timeout(REST_PATIENCE):
                status, text = await _send(services, integration, uri, values)
            return _answer(rest, integration, status, text, values)
        except MappingError as error:
            remark(f"the mapping template: {error}")
            return 500, dict(_JSON), _FAILED
        except TimeoutError:
            return rest._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")  # noqa: SLF001 - as in `correct`

    rest._invoke_lambda_custom_v1 = rest._invoke_sqs_v1 = sent  # noqa: SLF001 - as in `correct`


async def _send(
    services: Services, integration: Mapping[str, Any], uri: re.Match[str], values: Values
) -> tuple[int, str]:
    template = (integration.get("requestTemplates") or {}).get("application/json")
    text = evaluate(template, values) if template else values.body
    written = {
        name.rpartition(".")[2]: str(value)
        for name, value in (integration.get("requestParameters") or {}).items()
        if name.startswith("integration.request.header.")
    }
    headers = {name: value[1:-1] if value[:1] == "'" else value for name, value in written.items()}
    path = "/" + uri["rest"].removeprefix("path/") if uri["rest"].startswith("path/") else "/"
    region = uri["region"]
    status, answer = await services.call(
        integration.get("credentials") or "", uri["service"], region, headers, text.encode(), path
    )
    if status >= 400:
        remark(f"{uri['service']} answered {status}: {answer[:300]}")
    return status, as_json(answer)


def _answer(rest: Any, integration: Mapping[str, Any], status: int, text: str, values: Values) -> Answer:
    chosen = rest._select_service_integration_response(integration, status)  # noqa: SLF001 - as in `correct`
    if chosen is None:
        return 500, dict(_JSON), _FAILED
    told = {
        name.removeprefix("method.response.header."): str(value).strip("'")
        for name, value in (chosen.get("responseParameters") or {}).items()
    }
    template = (chosen.get("responseTemplates") or {}).get("application/json")
    answered = Values(text, values.path, values.querystring, values.header, values.context)
    body = evaluate(template, answered) if template else text
    told |= {name[7:]: value for name, value in answered.overrides.items() if name.startswith("header.")}
    return int(answered.overrides.get("status", chosen["statusCode"])), _JSON | told, body.encode()


def _correct_http(http: Any, services: Services) -> None:
    invoke, pass_on = http._invoke_lambda_proxy, http._invoke_http_proxy  # noqa: SLF001 - as in `correct`
    apply = http._apply_request_parameter_mappings  # noqa: SLF001 - as in `correct`

    async def invoked(
        integration: dict[str, Any],
        api: str,
        stage: str,
        path: str,
        method: str,
        headers: Mapping[str, str],
        body: bytes,
        query: Mapping[str, Any] | None,
        route: str,
        parameters: Mapping[str, str] | None,
        **named: Any,
    ) -> Answer:
        subtype = integration.get("integrationSubtype")
        if not subtype:
            answer: Answer = await invoke(
                integration, api, stage, path, method, headers, body, query, route, parameters, **named
            )
            return answer
        values = Values(
            body.decode(errors="replace"),
            path=parameters or {},
            querystring={key: ",".join(one) if isinstance(one, list) else one for key, one in (query or {}).items()},
            header={name.lower(): value for name, value in headers.items()},
            context={"requestId": str(uuid.uuid4())},
        )
        region = str(named.get("owner_region") or "us-east-1")
        return await _by_subtype(services, integration, values, region)

    async def passed_on(
        integration: dict[str, Any], _: str, method: str, headers: Any, body: bytes, query: Any
    ) -> Answer:
        """The address with the parameters of the path filled in; nothing is put behind it."""
        uri = str(integration.get("integrationUri") or "")
        for name, value in _path.get().items():
            uri = uri.replace(f"{{{name}}}", value)
        answer: Answer = await pass_on({**integration, "integrationUri": uri}, "", method, headers, body, query)
        return answer

    def mapped(integration: Any, **known: Any) -> Any:
        _path.set(known.get("path_params") or {})
        return apply(integration, **known)

    http._invoke_lambda_proxy, http._invoke_http_proxy = invoked, passed_on  # noqa: SLF001 - as in `correct`
    http._apply_request_parameter_mappings = mapped  # noqa: SLF001 - as in `correct`


async def _by_subtype(services: Services, integration: Mapping[str, Any], values: Values, region: str) -> Answer:
    service, operation = _SUBTYPES[integration["integrationSubtype"]]
    asked = {key: resolved(str(one), values) for key, one in (integration.get("requestParameters") or {}).items()}
    region = asked.pop("Region", region)
    if service == "events":
        entry = {key: asked[key] for key in ("Source", "DetailType", "Detail", "EventBusName") if key in asked}
        asked = {"Entries": [entry]}  # type: ignore[dict-item]  # as the operation has it
    elif service == "states":
        asked = {name[:1].lower() + name[1:]: value for name, value in asked.items()}
    elif service == "kinesis":
        asked["Data"] = base64.b64encode(asked.get("Data", "").encode()).decode()
    if service == "sqs":
        headers, body = {"Content-Type": _FORM}, urlencode({"Action": "SendMessage", **asked})
    else:
        headers = {"X-Amz-Target": operation, "Content-Type": "application/x-amz-json-1.1"}
        body = json.dumps(asked)
    status, text = await services.call(integration.get("credentialsArn") or "", service, region, headers, body.encode())
    if status >= 400:
        remark(f"{service} answered {status}: {text[:300]}")
    return status, {"Content-Type": "text/xml" if service == "sqs" else "application/json"}, text.encode()


def resolved(text: str, values: Values) -> str:
    """A parameter of a subtype: `$request.body`, `$request.path.id`, `$context.requestId`, or plain text."""
    kind, _, rest = text.partition(".")
    if kind == "$context":
        return str(values.context.get(rest, ""))
    if kind != "$request":
        return text
    place, _, name = rest.partition(".")
    if place == "body":
        found = json_path(values.body, f"$.{name}") if name else values.body
        return found if isinstance(found, str) else json.dumps(found)
    places = {"path": values.path, "querystring": values.querystring, "header": values.header}
    return str(places.get(place, {}).get(name.lower() if place == "header" else name, ""))


def as_json(text: str) -> str:
    """An answer in XML as API Gateway hands it to mapping templates; any other as it is."""
    if not text.lstrip().startswith("<"):
        return text
    try:
        root = ET.fromstring(text)  # noqa: S314 - what the embedded AWS itself has written
    except ET.ParseError:
        return text
    return json.dumps({_name(root): _value(root)})


def _value(element: ET.Element) -> Any:
    return {_name(one): _value(one) for one in element} if len(element) else element.text or ""


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]

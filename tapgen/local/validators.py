"""Request validation of REST APIs: ministack validates, but its CloudFormation makes no validators and names none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

Properties = dict[str, Any]


def fill_validators(provisioners: Any, rest: Any) -> None:  # modules without types
    """Put the two into ministack's provisioners, which is pinned to one version and has no other hook."""
    handlers = provisioners._RESOURCE_HANDLERS  # noqa: SLF001 - as above
    handlers["AWS::ApiGateway::RequestValidator"] = validator_handlers(
        rest._create_request_validator,  # noqa: SLF001 - as above
        rest._update_request_validator,  # noqa: SLF001 - as above
        rest._delete_request_validator,  # noqa: SLF001 - as above
    )
    methods = handlers["AWS::ApiGateway::Method"]

    def name_validator(properties: Properties) -> None:
        resource = rest._resources.get(properties["RestApiId"], {}).get(properties["ResourceId"], {})  # noqa: SLF001 - as above
        method = resource.get("resourceMethods", {}).get(properties["HttpMethod"])
        if method is not None:
            method["requestValidatorId"] = properties.get("RequestValidatorId")

    def created(logical_id: str, properties: Properties, stack_name: str) -> Any:
        made = methods["create"](logical_id, properties, stack_name)
        name_validator(properties)
        return made

    def updated(physical_id: str, old: Properties, new: Properties, stack_name: str) -> Any:
        made = methods["update"](physical_id, old, new, stack_name)
        name_validator(new)
        return made

    handlers["AWS::ApiGateway::Method"] = methods | {"create": created, "update": updated}


def validator_handlers(
    create: Callable[..., Any], update: Callable[..., Any], delete: Callable[..., Any]
) -> dict[str, Callable[..., Any]]:
    """The handlers of AWS::ApiGateway::RequestValidator by the operations of API Gateway."""

    def created(_logical_id: str, properties: Properties, _stack_name: str) -> tuple[str, Properties]:
        wanted = {name: _is_true(properties.get(name)) for name in ("ValidateRequestBody", "ValidateRequestParameters")}
        data = {name[:1].lower() + name[1:]: value for name, value in wanted.items()}
        _, _, body = create(properties["RestApiId"], {"name": properties.get("Name", ""), **data})
        identifier = str(json.loads(body)["id"])
        return identifier, {"RequestValidatorId": identifier}

    def updated(physical_id: str, old: Properties, new: Properties, stack_name: str) -> tuple[str, Properties]:
        if any(new.get(key) != old.get(key) for key in ("RestApiId", "Name")):  # both require replacement
            return created("", new, stack_name)
        operations = [
            {"op": "replace", "path": f"/{name[:1].lower()}{name[1:]}", "value": str(_is_true(new.get(name))).lower()}
            for name in ("ValidateRequestBody", "ValidateRequestParameters")
        ]
        update(new["RestApiId"], physical_id, {"patchOperations": operations})
        return physical_id, {"RequestValidatorId": physical_id}

    def deleted(physical_id: str, properties: Properties) -> None:
        delete(properties["RestApiId"], physical_id)

    return {"create": created, "update": updated, "delete": deleted}


def _is_true(value: Any) -> bool:
    """CloudFormation takes booleans as text too."""
    return str(value).lower() == "true"

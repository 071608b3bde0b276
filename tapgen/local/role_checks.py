"""What Lambda and API Gateway refuse at once of a role that may not do what they are told to do by it.

Sources of the sentences: CloudFormation events in public issues, such as aws/serverless-application-model#225 and
aws-cloudformation/cloudformation-coverage-roadmap#2312. Lambda asks for PutTraceSegments alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tapgen.local.pollers import LAMBDA, before_creation

if TYPE_CHECKING:
    from tapgen.local.permits import Permits

API_GATEWAY = "apigateway.amazonaws.com"
_NO_TRACES = "The provided execution role does not have permissions to call PutTraceSegments on XRAY"
_NO_LOGS = (
    "The role ARN does not have required permissions configured. "
    "Please grant trust permission for API Gateway and add the required role policy"
)


def ask_for_traces(functions: Any, provisioners: Any, permits: Permits) -> None:  # modules without types
    """Change where ministack, which is pinned to one version and has no other hook, is told to trace a function."""
    update = functions._update_config  # noqa: SLF001 - as above

    def refusal(tracing: Any, role: str) -> str:
        active = isinstance(tracing, dict) and tracing.get("Mode") == "Active" and role.startswith("arn:")
        why = permits.lacking(role, LAMBDA, ("xray:PutTraceSegments",), "") if active else None
        return f"{_NO_TRACES} ({why})" if why else ""

    def updated(name: str, data: dict[str, Any]) -> Any:
        config = (functions._functions.get(name) or {}).get("config", {})  # noqa: SLF001 - as above
        why = refusal(data.get("TracingConfig"), str(data.get("Role") or config.get("Role", "")))
        if why:
            return functions.error_response_json("InvalidParameterValueException", why, 400)
        return update(name, data)

    functions._update_config = updated  # noqa: SLF001 - as above
    before_creation(
        provisioners,
        "AWS::Lambda::Function",
        lambda given: refusal(given.get("TracingConfig"), str(given.get("Role", ""))),
    )


def ask_for_api_logs(apigateway: Any, provisioners: Any, permits: Permits) -> None:
    """The same for the role by which API Gateway writes all logs of an account and region."""
    update = apigateway._update_account  # noqa: SLF001 - as in `ask_for_traces`

    def refusal(role: object) -> str:
        from tapgen.template.integrations import LOG_ACTIONS

        asked = isinstance(role, str) and role.startswith("arn:")
        why = permits.lacking(str(role), API_GATEWAY, LOG_ACTIONS, "") if asked else None
        return f"{_NO_LOGS} ({why})" if why else ""

    def updated(data: dict[str, Any]) -> Any:
        for patch in data.get("patchOperations", []):
            if patch.get("path") == "/cloudwatchRoleArn" and (why := refusal(patch.get("value"))):
                return apigateway._v1_error("BadRequestException", why, 400)  # noqa: SLF001 - as in `ask_for_traces`
        return update(data)

    apigateway._update_account = updated  # noqa: SLF001 - as in `ask_for_traces`
    before_creation(provisioners, "AWS::ApiGateway::Account", lambda given: refusal(given.get("CloudWatchRoleArn")))

"""Web frameworks and the adapters that run them: what is registered is called when the application runs."""

from __future__ import annotations

from tapgen.proof.interpret.library.external import (
    Method,
    Package,
    PackageClass,
    PackageObject,
    harmless,
    harmless_method,
    include,
    register,
    run,
    transparent,
    transparent_method,
)
from tapgen.proof.interpret.library.language_models import AGENTS
from tapgen.proof.interpret.library.model import Handler
from tapgen.proof.interpret.python.arguments import Arguments, anything
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site

_VERBS = ("get", "post", "put", "delete", "patch", "head", "options", "route", "websocket")

_HOOKS = (
    "before_request", "after_request", "teardown_request", "before_first_request", "errorhandler", "exception_handler",
    "middleware", "on_event", "add_url_rule", "add_api_route", "add_route", "add_routes", "add_middleware",
    "add_event_handler", "add_exception_handler", "add_resource", "add_view", "error_handler", "exception", "hook",
    "authorizer", "register_middleware", "api_route", "field", "set_field", "mutation", "query", "subscription",
    "tool", "resource", "prompt", "add_tool", "command", "event", "message", "action", "shortcut", "view", "step",
    "function", "use", "error", "global_middleware", "add_handler", "message_handler", "callback_query_handler",
    "intent", "launch", "request_handler", "add_request_handler", "add_exception_handler", "add_node",
    "add_conditional_edges", "default",
)  # fmt: skip

_INCLUDES = ("include_router", "register_blueprint", "mount", "register", "add_blueprint")

_RUNS = (
    "__call__", "resolve", "dispatch", "handle", "handle_request", "run", "serve", "wsgi_app", "execute", "invoke",
    "ainvoke", "stream", "astream", "process_update", "process_new_updates", "feed_update", "feed_raw_update",
    "streamable_http_app", "http_app", "sse_app",
)  # fmt: skip


def _application(**methods: Method) -> PackageClass:
    return PackageClass(
        methods={
            **dict.fromkeys((*_VERBS, *_HOOKS), register),
            **dict.fromkeys(_INCLUDES, include),
            **dict.fromkeys(_RUNS, run),
            **methods,
        },
        other=harmless_method,
    )


_APPLICATION = _application()
_ADAPTER = PackageClass(("app",), {"__call__": run, "handle": run}, harmless_method)
_ROUTE = PackageClass(("path", "endpoint"), {"__call__": run}, harmless_method)


def _adapt(site: Site, args: Arguments) -> Values:
    """`awsgi.response(app, event, context)`: the application runs."""
    for value in args.get(0, "app") | args.get(0, "schema"):
        if isinstance(value, PackageObject):
            value.escape(site, "an adapter")
    return UNKNOWN


def _result(site: Site, args: Arguments) -> Values:
    """`Depends(get_table)`: what the function gives."""
    return site.call(args.get(0, "dependency"), anything()) | UNKNOWN


def _itself(_site: Site, owner: PackageObject, _args: Arguments) -> Values:
    """`graph.compile()`, `dispatcher.router`: what runs the same."""
    return frozenset({owner})


def _classes(*names: str, cls: PackageClass = _APPLICATION) -> dict[str, PackageClass]:
    return dict.fromkeys(names, cls)


def _functions(*names: str, handler: Handler = _adapt) -> dict[str, Handler]:
    return dict.fromkeys(names, handler)


_ENTRY_POINTS = (
    "lambda_function", "schedule", "on_s3_event", "on_sns_message", "on_sqs_message", "on_cw_event",
    "on_kinesis_record", "on_dynamodb_record", "on_ws_connect", "on_ws_message", "on_ws_disconnect",
)  # fmt: skip
"""Chalice makes a Lambda function of its own of each function that these decorate."""

PACKAGES = {
    "flask": Package(classes=_classes("Flask", "Blueprint"), other=harmless),
    "quart": Package(classes=_classes("Quart", "Blueprint"), other=harmless),
    "bottle": Package(classes=_classes("Bottle"), other=harmless),
    "fastapi": Package(
        functions=_functions("Depends", "Security", handler=_result),
        classes=_classes("FastAPI", "APIRouter"),
        other=harmless,
    ),
    "starlette": Package(
        classes=_classes("Starlette", "Router") | _classes("Route", "Mount", "WebSocketRoute", cls=_ROUTE),
        other=harmless,
    ),
    "litestar": Package(classes=_classes("Litestar", "Router"), other=harmless),
    "falcon": Package(classes=_classes("App", "API"), other=harmless),
    "chalice": Package(
        classes=dict.fromkeys(
            ("Chalice", "Blueprint"), _application(**dict.fromkeys(_ENTRY_POINTS, transparent_method))
        ),
        other=harmless,
    ),
    "ariadne": Package(
        functions=_functions("make_executable_schema", handler=lambda _site, args: args.everything() | UNKNOWN)
        | _functions("graphql", "graphql_sync", handler=_adapt),
        classes=_classes("QueryType", "MutationType", "ObjectType", "SubscriptionType"),
        other=harmless,
    ),
    "lambdarest": Package(functions={}, classes={}),
    "slack_bolt": Package(
        classes=_classes("App", "AsyncApp") | _classes("SlackRequestHandler", "AsyncSlackRequestHandler", cls=_ADAPTER),
        other=harmless,
    ),
    "mcp": Package(classes=_classes("FastMCP")),
    "fastmcp": Package(classes=_classes("FastMCP")),
    "awslabs": Package(classes=_classes("MCPLambdaHandler")),
    "aiogram": Package(classes=_classes("Dispatcher", "Router"), other=harmless),
    "telebot": Package(classes=_classes("TeleBot", "AsyncTeleBot"), other=harmless),
    "langgraph": Package(
        classes=_classes("StateGraph", "MessageGraph", "Graph", cls=_application(compile=_itself)) | AGENTS
    ),
    "asgiref": Package(classes=_classes("WsgiToAsgi", cls=_ADAPTER), other=transparent),
    "a2wsgi": Package(classes=_classes("ASGIMiddleware", "WSGIMiddleware", cls=_ADAPTER), other=harmless),
    "mangum": Package(classes=_classes("Mangum", cls=_ADAPTER), other=harmless),
    "apig_wsgi": Package(
        functions=_functions("make_lambda_handler", handler=lambda _site, args: args.get(0, "wsgi_app") | UNKNOWN)
    ),
    "awsgi": Package(functions=_functions("response")),
    "awsgi2": Package(functions=_functions("response")),
    "serverless_wsgi": Package(functions=_functions("handle_request")),
    "aws_wsgi": Package(functions=_functions("response")),
}

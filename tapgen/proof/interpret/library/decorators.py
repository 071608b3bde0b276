"""Third-party decorators and helpers of which it is known when they call what they are given.

tenacity, backoff, retrying, cachetools, wrapt, decorator, aws-xray-sdk, middlewares of Lambda handlers, attrs and
pydantic: each calls what it wraps with what the wrapper is called with.
"""

from __future__ import annotations

from tapgen.proof.interpret.boto3.sdk import Sdk
from tapgen.proof.interpret.library.dataclasses import made_field
from tapgen.proof.interpret.library.external import (
    Package,
    PackageClass,
    PackageObject,
    harmless,
    harmless_method,
    transparent,
    transparent_method,
)
from tapgen.proof.interpret.library.model import DECORATOR
from tapgen.proof.interpret.library.os import load_file
from tapgen.proof.interpret.python.arguments import Arguments
from tapgen.proof.interpret.python.functions import Routine
from tapgen.proof.interpret.python.values import UNKNOWN, Values
from tapgen.proof.interpret.site import Site


def _call_first(site: Site, _owner: PackageObject, args: Arguments) -> Values:
    """`Retrying(stop=…)(save, item)`: the function with the arguments that follow it."""
    if any(isinstance(value, Routine | Sdk) for value in args.get(0)):
        return site.call(args.get(0), args.after(1))
    return UNKNOWN


def _call_with_lists(site: Site, args: Arguments) -> Values:
    """`retry_call(save, fargs=[item])`."""
    given = [site.iterate(args.get(1, "fargs"))] if args.get(1, "fargs") else []
    return site.call(args.get(0), Arguments(given, star=UNKNOWN, extra=UNKNOWN))


def _options_only(_site: Site, _args: Arguments) -> Values:
    """A decorator that is only used with arguments, some of which may be functions: `backoff.on_exception(expo, …)`."""
    return DECORATOR


_RETRYING = PackageClass(
    methods={"__call__": _call_first, "call": _call_first, "wraps": transparent_method}, other=harmless_method
)

_TRANSPARENT = Package(other=transparent)

_ATTRS = Package(functions=dict.fromkeys(("field", "ib", "attrib"), made_field), other=transparent)

PACKAGES = {
    "tenacity": Package(
        functions={"retry": transparent},
        classes=dict.fromkeys(("Retrying", "AsyncRetrying"), _RETRYING),
        other=harmless,
    ),
    "retrying": Package(functions={"retry": transparent}, classes={"Retrying": _RETRYING}, other=harmless),
    "retry": Package(functions={"retry": transparent, "retry_call": _call_with_lists}, other=harmless),
    "backoff": Package(functions=dict.fromkeys(("on_exception", "on_predicate"), _options_only), other=harmless),
    "cachetools": Package(
        functions=dict.fromkeys(("cached", "cachedmethod"), _options_only)
        | dict.fromkeys(("ttl_cache", "lru_cache", "lfu_cache"), transparent),
        other=harmless,
    ),
    "async_lru": _TRANSPARENT,
    "deprecated": _TRANSPARENT,
    "timeout_decorator": Package(functions={"timeout": _options_only}, other=harmless),
    "attr": _ATTRS,
    "attrs": _ATTRS,
    "pydantic": Package(functions={"Field": made_field, "PrivateAttr": made_field, "validate_call": transparent}),
    "dataclasses_json": _TRANSPARENT,
    "typeguard": _TRANSPARENT,
    "beartype": _TRANSPARENT,
    "aws_xray_sdk": Package(functions=dict.fromkeys(("capture", "capture_async"), _options_only), other=harmless),
    "lambda_decorators": _TRANSPARENT,
    "middy": _TRANSPARENT,
    "sentry_sdk": _TRANSPARENT,
    "datadog_lambda": _TRANSPARENT,
    "epsagon": _TRANSPARENT,
    "lumigo_tracer": _TRANSPARENT,
    "thundra": _TRANSPARENT,
    "newrelic": _TRANSPARENT,
    "dotenv": Package(functions=dict.fromkeys(("load_dotenv", "dotenv_values"), load_file), other=harmless),
}

"""EDGE: the process of the embedded AWS: ministack with its gaps filled, behind the guard, on an inherited socket.

The only file that knows ministack. It ends when its standard input closes: it never outlives who started it.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ministack import app as ministack
from ministack.core import iam_actions, iam_evaluator, lambda_runtime, responses, sigv4
from ministack.services import (
    apigateway,
    apigateway_v1,
    cloudformation,
    cloudwatch,
    cloudwatch_logs,
    cognito,
    eventbridge,
    iam,
    lambda_svc,
    s3,
    sns,
    sqs,
    stepfunctions,
    sts,
)
from ministack.services.cloudformation import handlers, provisioners

from tapgen.local import (
    connections,
    debugging,
    deliveries,
    direct,
    http_gateway,
    invocations,
    pollers,
    rest_gateway,
    role_checks,
    stack_operations,
)
from tapgen.local.address import HOST
from tapgen.local.answers import without_length
from tapgen.local.emulator import JOURNAL
from tapgen.local.gaps import fill
from tapgen.local.guard import Asked, guarded, loopback_alone
from tapgen.local.permit_questions import answering
from tapgen.local.permits import Permits
from tapgen.local.registry import withdraw
from tapgen.local.runtime import isolate_functions
from tapgen.local.sent import remembered
from tapgen.local.server import Notes, serve
from tapgen.local.sign_in import for_pages
from tapgen.local.trusted_keys import trust_keys
from tapgen.local.validators import fill_validators
from tapgen.template.tables import row

if TYPE_CHECKING:
    from collections.abc import Callable

_TARGETS = {"AWSCognitoIdentityProviderService": "cognito-idp", "AWSCognitoIdentityService": "cognito-identity"}
_ACCOUNT_OR_TEST = re.compile(
    r"test|\d{12}"
)  # keys that ministack takes for the account's root, whatever the signature


class Keys:
    """The keys that this run has given out: the root's, which `emulator` made, sessions of roles, keys of users."""

    def __init__(self, root: str, secret: str) -> None:
        self._root = root
        self.secret = secret

    def verified(self, asked: Asked, body: bytes) -> bool:
        """See `guard.Keys`."""
        named = (
            sigv4.parse_query_signature(asked.query) if asked.presigned else sigv4.parse_header_signature(asked.headers)
        )
        if isinstance(named, tuple):
            return asked.presigned and self._verified_as_before(asked)
        secret = self._secret_of(named.access_key_id)
        parts = (asked.method, asked.raw_path, asked.query, asked.headers, body)
        return bool(secret) and not sigv4.header_signature_failure(named, secret, *parts, presigned=asked.presigned)

    def _verified_as_before(self, asked: Asked) -> bool:
        """Signature version 2, which boto3 still uses for some presigned addresses of S3."""
        key = asked.query.get("AWSAccessKeyId", [""])[0]
        if not self._secret_of(key):
            return False
        request = iam_evaluator.SignedRequest(
            key,
            asked.method,
            asked.raw_path,
            dict(asked.query),
            dict(asked.headers),
            sigv2=True,
            auth_path=asked.raw_path,
        )
        checked = iam_evaluator._sigv2_check(request, responses.get_account_id())  # noqa: SLF001 - as in `gaps`
        return not isinstance(checked, iam_evaluator.AuthError)

    def _secret_of(self, key: str) -> str:
        if key == self._root:
            return self.secret
        if not key or _ACCOUNT_OR_TEST.fullmatch(key):
            return ""
        account = iam_evaluator.find_iam_access_key_account(key) or responses._account_from_sts_session(key)  # noqa: SLF001 - as in `gaps`
        found = iam_evaluator.resolve_credential(key, account)
        return getattr(found, "secret_access_key", "")

    def unsigned(self, target: str) -> bool:
        """See `guard.Keys`."""
        prefix, _, operation = target.partition(".")
        return prefix in _TARGETS and operation in iam_actions.unsigned_operations(_TARGETS[prefix])


def take_for_tls(evaluator: Any) -> None:
    """Policies that let in nothing but TLS let in what comes from this machine: the embedded AWS has no certificate."""
    resolve = evaluator._resolve_condition_key  # noqa: SLF001 - as in `gaps`

    def resolved(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    evaluator._resolve_condition_key = resolved  # noqa: SLF001 - as in `gaps`


def ask_first(permits: Permits, say: Callable[[str], None]) -> None:
    """Have the services ask whether they may, before they call a function, send a message or do something by a role."""
    invocations.ask_for_rest(apigateway_v1, permits)
    invocations.ask_for_http(apigateway, permits, say)
    invocations.ask_for_urls(lambda_svc, permits)
    deliveries.ask_for_buckets(s3, provisioners, permits, say)
    deliveries.ask_for_topics(sns, sqs, permits, say)
    deliveries.ask_for_rules(eventbridge, permits, say)
    deliveries.ask_for_alarms(cloudwatch, permits, say)
    deliveries.ask_for_logs(cloudwatch_logs, permits, say)
    deliveries.ask_for_pools(cognito, permits, say)
    pollers.ask_for_sources(lambda_svc, provisioners, permits, say)
    pollers.ask_for_destinations(lambda_svc, permits, say)
    pollers.ask_for_function_logs(lambda_svc, cloudwatch_logs, permits, say)
    pollers.ask_for_tasks(stepfunctions, permits, say)
    role_checks.ask_for_traces(lambda_svc, provisioners, permits)
    role_checks.ask_for_api_logs(apigateway_v1, provisioners, permits)


def main() -> None:
    """Serve until the parent closes the pipe."""
    os.umask(0o077)
    sys.addaudithook(loopback_alone)
    keys = Keys(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    fill(provisioners, responses.get_region)
    take_for_tls(iam_evaluator)
    fill_validators(provisioners, apigateway_v1)
    stack_operations.correct(cloudformation, handlers)
    debugged = debugging.told(os.environ)
    patience = {"patience": debugging.FOREVER} if debugged else {}
    rest_gateway.correct(apigateway_v1, **patience)
    http_gateway.correct(apigateway, lambda_svc, apigateway_v1._take_token, **patience)  # noqa: SLF001 - as in `gaps`
    permits = Permits(iam_evaluator, lambda_svc, iam, partial(row, "managed_policies"))
    ask_first(permits, Notes(Path(JOURNAL)).say)
    direct.correct(apigateway_v1, apigateway, provisioners, direct.Services(ministack.app, sts, keys.secret))
    trust_keys(apigateway, Path.cwd())
    isolate_functions(lambda_runtime, lambda_svc, sts, keys.secret, debugged)
    connections.correct(apigateway, lambda_runtime, lambda_svc, f"http://{HOST}:{os.environ['GATEWAY_PORT']}")
    try:
        asyncio.run(
            serve(
                guarded(for_pages(answering(remembered(without_length(ministack.app)), permits), keys), keys),
                int(sys.argv[1]),
                sys.stdin,
                Path(JOURNAL),
            )
        )
    finally:
        shutil.rmtree(Path.cwd(), ignore_errors=True)
        withdraw(os.environ)
        if os.getpgrp() == os.getpid():  # as `start` made it: nobody else is in the group but functions still at work
            os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()

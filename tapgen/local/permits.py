"""Whom functions, queues and topics let in, and what roles allow, where a service is about to act.

The policies are those that were deployed, and ministack's own evaluator reads them, which decides on every signed
request as well. What is missing is a sentence for the log of the session.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

INVOKE = "lambda:InvokeFunction"
EVERYBODY = "*"
_LETS_IN = {"lambda": "AWS::Lambda::Permission", "sqs": "AWS::SQS::QueuePolicy", "sns": "AWS::SNS::TopicPolicy"}
_OF_AWS = ":iam::aws:policy/"


class Asked(Struct, frozen=True):
    """A service that wants to do something in the name of a resource.

    `target` is an ARN, of a function with its alias where one is named. `sources` are the ARNs by which the service
    may name that resource: one that is let in will do. `keys` are other condition keys, in lower case.
    """

    service: str
    target: str
    sources: tuple[str, ...]
    account: str
    action: str = INVOKE
    keys: Mapping[str, str] = MappingProxyType({})

    def __str__(self) -> str:
        lacking = _LETS_IN[self.target.split(":")[2]]
        who = "everybody" if self.service == EVERYBODY else self.service
        source = f" for {self.sources[0]}" if self.sources else ""
        return f"no {lacking} lets {who} do {self.action} on {named(self.target)}{source}"


class Permits:
    """Asks the policies of the embedded AWS; `evaluator`, `functions` and `iam` are modules of ministack's."""

    def __init__(self, evaluator: Any, functions: Any, iam: Any, managed: Callable[[str], Any]) -> None:
        self._evaluator, self._functions, self._iam = evaluator, functions, iam
        _know_managed(evaluator, managed)

    def missing(self, asked: Asked) -> str | None:
        """What is missing, in a sentence; None where the target's policy lets the service in, or nothing is there."""
        policy = self._policy(asked.target)
        return (
            None
            if policy is None or any(self._lets_in(policy, asked, source) for source in asked.sources or ("",))
            else str(asked)
        )

    def lacking(self, role: str, service: str, actions: Iterable[str], resource: str, source: str = "") -> str | None:
        """What a role lacks for a service to do something by it, in a sentence.

        None where it may do all of it, and of a role of elsewhere, of which nothing is known here.

        `resource` "" is one that is not known: an action that is allowed on any will do. `source` is the ARN of the
        resource in whose name the service assumes the role.
        """
        account, name = _account(role), role.rpartition("/")[2]
        found = self._iam._roles.get_scoped(account, None, name)  # noqa: SLF001 - as in `gaps`
        if found is None:
            return None
        trusted = Asked(service, "*", (source,) if source else (), _account(source) or account, "sts:AssumeRole")
        if not self._lets_in(found["AssumeRolePolicyDocument"], trusted, source):
            return f"the role {named(role)} does not trust {service}"
        policies = self._evaluator._gather_role_policies(name, account)  # noqa: SLF001 - as in `gaps`
        denied = [action for action in actions if not self._allows(policies, role, action, resource)]
        on = f" on {named(resource)}" if resource else ""
        return f"the role {named(role)} does not allow {', '.join(denied)}{on}" if denied else None

    def _policy(self, target: str) -> Any:
        _, _, service, region, account, resource = target.split(":", 5)
        if service == "lambda":  # its own look-up takes no alias
            name = resource.split(":")[1]
            return (self._functions._functions.get_scoped(account, region, name) or {}).get("policy")  # noqa: SLF001 - as in `gaps`
        return (self._evaluator._resource_policy(service, target) or (None,))[0]  # noqa: SLF001 - as in `gaps`

    def _lets_in(self, policy: Any, asked: Asked, source: str) -> bool:
        context = self._context("*", asked.action, asked.target.removesuffix(":$LATEST"))
        context.service_context = dict(asked.keys)
        if asked.account:
            context.service_context["aws:sourceaccount"] = asked.account
        if source:
            context.service_context["aws:sourcearn"] = source
        service = None if asked.service == EVERYBODY else asked.service
        result = self._evaluator.evaluate_resource_policy(policy, context, service=service)
        return bool(result.decision == "Allow")

    def _allows(self, policies: Any, role: str, action: str, resource: str) -> bool:
        if not resource:
            allowing = [one for policy in policies for one in policy if one.effect == "Allow"]
            return any(self._evaluator._action_matches(action, one.actions, one.not_actions) for one in allowing)  # noqa: SLF001 - as in `gaps`
        context = self._context(role, action, resource)
        return bool(self._evaluator.evaluate(context, policies).decision == "Allow")

    def _context(self, principal: str, action: str, resource: str) -> Any:
        region = resource.split(":")[3] if resource.startswith("arn:") else ""
        return self._evaluator.EvalContext(
            principal_arn=principal,
            principal_type="AssumedRole" if principal.startswith("arn:") else "Service",
            principal_account=_account(principal),
            action=action,
            resource_arn=resource,
            region=region,
        )


def named(arn: str) -> str:
    """What an ARN names, as one knows it: "orders-dev-Create", "table/Orders"."""
    resource = arn.split(":", 5)[-1]
    return resource.removeprefix("function:").removeprefix("role/")


def _account(arn: str) -> str:
    return arn.split(":")[4] if arn.startswith("arn:") else ""


def _know_managed(evaluator: Any, managed: Callable[[str], Any]) -> None:
    """Teach it the policies that AWS manages, of which it has a few."""
    resolve = evaluator._resolve_managed_policy_document  # noqa: SLF001 - as in `gaps`

    def resolved(arn: str, account: str) -> Any:
        found = resolve(arn, account)
        return managed(arn.partition(_OF_AWS)[2]) if found is None and _OF_AWS in arn else found

    evaluator._resolve_managed_policy_document = resolved  # noqa: SLF001 - as in `gaps`

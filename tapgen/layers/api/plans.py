"""Usage plans and their keys: who may call the routes that ask for a key, and how often."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from troposphere import Ref, apigateway

from tapgen import naming
from tapgen.settings.api_access import Quota

if TYPE_CHECKING:
    from troposphere import Template

    from tapgen.settings.api_access import UsagePlan
    from tapgen.settings.served import ServedApi


def build(template: Template, served: ServedApi, api: Any, stage: Any) -> None:
    """Add the plans and the keys; a key that stands in several plans is one key."""
    keys: dict[str, Any] = {}
    for name, settings in served.settings.usage_plans.items():
        plan = template.add_resource(_plan(served, name, settings, api, stage))
        for key in settings.keys:
            if key not in keys:
                title = f"{served.prefix}{naming.logical(key)}ApiKey"
                # Its stage must be there: a key is of no use before.
                keys[key] = template.add_resource(apigateway.ApiKey(title, DependsOn=[stage.title], Enabled=True))
            template.add_resource(
                apigateway.UsagePlanKey(
                    f"{served.prefix}{naming.logical(name, key)}UsagePlanKey",
                    KeyId=Ref(keys[key]),
                    KeyType="API_KEY",
                    UsagePlanId=Ref(plan),
                )
            )


def _plan(served: ServedApi, name: str, settings: UsagePlan, api: Any, stage: Any) -> apigateway.UsagePlan:
    quota = Quota(limit=settings.quota) if isinstance(settings.quota, int) else settings.quota
    limits = {"RateLimit": settings.rate, "BurstLimit": settings.burst}
    throttle = {name: value for name, value in limits.items() if value is not None}
    return apigateway.UsagePlan(
        f"{served.prefix}{naming.logical(name)}UsagePlan",
        ApiStages=[apigateway.ApiStage(ApiId=api, Stage=Ref(stage))],
        **({"Quota": apigateway.QuotaSettings(Limit=quota.limit, Period=quota.period)} if quota else {}),
        **({"Throttle": apigateway.ThrottleSettings(**throttle)} if throttle else {}),
    )

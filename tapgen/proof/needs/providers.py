"""What providers of custom resources do for some resources only, as the resources of the same template say.

The AWS CDK gives each provider one function in a stack, whose logical id ends in the provider's own hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tapgen.proof.subject import Subject

_NOTIFICATIONS: Final = "BucketNotificationsHandler050a0587b7544547bf325f094a3db834"
"""aws-cdk-lib, aws-s3/lib/notifications-resource: it reads a bucket's configuration where the stack does not own it."""


_DEPLOYMENT: Final = "CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C"
"""aws-cdk-lib, aws-s3-deployment/lib/bucket-deployment: it clears the cache of a distribution that a resource names."""


def not_called(function: str, subject: Subject) -> frozenset[str]:
    """The operations in the function's code that it does not call for any resource of the template."""
    if function.startswith(_DEPLOYMENT):
        named = any("DistributionId" in properties for _, properties in subject.of_type("Custom::CDKBucketDeployment"))
        return frozenset() if named else frozenset({"CreateInvalidation", "GetInvalidation"})
    if not function.startswith(_NOTIFICATIONS):
        return frozenset()
    managed = (properties.get("Managed") for _, properties in subject.of_type("Custom::S3BucketNotifications"))
    return frozenset({"GetBucketNotificationConfiguration"}) if all(one == "true" for one in managed) else frozenset()

"""The constrained types of the settings: names, places, ranges that AWS takes."""

from typing import Annotated, Literal

from msgspec import Meta

Name = Annotated[
    str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9]{0,63}$", description="Letters and digits: part of a logical id")
]
Cidr = Annotated[str, Meta(pattern=r"^[0-9.]+/[0-9]+$")]
AttributeType = Literal["S", "N", "B"]
Runtime = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9.]*$")]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$")]
TagKey = Annotated[str, Meta(min_length=1, max_length=128)]
TagValue = Annotated[str, Meta(max_length=256)]
TableName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]{3,255}$")]  # also an index's name
VariableName = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_]+$")]  # Lambda API reference, Environment
Origin = Annotated[str, Meta(pattern=r"^([*]|[a-z][a-z0-9+.-]*://[^\s/*'\"\\]+)$")]  # RFC 6454: no path, no wildcard
Header = Annotated[str, Meta(pattern=r"^[A-Za-z0-9*_-]+$")]
StageName = Annotated[str, Meta(pattern=r"^([A-Za-z0-9_-]{1,128}|\$default)$")]
Concurrency = Annotated[int, Meta(ge=0)]
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # CloudWatch Logs API reference, PutRetentionPolicy
HttpMethod = Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY"]
LogicalId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,255}$", description="A logical id: letters and digits")]
Https = Annotated[str, Meta(pattern=r"^https://[^\s]+$")]

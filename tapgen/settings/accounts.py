"""Where a stack lives and who is told: accounts, regions, roles and policies that exist."""

from typing import Annotated

from msgspec import Meta

Region = Annotated[str, Meta(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+$")]
AccountId = Annotated[str, Meta(pattern=r"^[0-9]{12}$")]
RoleArn = Annotated[str, Meta(pattern=r"^arn:[a-z0-9-]+:iam::[0-9]{12}:role/[\w+=,.@/-]+$")]
PolicyArn = Annotated[str, Meta(pattern=r"^(arn:[a-z0-9-]+:iam::([0-9]{12}|aws):policy/)?[\w+=,.@-]+(/[\w+=,.@-]+)*$")]
StackName = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,127}$")]
ManagedPolicy = Annotated[
    str, Meta(pattern=r"^(arn:[^:\s]+(::[A-Za-z]+\})?:iam::.+:policy/.+|\$\{.+\}|[\w+=,.@-]+(/[\w+=,.@-]+)*)$")
]
ExistingRole = Annotated[str, Meta(pattern=r"^(arn:[^:]+:iam::[0-9]{12}:role/.+|\$\{[A-Za-z0-9.:]+\})$")]

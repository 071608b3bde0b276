"""What the settings say of an existing VPC: ids, and what functions may connect to in it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

VpcId = Annotated[str, Meta(pattern=r"^(vpc-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$")]
SecurityGroupId = Annotated[str, Meta(pattern=r"^(sg-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$")]
Target = Annotated[str, Meta(pattern=r"^([0-9.]+/[0-9]+|(sg|pl)-[0-9a-z]+|\$\{[A-Za-z0-9.:]+\})$")]
VpcEndpointId = Annotated[str, Meta(pattern=r"^vpce-[0-9a-f]+$")]


class Egress(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A port that functions may connect to, such as a database's.

    ```toml
    [network]
    vpc = "vpc-0a1b"
    subnets = ["subnet-0a1b"]
    has_endpoints = ["dynamodb"]
    egress = [{ port = 5432, to = "sg-0c1d", reason = "PostgreSQL" }]
    ```
    """

    port: Annotated[int, Meta(ge=0, le=65535)]
    """The port"""
    to: Target
    """An address range, or the id of a security group or a prefix list; `${DatabaseSecurityGroup}` of one of
    `resources`
    """
    protocol: Literal["tcp", "udp"] = "tcp"
    """The protocol"""
    reason: Annotated[str, Meta(max_length=255, pattern=r"^[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]*$")] = ""
    """What for; it stands in the security group"""

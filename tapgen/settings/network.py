"""The VPC of the functions."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from tapgen.settings.names import Cidr


class Network(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The VPC that the functions run in."""

    enabled: Annotated[bool, Meta(description="Put the functions into a VPC")] = True
    cidr: Annotated[Cidr, Meta(description="The VPC's address range; every subnet's is derived from it")] = (
        "10.0.0.0/16"
    )
    availability_zones: Annotated[
        int, Meta(ge=2, le=6, description="How many availability zones, one subnet of each kind in each")
    ] = 2
    subnets: Annotated[
        Literal["public", "isolated", "nat"],
        Meta(
            description="public: an internet gateway, no NAT; isolated: no way out but endpoints; "
            "nat: private subnets behind one NAT gateway"
        ),
    ] = "public"
    endpoints: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^[a-z0-9.-]+$")], ...],
        Meta(
            description="VPC endpoints by service name: dynamodb and s3 are gateways (free), "
            "every other is an interface (billed by the hour)"
        ),
    ] = ("dynamodb",)
